"""Drops by the very events and records of Amazon Connect, through the whole writer, in any order."""

import json
from itertools import permutations
from random import Random
from typing import Any

import pytest

from calls.intake import judge_again
from calls.models import Alert, Call, Case
from tests.calls.stages.events import BOB, agent_event, agent_info, at, contact, contact_event, iso, queue_info
from tests.calls.test_cases import in_threads
from tests.calls.world import ALICE, QUEUE, Record, World, now

WAITED = {"Queue": {**QUEUE, "EnqueueTimestamp": iso(10), "DequeueTimestamp": iso(70)}}
TALKED = {"Agent": {"ARN": BOB, "Username": "bob", "ConnectedToAgentTimestamp": iso(30)}}
INITIATED = contact_event("INITIATED", 0)
QUEUED = contact_event("QUEUED", 10, **queue_info(10))
RINGS = agent_event(30, contact("CONNECTING", 30))
MISSED = agent_event(50, contact("MISSED", 50))
CONNECTED = contact_event("CONNECTED_TO_AGENT", 30, **queue_info(10), **agent_info(30))
HOLDS = agent_event(40, contact("CONNECTED_ONHOLD", 40))
ENDED_AT_BOB = agent_event(70, contact("ENDED", 70))
LEFT = contact_event("DISCONNECTED", 70, **queue_info(10), disconnectTimestamp=iso(70))
CALLBACK = {"initiationMethod": "CALLBACK", "previousContactId": "c1", "initialContactId": "c1"}
TAKEN = contact_event("INITIATED", 68, "c2", **CALLBACK, initiationTimestamp=iso(68))


def record(**more: Any) -> Record:
    return {
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "ContactId": "c1",
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": iso(0),
        "ConnectedToSystemTimestamp": iso(0),
        "DisconnectTimestamp": iso(70),
        "LastUpdateTimestamp": iso(90),
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": ALICE},
        **WAITED,
        **more,
    }


def told(world: World) -> dict[str, Any]:
    judge_again()
    call = world.call("c1")
    fields = ("outcome", "is_provisional", "sentence", "promise", "ended_at", "judge_at")
    return {
        **{name: getattr(call, name) for name in fields},
        "alerts": list(Alert.objects.unseen().filter(corrected_at=None).values_list("call__contact_id", flat=True)),
        "cases": list(Case.objects.open().values_list("cause", "drops", "phone")),
    }


def test_a_caller_who_gives_up_is_told_with_the_event_and_the_record_changes_nothing_but_details(world: World) -> None:
    world.bring(INITIATED)
    world.bring(QUEUED)
    assert not Alert.objects.exists()
    world.bring(LEFT)
    early = told(world)
    assert (early["outcome"], early["is_provisional"], early["alerts"]) == ("abandoned", True, ["c1"])
    world.bring(record())
    assert told(world) == early | {"is_provisional": False, "cases": [("abandoned", 1, ALICE)]}


STORIES: dict[str, tuple[list[Record], dict[str, Any]]] = {
    "abandoned": (
        [INITIATED, QUEUED, LEFT, record()],
        {"outcome": "abandoned", "sentence": "left the queue after 1:00"},
    ),
    "missed": (
        [QUEUED, RINGS, MISSED, LEFT, record(AgentConnectionAttempts=1)],
        {"outcome": "missed_by_agent", "sentence": "rang Bob Miller and no agent answered after 1:00"},
    ),
    "on hold": (
        [CONNECTED, HOLDS, ENDED_AT_BOB, LEFT, record(**TALKED)],
        {"outcome": "left_on_hold", "sentence": "hung up after 0:30 on hold"},
    ),
}


def some_orders(of: int) -> list[tuple[int, ...]]:
    orders = list(permutations(range(of)))
    return orders if len(orders) < 25 else Random(7).sample(orders, 24)  # noqa: S311 - no secret


@pytest.mark.parametrize(
    ("name", "order"), [(name, order) for name, (story, _) in STORIES.items() for order in some_orders(len(story))]
)
def test_in_whatever_order_a_drop_is_told_it_ends_in_one_alert_and_one_case(
    world: World, name: str, order: tuple[int, ...]
) -> None:
    story, end = STORIES[name]
    for place in order:
        world.bring(story[place])
    assert told(world) == end | {
        "is_provisional": False,
        "promise": "",
        "ended_at": at(70),
        "judge_at": None,
        "alerts": ["c1"],
        "cases": [(end["outcome"], 1, ALICE)],
    }


@pytest.mark.parametrize("order", some_orders(4))
def test_in_whatever_order_a_callback_is_taken_nobody_is_alarmed_in_the_end(
    world: World, order: tuple[int, ...]
) -> None:
    story = [INITIATED, QUEUED, LEFT, TAKEN]
    for place in order:
        world.bring(story[place])
    found = told(world)
    assert (found["outcome"], found["promise"], found["alerts"], found["cases"]) == ("passed_on", "kept", [], [])


def transfer(begun: float) -> dict[str, Any]:
    legs = {"initiationMethod": "TRANSFER", "previousContactId": "c1", "initialContactId": "c1"}
    return {**legs, "initiationTimestamp": iso(begun)}


