"""One call as all four streams tell it: it waits, one agent misses it, another takes it, holds it twice.

And another, whose caller gives up when the first has missed it.
"""

from __future__ import annotations

from tests.calls.stages.events import (
    BOB,
    CHARLIE,
    agent_event,
    agent_info,
    contact,
    contact_event,
    iso,
    queue_info,
    snapshot,
)
from tests.calls.world import ALICE, ARN, QUEUE, Record

Story = dict[str, list[Record]]  # by the kinds of the streams

HEARS = {"Version": "1.0.0", "Channel": "VOICE", "AccountId": "1", "InstanceId": ARN.rpartition("/")[2],
         "ContactId": "c1", "LanguageCode": "en-US"}  # fmt: skip
ACW = {"afterContactWorkStartTimestamp": iso(100), "afterContactWorkEndTimestamp": iso(115)}

CONTACT_EVENTS: list[Record] = [
    contact_event("INITIATED", 0),
    contact_event("QUEUED", 10, **queue_info(10)),
    contact_event("CONNECTED_TO_AGENT", 25, **queue_info(10), **agent_info(25)),
    contact_event("CONTACT_DATA_UPDATED", 30, **queue_info(10), **agent_info(25)),
    contact_event("DISCONNECTED", 100, disconnectTimestamp=iso(100), **queue_info(10), **agent_info(25)),
    contact_event("COMPLETED", 115, disconnectTimestamp=iso(100), **agent_info(25, **ACW)),
]


def _of_agent(agent: str, *states: tuple[float, str | None]) -> list[Record]:
    """At this second the call is in this state, or has left; each event holds the snapshot before it."""
    events: list[Record] = []
    before: Record | None = snapshot(agent=agent)
    for second, state in states:
        listed = [contact(state, second)] if state else []
        events.append(agent_event(second, *listed, agent=agent, before=before))
        before = snapshot(*listed, agent=agent)
    return events


AGENT_EVENTS: list[Record] = [
    *_of_agent(CHARLIE, (-5, None), (12, "CONNECTING"), (18, "MISSED"), (20, None)),
    *_of_agent(BOB, (21, "CONNECTING"), (25, "CONNECTED"), (40, "CONNECTED_ONHOLD"), (50, "CONNECTED"),
               (70, "CONNECTED_ONHOLD"), (80, "CONNECTED"), (100, "ENDED"), (115, None)),
    agent_event(118, agent=BOB, kind="HEART_BEAT", before=snapshot(agent=BOB)),
]  # fmt: skip
LENS: list[Record] = [
    {**HEARS, "EventType": "STARTED"},
    {**HEARS, "EventType": "SEGMENTS", "Segments": []},
    {**HEARS, "EventType": "COMPLETED"},
]
RECORD: Record = {
    "AWSContactTraceRecordFormatVersion": "2017-03-10",
    "ContactId": "c1",
    "Channel": "VOICE",
    "InitiationMethod": "INBOUND",
    "InitiationTimestamp": iso(0),
    "DisconnectTimestamp": iso(100),
    "LastUpdateTimestamp": iso(119),
    "DisconnectReason": "CUSTOMER_DISCONNECT",
    "Queue": {**QUEUE, "EnqueueTimestamp": iso(10), "DequeueTimestamp": iso(25)},
    "Agent": {"ARN": BOB, "Username": "bob", "ConnectedToAgentTimestamp": iso(25)},
}
ANSWERED: Story = {
    "contact-events": CONTACT_EVENTS,
    "agent-events": AGENT_EVENTS,
    "contact-lens": LENS,
    "contact-records": [RECORD],
}
ABANDONED: Story = {
    "contact-events": [
        *CONTACT_EVENTS[:2],
        contact_event("DISCONNECTED", 60, disconnectTimestamp=iso(60), **queue_info(10)),
        contact_event("COMPLETED", 60, disconnectTimestamp=iso(60), **queue_info(10)),
    ],
    "agent-events": AGENT_EVENTS[:4],
    "contact-records": [
        {
            **{name: value for name, value in RECORD.items() if name != "Agent"},
            "DisconnectTimestamp": iso(60),
            "LastUpdateTimestamp": iso(65),
            "AgentConnectionAttempts": 1,
            "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": ALICE},
            "Queue": {**QUEUE, "EnqueueTimestamp": iso(10), "DequeueTimestamp": iso(60)},
        }
    ],
}
