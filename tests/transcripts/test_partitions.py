from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from calls.models import Call, Person
from tests.at_once import at_once
from tests.calls.world import World
from tests.transcripts.test_intake import final, lens
from transcripts.models import Bookmark, Conversation, Segment
from transcripts.partitions import drop_expired, make_ahead, make_partitions
from transcripts.tasks import keep_partitions

LAST_OF_JANUARY, FIRST_OF_FEBRUARY = date(2031, 1, 31), date(2031, 2, 1)
NAMES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'transcripts\\_segment\\_20%' ORDER BY relname
"""


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def far(transactional_db: None) -> Iterator[None]:
    """Partitions of other years, which a test made, go with it."""
    before = partitions()
    yield
    with connection.cursor() as cursor:
        for name in partitions() - before:
            cursor.execute(f"DROP TABLE {name}")
    make_ahead(datetime.now(UTC).date())  # a test may have dropped them


def holds(month: str) -> bool:
    return f"transcripts_segment_{month}" in partitions()


def say(world: World, contact: str, filed_on: date, turn: str = "a") -> Call:
    Call.objects.get_or_create(instance=world.instance, contact_id=contact, defaults={"filed_on": filed_on})
    world.bring(lens("SEGMENTS", contact, final("Hello.", 1000, turn=turn)), stream=world.lens)
    return world.call(contact)


def test_this_months_partition_and_the_next_ones_are_there_ahead(far: None) -> None:
    keep_partitions()
    today = datetime.now(UTC).date()
    assert holds(f"{today:%Y_%m}")
    make_ahead(date(2031, 12, 31))
    assert holds("2031_12")
    assert holds("2032_01")


def test_over_a_months_end_each_turn_stays_where_its_call_was_filed(world_apart: World, far: None) -> None:
    make_ahead(LAST_OF_JANUARY)
    before, after = say(world_apart, "c1", LAST_OF_JANUARY), say(world_apart, "c2", FIRST_OF_FEBRUARY)
    say(world_apart, "c1", FIRST_OF_FEBRUARY)  # delivered again after midnight
    with connection.cursor() as cursor:
        cursor.execute("SELECT call_id FROM transcripts_segment_2031_01")
        assert cursor.fetchall() == [(before.pk,)]
        cursor.execute("SELECT call_id FROM transcripts_segment_2031_02")
        assert cursor.fetchall() == [(after.pk,)]


def test_words_are_dropped_with_their_month_and_not_a_day_before(
    world_apart: World, far: None, settings: Settings
) -> None:
    settings.WORDS_KEPT_MONTHS = 2
    old, kept = say(world_apart, "c1", date(2030, 11, 30)), say(world_apart, "c2", date(2030, 12, 1))

    drop_expired(LAST_OF_JANUARY)
    assert Segment.objects.count() == 2

    drop_expired(FIRST_OF_FEBRUARY)
    assert not holds("2030_11")
    assert list(Segment.objects.values_list("call_id", flat=True)) == [kept.pk]
    assert list(Conversation.objects.values_list("call_id", flat=True)) == [kept.pk]
    assert Call.objects.filter(pk=old.pk).exists()


def test_what_marks_keep_of_the_words_goes_with_them(world_apart: World, far: None, settings: Settings) -> None:
    settings.WORDS_KEPT_MONTHS = 2
    old, kept = say(world_apart, "c1", date(2030, 11, 30)), say(world_apart, "c2", date(2030, 12, 1))
    alice = Person.objects.create_user("alice")
    for call in (old, kept):
        Bookmark.put(call, Segment.objects.get(call_id=call.pk), speaker="Customer", comment="Well said.", by=alice)
    drop_expired(FIRST_OF_FEBRUARY)
    marks = Bookmark.objects.order_by("call__filed_on").values_list("words", "comment")
    assert list(marks) == [("", "Well said."), ("Hello.", "Well said.")]


def test_a_turn_that_comes_after_its_month_was_dropped_finds_a_place(
    world_apart: World, far: None, settings: Settings
) -> None:
    settings.WORDS_KEPT_MONTHS = 2
    say(world_apart, "c1", date(2030, 11, 30))
    drop_expired(FIRST_OF_FEBRUARY)
    say(world_apart, "c1", date(2030, 11, 30), turn="b")
    assert list(Segment.objects.values_list("turn_id", flat=True)) == ["b"]


def test_a_drop_that_was_cut_short_is_brought_to_its_end(far: None) -> None:
    make_partitions([date(2001, 5, 1)])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE transcripts_segment DETACH PARTITION transcripts_segment_2001_05")
    drop_expired(datetime.now(UTC).date())
    assert not holds("2001_05")


def test_two_who_drop_at_once_do_not_meet(far: None) -> None:
    make_partitions([date(2001, month, 1) for month in range(1, 9)])
    assert at_once(4, lambda: drop_expired(datetime.now(UTC).date())) == []
    assert not any(name.startswith("transcripts_segment_2001") for name in partitions())


def test_two_writers_that_meet_a_new_month_at_once_make_one_partition(far: None) -> None:
    def meet() -> None:
        with transaction.atomic():
            make_partitions([date(2031, 5, 17)])

    assert at_once(4, meet) == []
    assert holds("2031_05")


def test_a_partition_whose_transaction_was_rolled_back_is_made_again(far: None) -> None:
    with transaction.atomic():
        make_partitions([date(2031, 6, 1)])
        transaction.set_rollback(True)
    assert not holds("2031_06")
    make_partitions([date(2031, 6, 1)])
    assert holds("2031_06")
