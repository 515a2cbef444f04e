"""Anything that streams may tell of a call, as hypothesis draws it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from hypothesis import strategies as st

from calls.connect import agent_event, contact_event
from calls.stages.facts import Facts, NextLeg
from calls.stages.merging import note_contact, note_event, note_left, note_next
from tests.calls.stages import events
from tests.calls.stages.events import BOB, CHARLIE, agent_info, at, contact, iso, queue_info
from tests.calls.world import ARN

Note = Callable[[Facts], None]
SECONDS = st.integers(0, 6)
KINDS = ("INITIATED", "QUEUED", "CONNECTED_TO_AGENT", "CONTACT_DATA_UPDATED", "DISCONNECTED", "COMPLETED", "PAUSED",
         "RESUMED")  # fmt: skip
STATES = ("INCOMING", "CONNECTING", "CONNECTED", "CONNECTED_ONHOLD", "MISSED", "ERROR", "ENDED")


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
