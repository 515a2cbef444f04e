from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from calls.models import Call
from calls.stages.from_record import BATCH
from calls.tasks import fill_from_records
from dashboard.figures.abandon_rate import abandon_rate
from dashboard.figures.service_level import service_level
from tests.at_once import at_once
from tests.calls.world import QUEUE, World, answered, dropped
from tests.dashboard.figures.floor import EVERYTHING

COLUMNS = ("contact_id", "enqueued_at", "wait_s", "is_talked")


def upgrade() -> None:
    """As rows are that were written before the columns came."""
    Call.objects.update(enqueued_at=None, wait_s=None, is_talked=False)


def columns() -> list[tuple[Any, ...]]:
    return list(Call.objects.order_by("contact_id").values_list(*COLUMNS))


def rates() -> tuple[Any, Any]:
    since = datetime.now(UTC) - timedelta(days=1)
    return service_level(EVERYTHING, since), abandon_rate(EVERYTHING, since)


def numbers() -> list[int]:
    return list(Call.objects.order_by("contact_id").values_list("number", flat=True))


def test_the_figures_of_today_cover_what_ended_before_the_upgrade(world: World) -> None:
    world.bring(answered("c1"), dropped("c2", ended_s=7200), dropped("c3", Queue=None))
    told, known = columns(), rates()
    upgrade()
    assert rates() != known
    fill_from_records()
    assert (columns(), rates()) == (told, known)


def test_what_has_nothing_to_fill_in_is_left_alone_and_what_is_filled_in_is_not_touched_again(world: World) -> None:
    without = {**QUEUE, "EnqueueTimestamp": "", "DequeueTimestamp": None}
    world.bring(answered("c1"), dropped("c2", Queue=None), dropped("c3", Queue=without), dropped("c4", Queue=QUEUE))
    world.bring(dropped("c5"))
    Call.objects.filter(contact_id="c5").update(ended_at=F("ended_at") - timedelta(days=2))
    upgrade()
    before = numbers()
    fill_from_records()
    fill_from_records()
    assert [now - then for now, then in zip(numbers(), before, strict=True)] == [1, 0, 0, 0, 0]


def test_all_are_filled_in_though_they_are_more_than_a_batch(world: World) -> None:
    world.bring(*(answered(f"c{number}", caller=None) for number in range(BATCH + 1)))
    upgrade()
    fill_from_records()
    assert not Call.objects.filter(enqueued_at=None).exists()


def test_a_call_that_somebody_writes_now_keeps_nobody_waiting_and_is_filled_in_later(world_apart: World) -> None:
    world_apart.bring(answered("c1"), answered("c2"))
    told = columns()
    upgrade()
    with transaction.atomic():
        Call.objects.select_for_update().get(contact_id="c1")
        assert at_once(2, fill_from_records) == []
        assert [row for row in columns() if row[1]] == told[1:]
    fill_from_records()
    assert columns() == told
