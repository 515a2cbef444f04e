from datetime import timedelta

from django.db.models import F

from calls.models import Agent, Call
from calls.sweeps import sweep_calls
from tests.calls.stages.events import BEGAN, agent_event, at, contact, contact_event, queue_info
from tests.calls.world import World, now


def grow_silent(**since: float) -> None:
    Call.objects.update(last_heard_at=F("last_heard_at") - timedelta(**since))
    Agent.objects.update(heard_at=F("heard_at") - timedelta(**since))


def agent() -> tuple[bool, bool]:
    found = Agent.objects.get()
    return found.is_signed_in, found.is_missing


def test_a_call_nobody_hears_of_is_marked_then_ended_and_lives_again_by_what_is_heard_later(world: World) -> None:
    world.bring(contact_event("QUEUED", 10, **queue_info(10)))
    grow_silent(minutes=11)
    sweep_calls()
    call = world.call("c1")
    assert (call.is_live, call.is_silent, call.stage) == (True, True, "waiting")
    grow_silent(minutes=20)
    sweep_calls()
    call = world.call("c1")
    assert (call.is_live, call.stage, call.stage_source) == (False, "ended", "silence")
    world.bring(contact_event("QUEUED", 10, **queue_info(10)))
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


def test_a_promised_callback_waits_on_without_a_word(world: World) -> None:
    world.bring(contact_event("QUEUED", 10, initiationMethod="CALLBACK", **queue_info(10)))
    grow_silent(hours=5)
    sweep_calls()
    call = world.call("c1")
    assert (call.is_live, call.is_silent, call.stage) == (True, True, "waiting")


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
