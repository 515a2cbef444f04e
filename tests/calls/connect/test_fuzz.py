"""Whatever bytes arrive are decoded or refused: no decoder raises anything but Unusable."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.connect import agent_event, contact_event
from calls.connect.contact_record import decode
from calls.connect.kinds import Unusable, kind_of, parse_many
from tests.faults.mutations import NAMES, SAMPLES, TEXTS, TIMES, is_seen_differently, mutated

# The same examples each time, and slow machines are no failure.
calmly = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))

texts = st.text(max_size=20) | st.sampled_from(TEXTS + TIMES)
scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | texts
keys = st.text(max_size=5) | st.sampled_from([*NAMES, "Channel", "InitiationMethod", "Agent", "Queue"])
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@calmly
@given(st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_objects_or_refused(data: bytes) -> None:
    with suppress(Unusable):
        for record in parse_many(data):
            json.dumps(record, allow_nan=False).encode()
            kind_of(record)


@calmly
@given(st.dictionaries(keys, anything))
def test_any_object_is_a_contact_record_or_refused(record: dict[str, Any]) -> None:
    with suppress(Unusable):
        decode({"ContactId": "c1", **record})


EVENT = {"id": "e1", "time": "2026-11-02T09:00:00Z"}
DETAIL = {"contactId": "c1", "eventType": "QUEUED"}
places = st.sampled_from(["AgentInfo", "queueInfo", "tags", "channel", "Channel", "ContactID", "initiationTimestamp"])
inner = st.sampled_from(["agentArn", "ConnectedToAgentTimestamp", "enqueueTimestamp", "aws:connect:systemEndpoint"])


@calmly
@given(st.dictionaries(places | keys, anything | st.dictionaries(inner | keys, scalars, max_size=4)))
def test_any_detail_is_a_contact_event_or_refused(detail: dict[str, Any]) -> None:
    with suppress(Unusable):
        event = contact_event.decode({**EVENT, "detail": {**DETAIL, **detail}})
        assert event.moment.tzinfo
        assert event.root_id


AGENT = {"AgentARN": "a1", "EventId": "e1", "EventType": "LOGIN", "EventTimestamp": "2026-11-02T09:00:00Z"}
parts = st.sampled_from(["AgentStatus", "NextAgentStatus", "Configuration", "RoutingProfile", "Contacts", "Queue"])
parts |= st.sampled_from(["ARN", "Name", "StartTimestamp", "Concurrency", "InboundQueues", "DefaultOutboundQueue"])
parts |= st.sampled_from(["AgentHierarchyGroups", "State", "StateStartTimestamp", "AvailableSlots", "Level1"])
snapshots = st.recursive(
    scalars, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(parts | keys, inside, max_size=4)
)


@calmly
@given(st.dictionaries(parts, snapshots))
def test_any_snapshot_is_an_agent_event_or_refused(snapshot: dict[str, Any]) -> None:
    with suppress(Unusable):
        found = agent_event.decode({**AGENT, "CurrentAgentSnapshot": snapshot}).snapshot
        assert found
        assert all((*found.queues, *found.queues.values()))
        assert all((*found.hierarchy, *(channel for channel, _, _ in found.concurrency)))
        assert all(contact.root_id for contact in found.contacts)


@calmly
@given(st.randoms(use_true_random=False))
def test_any_change_to_a_sample_is_decoded_or_refused(random: Any) -> None:
    with suppress(Unusable):
        for record in parse_many(mutated(random)):
            if kind_of(record) == "contact-records":
                again = json.loads(json.dumps(record))
                assert decode(record) == decode(again)


@calmly
@given(st.randoms(use_true_random=False))
def test_the_quick_ways_of_decoding_see_what_the_long_ways_see(random: Any) -> None:
    assert not is_seen_differently(mutated(random))


def test_the_samples_are_records_before_they_are_changed() -> None:
    assert len(SAMPLES) > 40
    assert all(kind_of(record) for data in SAMPLES for record in parse_many(data))
