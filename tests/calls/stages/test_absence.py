from datetime import timedelta

import pytest
from django.db.models import F

from calls.models import Agent, Call, Stream
from calls.sweeps import sweep_calls
from tests.calls.stages.events import BEGAN, agent_event, agent_info, at, contact, contact_event, queue_info
from tests.calls.world import Record, World, now


def grow_silent(**since: float) -> None:
    Call.objects.update(last_heard_at=F("last_heard_at") - timedelta(**since))
    Agent.objects.update(heard_at=F("heard_at") - timedelta(**since))


def agent() -> tuple[bool, bool]:
    found = Agent.objects.get()
    return found.is_signed_in, found.is_missing


def test_a_call_nobody_hears_of_is_marked_then_ended_and_lives_again_by_what_is_heard_later(world: World) -> None:
    world.bring(contact_event("INITIATED", 0))
    grow_silent(minutes=11)
    sweep_calls()
    call = world.call("c1")
    assert (call.is_live, call.is_silent, call.stage) == (True, True, "flow")
    grow_silent(minutes=20)
    sweep_calls()
    call = world.call("c1")
    assert (call.is_live, call.stage, call.stage_source) == (False, "ended", "silence")
    world.bring(contact_event("INITIATED", 0))
    assert world.call("c1").stage == "ended"  # the same again is nothing heard
    world.bring(agent_event(30, contact("CONNECTING", 30)))
    call = world.call("c1")
    assert (call.is_live, call.is_silent, call.stage) == (True, False, "ringing")


def test_what_came_before_the_silence_does_not_wake_a_call_that_has_ended(world: World) -> None:
    world.bring(contact_event("DISCONNECTED", 60, disconnectTimestamp=at(60).isoformat()))
    grow_silent(hours=1)
    sweep_calls()
    world.bring(contact_event("QUEUED", 10, **queue_info(10)))
    call = world.call("c1")
    assert (call.is_live, call.stage, call.stage_since) == (False, "ended", at(60))


QUEUED = contact_event("QUEUED", 10, **queue_info(10))
CALLED_BACK = {"initiationMethod": "CALLBACK"}


def lives_for(world: World) -> tuple[bool, bool]:
    """Whether it is live after half a day without a word of it, and after a whole one."""
    seen = []
    for _ in range(2):
        grow_silent(hours=12, minutes=1)
        sweep_calls()
        call = world.call("c1")
        assert call.is_silent
        seen.append(call.is_live)
    return seen[0], seen[1]


@pytest.mark.parametrize(
    "told",
    [
        [QUEUED],
        [agent_event(20, contact("CONNECTING", 20)), agent_event(30, contact("MISSED", 30)), agent_event(40)],
        [contact_event("QUEUED", 10, **CALLED_BACK, **queue_info(10))],
        [contact_event("INITIATED", 0, **CALLED_BACK)],
    ],
    ids=["queued", "missed", "callback", "callback in a flow"],
)
def test_who_waits_waits_on_without_a_word_for_a_day(world: World, told: list[Record]) -> None:
    world.bring(*told)
    assert lives_for(world) == (True, False)


@pytest.mark.parametrize(
    ("kinds", "lives"),
    [
        (["contact-records", "contact-events"], (True, False)),
        (["contact-events", "agent-events"], (False, False)),
        (["contact-events", "contact-lens"], (False, False)),
    ],
)
def test_a_talk_lasts_without_a_word_where_no_stream_would_tell_that_it_does(
    world: World, kinds: list[str], lives: tuple[bool, bool]
) -> None:
    world.bring(contact_event("CONNECTED_TO_AGENT", 25, **queue_info(10), **agent_info(25)))
    Stream.objects.all().delete()
    for kind in kinds:
        Stream.objects.create(instance=world.instance, kind=kind, name=kind)
    assert lives_for(world) == lives


def test_an_agent_without_a_heartbeat_is_missing_and_after_an_hour_signed_out(world: World) -> None:
    world.bring(agent_event(0), at=now())
    sweep_calls()
    assert agent() == (True, False)
    grow_silent(seconds=261)
    sweep_calls()
    assert agent() == (True, True)
    world.bring(agent_event(1, kind="HEART_BEAT"), at=now())
    assert agent() == (True, False)
    grow_silent(seconds=3901)
    sweep_calls()
    assert agent() == (False, False)


def test_heartbeats_after_a_logout_sign_nobody_in(world: World) -> None:
    world.bring(agent_event(0), agent_event(1, kind="LOGOUT", status="Offline"))
    assert agent() == (False, False)
    world.bring(agent_event(121, kind="HEART_BEAT", status="Offline"))
    assert agent() == (False, False)
    assert Agent.objects.get().snapshot_at == BEGAN + timedelta(seconds=121)
