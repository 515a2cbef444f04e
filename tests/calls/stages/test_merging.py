from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from calls.connect import agent_event, contact_event
from calls.stages.facts import MOST_AGENTS, MOST_HOLDS, Facts, NextLeg
from calls.stages.merging import note_contact, note_event, note_left, note_next
from tests.calls.stages import events
from tests.calls.stages.events import BOB, CHARLIE, agent_info, at, contact, iso, queue_info
from tests.calls.world import ARN

Note = Callable[[Facts], None]
SECONDS = st.integers(0, 6)
KINDS = ("INITIATED", "QUEUED", "CONNECTED_TO_AGENT", "CONTACT_DATA_UPDATED", "DISCONNECTED", "COMPLETED", "PAUSED",
         "RESUMED")  # fmt: skip
STATES = ("INCOMING", "CONNECTING", "CONNECTED", "CONNECTED_ONHOLD", "MISSED", "ENDED")


@st.composite
def told_events(draw: st.DrawFn) -> Note:
    detail: dict[str, Any] = {}
    if draw(st.booleans()):
        detail |= queue_info(draw(SECONDS), draw(st.sampled_from([f"{ARN}/queue/1", f"{ARN}/queue/2", ""])))
    if draw(st.booleans()):
        detail |= agent_info(draw(SECONDS), draw(st.sampled_from([BOB, CHARLIE, ""])))
    if draw(st.booleans()):
        detail |= {"disconnectTimestamp": iso(draw(SECONDS)), "disconnectReason": draw(st.sampled_from("AB"))}
    event = events.contact_event(draw(st.sampled_from(KINDS)), draw(SECONDS), **detail)
    return partial(note_event, event=contact_event.decode(event))


@st.composite
def told_contacts(draw: st.DrawFn) -> Note:
    listed = contact(draw(st.sampled_from(STATES)), draw(SECONDS), enqueued=draw(SECONDS))
    found = msgspec.convert(listed, agent_event.AgentContact)
    agent, seen_at = draw(st.sampled_from([BOB, CHARLIE])), at(draw(SECONDS))
    return partial(note_contact, agent_arn=agent, seen_at=seen_at, contact=found)


LEFT = st.builds(
    lambda agent, second: partial(note_left, agent_arn=agent, left_at=at(second)),
    st.sampled_from([BOB, CHARLIE]),
    SECONDS,
)
NEXT = st.builds(
    lambda name, second: partial(note_next, leg=NextLeg(name, "TRANSFER", at(second))), st.sampled_from("xy"), SECONDS
)


def told(notes: list[Note]) -> dict[str, Any]:
    facts = Facts()
    for note in notes:
        note(facts)
    found: dict[str, Any] = msgspec.to_builtins(facts)
    return found


@given(st.data(), st.lists(st.one_of(told_events(), told_contacts(), NEXT), max_size=10))
def test_in_any_order_and_however_often_the_same_events_tell_the_same(data: st.DataObject, notes: list[Note]) -> None:
    again = data.draw(st.permutations([*notes, *notes[:3]]))
    assert told(again) == told(notes)


@given(st.data(), st.lists(told_contacts(), min_size=1, max_size=6), st.lists(LEFT, max_size=4))
def test_snapshots_without_the_call_tell_the_same_in_any_order_once_an_agent_was_seen_with_it(
    data: st.DataObject, notes: list[Note], left: list[Note]
) -> None:
    """Nobody left who was not there: such a snapshot is not even told to the call."""
    both = [seen(BOB), seen(CHARLIE)]
    again = data.draw(st.permutations([*notes, *left, *left]))
    assert told([*both, *again]) == told([*both, *notes, *left])


def seen(agent: str) -> Note:
    listed = msgspec.convert(contact("INCOMING", 0), agent_event.AgentContact)
    return partial(note_contact, agent_arn=agent, seen_at=at(-1), contact=listed)


@given(st.lists(told_contacts(), max_size=8))
def test_facts_are_kept_as_json_and_come_back_the_same(notes: list[Note]) -> None:
    kept = told(notes)
    assert msgspec.to_builtins(msgspec.convert(msgspec.json.decode(msgspec.json.encode(kept)), Facts)) == kept


def test_a_hold_ends_where_a_later_state_says_so_whichever_came_first() -> None:
    states = [("CONNECTED", 25), ("CONNECTED_ONHOLD", 40), ("CONNECTED", 50), ("CONNECTED_ONHOLD", 55), ("ENDED", 70)]
    notes = [
        partial(note_contact, agent_arn=BOB, seen_at=at(second), contact=_listed(state, second))
        for state, second in states
    ]
    for order in (notes, notes[::-1], notes[2:] + notes[:2]):
        assert msgspec.convert(told(list(order)), Facts).holds == [(at(40), at(50)), (at(55), at(70))]


def _listed(state: str, second: float) -> agent_event.AgentContact:
    return msgspec.convert(contact(state, second), agent_event.AgentContact)


def test_facts_are_bounded_whatever_comes() -> None:
    facts = Facts()
    for number in range(MOST_AGENTS * 2):
        note_contact(facts, f"{ARN}/agent/{number}", at(number), _listed("MISSED", number))
        note_contact(facts, BOB, at(2 * number), _listed("CONNECTED_ONHOLD", 2 * number))
        note_contact(facts, BOB, at(2 * number + 1), _listed("CONNECTED", 2 * number + 1))
    assert len(facts.agents) == len(facts.missed) == MOST_AGENTS
    assert len(facts.holds) == len(facts.off_hold) == MOST_HOLDS
    assert facts.holds[0][1] == facts.holds[0][0] + timedelta(seconds=1)
