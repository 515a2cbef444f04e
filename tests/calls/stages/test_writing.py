"""Events through the whole writer into the database."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, permutations
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from calls.models import Agent, Call, Queue
from calls.sweeps import sweep_calls
from tests.calls.stages.events import BOB, CHARLIE, agent_event, agent_info, at, contact, contact_event, iso, queue_info
from tests.calls.stages.story import AGENT_EVENTS, CONTACT_EVENTS, RECORD
from tests.calls.world import ARN, QUEUE, Record, World, answered, now


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


def everything() -> list[object]:
    calls = Call.objects.order_by("pk").values_list("contact_id", "number", "changed_xid", "stage_facts")
    return [*calls, *Agent.objects.order_by("pk").values_list("arn", "changed_xid"), *Queue.objects.values_list()]


def test_what_comes_again_changes_nothing(world: World) -> None:
    story = [*CONTACT_EVENTS, *AGENT_EVENTS]
    at_once = now()
    world.bring(*story, at=at_once)
    before = everything()
    for event in story:
        world.bring(event, at=at_once)
    assert everything() == before


def test_a_supervisor_who_listens_is_no_call_in_progress(world: World) -> None:
    world.bring(contact_event("CONNECTED_TO_AGENT", 25, "m1", initiationMethod="MONITOR", previousContactId="c1"))
    world.bring(contact_event("INITIATED", 0))
    assert not world.call("m1").is_live
    assert "next" not in world.call("c1").stage_facts


@pytest.mark.parametrize("channel", ["TASK", "EMAIL"])
def test_work_that_nobody_waits_for_on_the_line_is_no_call_in_progress(world: World, channel: str) -> None:
    world.bring(contact_event("QUEUED", 10, channel=channel, initiationMethod="API", **queue_info(10)))
    world.bring(agent_event(20, contact("CONNECTED", 20, "t2", Channel=channel, InitiationMethod="API")))
    told = [(call.stage, call.is_live) for call in (world.call("c1"), world.call("t2"))]
    assert told == [("waiting", False), ("talking", False)]
    assert Agent.objects.get().contacts[0]["contact_id"] == "t2"


def next_leg(kind: str = "INITIATED", **detail: object) -> Record:
    return contact_event(
        kind, 65, "c2", previousContactId="c1", initialContactId="c1", initiationMethod="TRANSFER",
        initiationTimestamp=iso(62), **detail,
    )  # fmt: skip


ENDED = contact_event("DISCONNECTED", 60, disconnectTimestamp=iso(60), **agent_info(25))


@pytest.mark.parametrize("order", list(permutations([ENDED, next_leg(), next_leg("QUEUED", **queue_info(63))])))
def test_a_leg_that_names_the_one_before_passes_it_on_whichever_came_first(
    world: World, order: tuple[Record, ...]
) -> None:
    for event in order:
        world.bring(event)
    assert stage(world.call("c1")) == ("passed-on", at(60), "contact-events")
    assert world.call("c1").stage_facts["next"]["contact_id"] == "c2"
    assert world.call("c2").root_contact_id == "c1"
    assert world.call("c2").stage == "waiting"


def test_no_call_is_made_of_a_leg_that_is_only_named(world: World) -> None:
    world.bring(next_leg())
    assert list(Call.objects.values_list("contact_id", flat=True)) == ["c2"]


def test_a_call_that_an_agent_missed_waits_again(world: World) -> None:
    world.bring(contact_event("QUEUED", 10, **queue_info(10)))
    world.bring(agent_event(20, contact("CONNECTING", 20)))
    world.bring(agent_event(30, contact("MISSED", 30)))
    call = world.call("c1")
    assert stage(call) == ("waiting", at(10), "contact-events")
    assert (call.agent_username, list(call.stage_facts["missed"])) == ("", [BOB])


@pytest.mark.parametrize("state", ["ERROR", "REJECTED"])
def test_an_agents_error_after_the_talk_neither_makes_it_wait_again_nor_alarms(world: World, state: str) -> None:
    told = [
        contact_event("QUEUED", 10, **queue_info(10)),
        agent_event(30, contact("CONNECTED", 30)),
        agent_event(60, contact(state, 60, ConnectedToAgentTimestamp=iso(30))),
    ]
    for order in permutations(told):
        with transaction.atomic():
            for event in order:
                world.bring(event)
            assert stage(world.call("c1")) == ("talking", at(30), "agent-events")
            world.bring(contact_event("DISCONNECTED", 70, **queue_info(10), disconnectTimestamp=iso(70)))
            assert stage(world.call("c1")) == ("ended", at(70), "contact-events")
            assert world.alerts() == []
            transaction.set_rollback(True)


def test_a_snapshot_that_is_late_does_not_give_the_call_back_to_its_agent(world: World) -> None:
    world.bring(agent_event(25, contact("CONNECTED", 25)))
    world.bring(agent_event(90))
    assert world.call("c1").stage == "ended"
    world.bring(agent_event(60, contact("CONNECTED", 25)))
    assert world.call("c1").stage == "ended"
    assert Agent.objects.get().contacts == []


def test_a_contact_record_teaches_names_and_newer_ones_count(world: World) -> None:
    world.bring(answered("c1"))
    assert (Agent.objects.get().username, Queue.objects.get().name) == ("bob", "Billing")
    world.bring(answered("c2", ended_s=30, Queue={**QUEUE, "Name": "Invoices"}))
    assert Queue.objects.get().name == "Invoices"
    world.bring(answered("c3", ended_s=45))
    assert Queue.objects.get().name == "Invoices"


def test_a_contact_record_ends_a_call_that_events_left_open(world: World) -> None:
    world.bring(contact_event("CONNECTED_TO_AGENT", 25, **queue_info(10), **agent_info(25)))
    world.bring(RECORD)
    call = world.call("c1")
    assert (call.stage, call.stage_source, call.is_live) == ("ended", "contact-records", False)
    assert (call.wait_s, call.is_talked, call.enqueued_at) == (15.0, True, at(10))


def statements(world: World, *events: Record) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert world.bring(*events) == 0
    return len(queries)


@pytest.mark.parametrize("told", ["contacts", "agents"])
def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(world: World, told: str) -> None:
    costs = set()
    for size in (1, 100, 1000):
        ids = [f"{size}-{number}" for number in range(size)]
        if told == "contacts":
            batch = [
                contact_event("DISCONNECTED", 60, each, disconnectTimestamp=iso(60), **queue_info(10)) for each in ids
            ]
        else:
            batch = [
                agent_event(20, contact("CONNECTING", 20, each), agent=f"{ARN}/agent/{each}") for each in ids
            ]  # fmt: skip
        costs.add(statements(world, *batch))
    assert len(costs) == 1, costs


IDS = [f"c{number}" for number in range(30)]
OF_CONTACTS = [
    event
    for before, each in pairwise([IDS[-1], *IDS])
    for event in (
        contact_event("QUEUED", 10, each, previousContactId=before, **queue_info(10)),
        contact_event("CONNECTED_TO_AGENT", 25, each, **queue_info(10), **agent_info(25)),
        contact_event("DISCONNECTED", 100, each, disconnectTimestamp=iso(100), **agent_info(25)),
    )
]
OF_AGENTS = [
    event
    for number, each in enumerate(IDS)
    for agent in (BOB, CHARLIE)
    for event in (
        agent_event(25 + number, contact("CONNECTED", 25, each), agent=agent),
        agent_event(70 + number, contact("ENDED", 70, each), contact("ENDED", 70, IDS[-1 - number]), agent=agent),
    )
]


@pytest.mark.parametrize("writers", [2, 4])
def test_writers_at_once_lose_nothing_and_wait_for_each_other_in_one_order(world_apart: World, writers: int) -> None:
    """Each of them brings all of a stream, as if it came several times: half of them contact events."""

    def write(seed: int) -> None:
        mine = [*(OF_AGENTS if seed % 2 else OF_CONTACTS)]
        Random(seed).shuffle(mine)  # noqa: S311
        try:
            for first in range(0, len(mine), 12):
                world_apart.bring(*mine[first : first + 12])
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write, seed) for seed in range(writers)]:
            done.result(60)
    calls = Call.objects.all()
    assert {call.contact_id for call in calls} == set(IDS)
    assert all(call.stage == "passed-on" and call.stage_facts["connected_at"] for call in calls)
    assert all(set(call.stage_facts["agents"]) == {BOB, CHARLIE} for call in calls)
    assert set(Agent.objects.values_list("snapshot_at", flat=True)) == {at(70 + 29)}


def test_a_sweep_fills_in_names_that_a_commit_could_not_for_calls_of_any_age(world: World) -> None:
    world.bring(contact_event("CONNECTED_TO_AGENT", 25, **queue_info(10), **agent_info(25)))
    world.bring(agent_event(30))
    Call.objects.update(queue_name="", agent_username="", last_heard_at=now(), is_live=False)
    number = world.call("c1").number
    sweep_calls()
    call = world.call("c1")
    assert (call.queue_name, call.agent_username, call.number > number) == ("Billing", "bob", True)
    sweep_calls()
    assert world.call("c1").number == call.number
