"""Drops that the events tell, before the contact record."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from calls.judging import judge_early
from calls.models import Alert, Call, Case
from calls.models.bulk import save_rows
from calls.stages.facts import Facts
from tests.calls.test_cases import entries
from tests.calls.world import QUEUE, World, dropped, now


def at(seconds_ago: float) -> datetime:
    return now() - timedelta(seconds=seconds_ago)


def waited(ended_s: float = 1, **more: Any) -> Facts:
    """In the queue for a minute, and gone."""
    facts = Facts(
        initiated_at=at(ended_s + 90),
        enqueued_at=at(ended_s + 60),
        queue_arn=QUEUE["ARN"],
        disconnected_at=at(ended_s),
    )
    return msgspec.structs.replace(facts, **more)


def in_flow(ended_s: float = 1) -> Facts:
    return Facts(initiated_at=at(ended_s + 90), disconnected_at=at(ended_s))


def heard(world: World, facts: Facts, contact_id: str = "c1", **columns: Any) -> Call:
    """What the events told, as the writer of events keeps it with the call, and what is judged by it."""
    fresh = {"initiation_method": "INBOUND", "channel": "VOICE", "root_contact_id": contact_id}
    with transaction.atomic():
        Call.objects.get_or_create(instance=world.instance, contact_id=contact_id, defaults=fresh)
        call = Call.objects.select_for_update().get(contact_id=contact_id)
        call.stage_facts = msgspec.to_builtins(facts)
        for name, value in columns.items():
            setattr(call, name, value)
        save_rows([call], ["stage_facts", *columns])
        judge_early(world.instance, [call])
    return world.call(contact_id)


def test_a_caller_who_left_the_queue_alerts_at_once_and_provisionally(world: World) -> None:
    call = heard(world, waited())
    assert (call.outcome, call.is_provisional, call.sentence) == ("abandoned", True, "left the queue after 1:00")
    assert world.alerts() == ["c1"]
    assert not Case.objects.exists()


def test_the_record_that_confirms_an_early_drop_opens_the_case_and_leaves_the_alert(world: World) -> None:
    heard(world, waited(60))
    before = Alert.objects.values().get()
    world.bring(dropped())
    assert not world.call("c1").is_provisional
    assert Alert.objects.values("pk", "at", "acknowledged_at", "corrected_at").get() == {
        name: before[name] for name in ("at", "acknowledged_at", "corrected_at")
    } | {"pk": before["id"]}
    assert (world.case().drops, entries(world.case())) == (1, ["Abandoned: case opened"])
