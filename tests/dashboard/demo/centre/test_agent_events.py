import json
import random
from pathlib import Path
from typing import Any

import pytest

from calls.connect import contact_record
from calls.connect.agent_event import AgentContact, AgentEvent, decode
from dashboard.demo.centre.endings import ENDINGS, Ending
from dashboard.demo.centre.floor import Agent
from dashboard.demo.centre.seat import Seat, Status
from dashboard.demo.centre.story import Story
from tests.dashboard.demo.centre.telling import (
    BEGAN_AT,
    SEEDS,
    TALES,
    as_sent,
    contact_records,
    named,
    tale_name,
    told,
)

SAMPLES = Path(__file__).resolve().parents[3] / "samples/agent_events"
each_tale = pytest.mark.parametrize(("ending", "seed"), TALES, ids=tale_name)


def seat_of(agent: Agent) -> Seat:
    return Seat(agent, random.Random(1), BEGAN_AT)  # noqa: S311 - ids alone


def as_events(story: Story) -> list[dict[str, Any]]:
    """Of all agents, in order; their day begins with the call."""
    seats = {step.agent: seat_of(step.agent) for step in story.steps}
    begun = [seat.log_in(BEGAN_AT) for seat in seats.values()]
    begun += [seat.ask_for(Status.AVAILABLE, BEGAN_AT) for seat in seats.values()]
    moved = [seats[step.agent].move(step) for step in sorted(story.steps, key=lambda step: step.at)]
    return [as_sent(each) for each in (*begun, *moved)]


def events_of(story: Story) -> list[AgentEvent]:
    return [decode(each) for each in as_events(story)]


def states_of(story: Story, contact_id: str) -> dict[str, list[AgentContact]]:
    """How each agent has it, one entry for each state, by the agent's ARN."""
    states: dict[str, list[AgentContact]] = {}
    for event in events_of(story):
        assert event.snapshot is not None
        for contact in event.snapshot.contacts:
            if contact.contact_id == contact_id:
                states.setdefault(event.agent_arn, []).append(contact)
    return states


def names_in(value: object, place: str = "") -> set[str]:
    if isinstance(value, list):
        return {place}.union(*(names_in(each, place) for each in value))
    if not isinstance(value, dict):
        return {place}
    return {place}.union(*(names_in(inner, f"{place}.{name}") for name, inner in value.items()))


@each_tale
def test_in_the_end_no_agent_has_anything_left(ending: Ending, seed: int) -> None:
    last = {event.agent_arn: event for event in events_of(told(ending, seed))}
    assert all(event.snapshot and not event.snapshot.contacts for event in last.values())


@each_tale
def test_each_picture_comes_with_the_one_before_it(ending: Ending, seed: int) -> None:
    before: dict[str, Any] = {}
    for event in as_events(told(ending, seed)):
        assert event["PreviousAgentSnapshot"] == before.get(event["AgentARN"])
        before[event["AgentARN"]] = event["CurrentAgentSnapshot"]


@each_tale
def test_the_contact_record_confirms_what_the_agents_did(ending: Ending, seed: int) -> None:
    story = told(ending, seed)
    for record in map(contact_record.decode, contact_records(story)):
        states = states_of(story, record.contact_id)
        agent = record.agent
        if not agent or not agent.talked_at:
            assert not any(each.state == "CONNECTED" for had in states.values() for each in had)
            continue
        had = states[agent.arn or ""]
        talked = [each for each in had if each.state in ("CONNECTED", "CONNECTED_ONHOLD")]
        assert talked[0].since == agent.talked_at
        assert {each.connected_at for each in talked} == {agent.talked_at}
        assert sum(each.state == "CONNECTED_ONHOLD" for each in had) == agent.number_of_holds
        ended = [each.since for each in had if each.state == "ENDED"]
        assert ended == ([agent.after_contact_work_started_at] if agent.after_contact_work_s else [])


@each_tale
def test_the_names_of_queues_are_told_by_agents_alone(ending: Ending, seed: int) -> None:
    story = told(ending, seed)
    for record in map(contact_record.decode, contact_records(story)):
        for contacts in states_of(story, record.contact_id).values():
            for each in contacts:
                queue = record.queue
                assert each.queue_arn == (queue.arn if queue else None)
                assert each.queue_name == (queue.name if queue else None)
                assert each.enqueued_at == (queue.enqueued_at if queue else None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("missed by two agents", [["CONNECTING", "MISSED"], ["CONNECTING", "MISSED"]]),
        ("missed, then cut", [["CONNECTING", "MISSED"]]),
        ("abandoned while ringing", [["CONNECTING"]]),
        ("answered after one agent missed it", [["CONNECTING", "MISSED"], None]),
        ("abandoned", []),
        ("busy", [["CONNECTING"]]),
    ],
)
def test_a_phone_rings_before_it_is_answered_missed_or_given_up(
    name: str, states: list[list[str] | None], seed: int
) -> None:
    story = told(named(name), seed)
    seen = [[each.state for each in had] for had in states_of(story, story.calls[0].id).values()]
    assert len(seen) == len(states)
    for had, expected in zip(seen, states, strict=True):
        assert had == expected or (expected is None and had[:2] == ["CONNECTING", "CONNECTED"])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_caller_who_is_left_on_hold_is_on_hold_to_the_last(seed: int) -> None:
    story = told(named("left on hold"), seed)
    (had,) = states_of(story, story.calls[0].id).values()
    assert [each.state for each in had][-2:] == ["CONNECTED_ONHOLD", "ENDED"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_callback_is_offered_as_incoming(seed: int) -> None:
    story = told(named("called back"), seed)
    (had,) = states_of(story, story.calls[1].id).values()
    assert [each.state for each in had][:2] == ["INCOMING", "CONNECTED"]


def test_who_asks_for_a_break_in_a_call_has_it_after_the_work_on_that_call() -> None:
    story = told(named("answered, customer hangs up"), 1)
    seat = seat_of(story.steps[0].agent)
    seat.log_in(BEGAN_AT)
    seat.ask_for(Status.AVAILABLE, BEGAN_AT)
    *before, last = [seat.move(step) for step in story.steps[:2]] + [seat.ask_for(Status.LUNCH, BEGAN_AT + 900)]
    asked = decode(as_sent(last)).snapshot
    assert asked is not None
    assert (asked.status.name, asked.next_status and asked.next_status.name) == ("Available", "Lunch")
    rest = [decode(as_sent(seat.move(step))).snapshot for step in story.steps[2:]]
    names = [each.status.name for each in rest if each]
    assert names == ["Available"] * (len(rest) - 1) + ["Lunch"]
    assert before


def test_a_slot_is_taken_while_a_contact_is_in_hand() -> None:
    story = told(named("answered, customer hangs up"), 1)
    free = [{c: a for c, a, _ in event.snapshot.concurrency}["VOICE"] for event in events_of(story) if event.snapshot]
    assert free == [1, 1, *[0] * (len(story.steps) - 1), 1]


def test_nothing_stands_in_an_event_that_amazon_does_not_send() -> None:
    known = {name for path in SAMPLES.glob("*.json") for name in names_in(json.loads(path.read_text()))}
    sent = {name for ending in ENDINGS for each in as_events(told(ending, 1)) for name in names_in(each)}
    # Both pictures of an event have the same parts.
    current = {name.replace(".PreviousAgentSnapshot", ".CurrentAgentSnapshot") for name in sent}
    assert current - known <= {".CurrentAgentSnapshot.NextAgentStatus"}