def transferred(enqueued: float, left: float) -> list[Record]:
    """Bob's call c1 goes on, or is asked about, in another queue as c2, and meets nobody there."""
    queue = {"Queue": {**QUEUE, "EnqueueTimestamp": iso(enqueued), "DequeueTimestamp": iso(left)}}
    legs = {"ContactId": "c2", "InitialContactId": "c1", "PreviousContactId": "c1", "InitiationMethod": "TRANSFER"}
    times = {"InitiationTimestamp": iso(enqueued), "DisconnectTimestamp": iso(left)}
    return [
        contact_event("INITIATED", enqueued, "c2", **transfer(enqueued)),
        contact_event("QUEUED", enqueued, "c2", **transfer(enqueued), **queue_info(enqueued)),
        contact_event("DISCONNECTED", left, "c2", **transfer(enqueued), disconnectTimestamp=iso(left)),
        record(**queue, **legs, **times),
    ]


def of_bob(until: float, **more: Any) -> list[Record]:
    agent = {"Agent": {**TALKED["Agent"], "AfterContactWorkStartTimestamp": iso(until)}}
    left = contact_event("DISCONNECTED", until, **queue_info(10), **agent_info(30), disconnectTimestamp=iso(until))
    return [CONNECTED, left, record(**agent, DisconnectTimestamp=iso(until), **more)]


def ends_in(world: World, story: list[Record], order: tuple[int, ...]) -> tuple[str, str, list[str], int]:
    for place in order:
        world.bring(story[place])
    found = told(world)
    return found["outcome"], world.call("c2").outcome, found["alerts"], len(found["cases"])


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("order", some_orders(7))
def test_in_whatever_order_a_question_is_told_nobody_is_alarmed_in_the_end(
    world: World, order: tuple[int, ...], at_once: bool
) -> None:
    world.rules(opens_cases_early=at_once)
    story = [*of_bob(80), *transferred(50, 70)]
    assert ends_in(world, story, order) == ("answered", "consult", [], 0)


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("order", some_orders(7))
def test_in_whatever_order_a_transfer_that_meets_nobody_is_told_it_ends_in_one_alert_and_one_case(
    world: World, order: tuple[int, ...], at_once: bool
) -> None:
    world.rules(opens_cases_early=at_once)
    passed_on = {"NextContactId": "c2", "TransferCompletedTimestamp": iso(49), "DisconnectReason": "AGENT_DISCONNECT"}
    story = [*of_bob(50, **passed_on), *transferred(50, 70)]
    assert ends_in(world, story, order) == ("passed_on", "abandoned", ["c2"], 1)


def leg_wait_passes() -> None:
    Call.objects.filter(contact_id="c2").update(record_arrived_at=at(-900), judge_at=at(0))
    judge_again()


@pytest.mark.parametrize("at_once", [False, True])
def test_a_question_alarms_nobody_for_as_long_as_the_agent_who_asked_has_the_customer(
    world: World, at_once: bool
) -> None:
    world.rules(opens_cases_early=at_once)
    for each in [CONNECTED, *transferred(50, 70)]:
        world.bring(each)
    for _ in range(2):
        leg_wait_passes()
        c2 = world.call("c2")
        assert (c2.outcome, c2.is_provisional, c2.judge_at and c2.judge_at > now()) == ("consult", True, True)
    for each in of_bob(110):
        world.bring(each)
    c2 = world.call("c2")
    assert (c2.outcome, c2.is_provisional, c2.judge_at) == ("consult", False, None)
    assert not Alert.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize(("until", "outcome", "alerts"), [(60, "abandoned", ["c2"]), (80, "consult", [])])
def test_where_the_record_of_who_asked_never_comes_its_events_say_who_had_the_customer(
    world: World, until: float, outcome: str, alerts: list[str]
) -> None:
    for each in [CONNECTED, *transferred(50, 70), of_bob(until)[1]]:
        world.bring(each)
    leg_wait_passes()
    c2 = world.call("c2")
    assert (c2.outcome, c2.is_provisional, c2.judge_at, world.alerts()) == (outcome, False, None, alerts)
    assert Case.objects.count() == len(alerts)


@pytest.mark.parametrize("at_once", [False, True])
def test_events_and_records_by_their_own_writers_at_once_leave_one_case_and_one_alert_a_call(
    world_apart: World, at_once: bool
) -> None:
    world = world_apart
    world.rules(opens_cases_early=at_once)
    legs = [[*of_bob(50, NextContactId="c2"), *transferred(50, 70)], [INITIATED, QUEUED, RINGS, MISSED, LEFT, record()]]
    callers = [[named(n, each) for each in legs[n % 2]] for n in range(6)]
    in_threads([lambda each=each: world.bring(each) for story in callers for each in story])  # type: ignore[misc]
    judge_again()
    assert not world.stream.dead_letters.exists()
    assert world.alerts() == ["0-c2", "1-c1", "2-c2", "3-c1", "4-c2", "5-c1"]
    assert not Alert.objects.exclude(acknowledged_at=None, corrected_at=None).exists()
    assert world.case().drops == 6


def named(n: int, told: Record) -> Record:
    """The same of another contact, whose ids begin with n."""
    written = json.dumps(told)
    for contact_id in ("c1", "c2"):
        written = written.replace(f'"{contact_id}', f'"{n}-{contact_id}')
    renamed: Record = json.loads(written)
    return renamed
