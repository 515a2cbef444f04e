from datetime import timedelta
from functools import partial

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from calls.connect import agent_event
from calls.stages.facts import MOST_AGENTS, MOST_HOLDS, Facts
from calls.stages.merging import note_contact
from tests.calls.stages.events import BOB, at, contact
from tests.calls.stages.notes import LEFT, NEXT, Note, told, told_contacts, told_events
from tests.calls.world import ARN


@given(st.data(), st.lists(st.one_of(told_events(), told_contacts(), NEXT), max_size=10))
def test_in_any_order_and_however_often_the_same_events_tell_the_same(data: st.DataObject, notes: list[Note]) -> None:
    again = data.draw(st.permutations([*notes, *notes[:3]]))
    assert told(again) == told(notes)


@given(st.lists(st.one_of(told_contacts(), LEFT), max_size=8))
def test_what_comes_again_changes_nothing_of_where_a_call_is(notes: list[Note]) -> None:
    """An agent may be seen again after having left; to be gone for good is told with that."""
    before = msgspec.convert(told(notes), Facts)
    after = msgspec.convert(told([*notes, *notes]), Facts)
    for arn, agent in before.agents.items():
        assert after.agents[arn].seen_at == agent.seen_at
        assert agent.is_here or not after.agents[arn].is_here


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
