"""Events through the whole writer into the database."""

from calls.models import Agent, Call, Queue
from tests.calls.stages.events import BOB, agent_event, agent_info, at, contact, contact_event, queue_info
from tests.calls.world import QUEUE, World


def stage(call: Call) -> tuple[str, object, str]:
    return call.stage, call.stage_since, call.stage_source


def test_a_call_is_followed_from_the_first_ring_to_its_end(world: World) -> None:
    world.bring(contact_event("INITIATED", 0))
    assert stage(world.call("c1")) == ("flow", at(0), "contact-events")
    world.bring(contact_event("QUEUED", 10, **queue_info(10)))
    assert stage(world.call("c1")) == ("waiting", at(10), "contact-events")
    world.bring(agent_event(20, contact("CONNECTING", 20)))
    assert stage(world.call("c1")) == ("ringing", at(20), "agent-events")
    world.bring(contact_event("CONNECTED_TO_AGENT", 25, **queue_info(10), **agent_info(25)))
    assert stage(world.call("c1")) == ("talking", at(25), "contact-events")
    world.bring(agent_event(40, contact("CONNECTED_ONHOLD", 40)))
    assert stage(world.call("c1")) == ("hold", at(40), "agent-events")
    world.bring(agent_event(50, contact("CONNECTED", 50)))
    assert stage(world.call("c1")) == ("talking", at(25), "contact-events")
    call = world.call("c1")
    assert (call.is_live, call.holds, call.queue_name, call.agent_username) == (True, 1, "Billing", "bob")
    world.bring(agent_event(60, contact("ENDED", 60)))
    assert stage(world.call("c1")) == ("wrap-up", at(60), "agent-events")
    world.bring(contact_event("DISCONNECTED", 60, **agent_info(25), disconnectTimestamp=at(60).isoformat()))
    assert stage(world.call("c1")) == ("wrap-up", at(60), "contact-events")
    world.bring(agent_event(80))
    assert stage(world.call("c1")) == ("ended", at(60), "contact-events")
    call = world.call("c1")
    assert (call.is_live, call.began_at, call.enqueued_at, call.ended_at) == (False, at(0), at(10), at(60))


def test_names_are_learned_from_agent_events_and_put_into_the_calls_that_came_before(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    world.bring(contact_event("QUEUED", 10, **queue_info(10)))
    assert world.call("c1").queue_name == ""
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        world.bring(agent_event(20))
    assert Queue.objects.get().name == "Billing"
    assert Agent.objects.get(arn=BOB).username == "bob"
    assert world.call("c1").queue_name == "Billing"
    assert world.call("c1").queue_arn == QUEUE["ARN"]
