import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from calls.connect.agent_event import AgentEvent, Snapshot, decode, decode_plain
from calls.connect.kinds import Unusable, is_plain, parse, parse_many

SAMPLES = Path(__file__).parents[2] / "samples" / "agent_events"
NAMES = sorted(path.stem for path in SAMPLES.iterdir())
WEST = "arn:aws:connect:us-west-2:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111"
EAST = "arn:aws:connect:us-east-1:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111"
EU = "arn:aws:connect:eu-central-1:123456789012:instance/00000000-0000-4000-8000-000000000003"
BARE: dict[str, Any] = {
    "AgentARN": "a1",
    "EventId": "e1",
    "EventType": "HEART_BEAT",
    "EventTimestamp": "2026-11-02T09:00:00.250Z",
}


def sample(name: str) -> AgentEvent:
    return decode(parse((SAMPLES / f"{name}.json").read_bytes()))


def snapshot(**parts: object) -> Snapshot:
    event = decode({**BARE, "CurrentAgentSnapshot": parts})
    assert event.snapshot
    return event.snapshot


def at(*time: int) -> datetime:
    return datetime(*time, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_all_samples_are_here() -> None:
    assert [name[:2] for name in NAMES] == ["01", "02", "03", "04", "05"]


def test_a_heartbeat_tells_the_agents_whole_state() -> None:
    event = sample("01_heart_beat")
    assert (event.event_id, event.kind, event.at) == ("EventId-1", "HEART_BEAT", at(2019, 8, 13, 20, 58, 44, 31_000))
    assert (event.agent_arn, event.instance_arn) == (f"{WEST}/agent/agent-ARN", WEST)
    now, before = event.snapshot, event.previous
    assert now
    assert (now.status.arn, now.status.name, now.status.type) == ("example-ARN", "Available", None)
    assert now.status.since == at(2019, 8, 13, 20, 52, 30, 704_000)
    assert now.next_status
    assert (now.next_status.arn, now.next_status.name) == ("example-ARN2", "Lunch")
    assert now.next_status.enqueued_at == at(2019, 8, 13, 20, 58, 0, 4000)
    assert (now.username, now.first_name, now.last_name) == ("aestest", "AgentEventStreamTest", "Agent")
    assert now.routing_profile.arn == f"{WEST}/routing-profile/routing-profile-ARN"
    assert now.routing_profile.name == "AgentEventStreamProfile"
    assert now.concurrency == (("CHAT", 3, 3), ("VOICE", 1, 1))
    assert (now.contacts, now.hierarchy) == ((), ())
    assert before
    assert (before.status.name, before.next_status) == ("Offline", None)


def test_an_agents_own_queue_has_no_name_and_the_others_have() -> None:
    now = sample("04_state_change_contact_error").snapshot
    assert now
    tails = {arn.removeprefix(f"{EU}/queue/00000000-0000-4000-8000-"): name for arn, name in now.queues.items()}
    assert tails == {
        "0000000000b1": "Fraud",
        "0000000000b2": "Fraud Internal",
        "0000000000b3": "National Accounts",
        "0000000000b4": "National Accounts Internal",
        "0000000000b5": "AgentSeven",
    }


def test_after_contact_work_is_a_contact_that_has_ended_and_is_still_there() -> None:
    event = sample("02_state_change_connected_to_ended_acw_starts")
    assert event.snapshot
    assert event.previous
    (now,), (before,) = event.snapshot.contacts, event.previous.contacts
    assert (now.contact_id, now.initial_contact_id, now.root_id) == ("ContactId-1", None, "ContactId-1")
    assert (now.channel, now.initiation_method) == ("VOICE", "OUTBOUND")
    assert (before.state, before.since) == ("CONNECTED", at(2019, 5, 25, 18, 55, 21, 11_000))
    assert (now.state, now.since) == ("ENDED", at(2019, 5, 25, 18, 55, 27, 17_000))
    assert (now.connected_at, now.enqueued_at) == (before.since, None)
    assert (now.queue_arn, now.queue_name) == (f"{EAST}/queue/queue-ARN-for-BasicQueue", "BasicQueue")


def test_after_contact_work_is_over_when_the_contact_is_gone() -> None:
    event = sample("03_state_change_acw_finished_contact_gone")
    assert event.kind == "STATE_CHANGE"
    assert event.snapshot
    assert event.previous
    assert (event.snapshot.contacts, event.snapshot.concurrency) == ((), ())
    assert [contact.state for contact in event.previous.contacts] == ["ENDED"]


def test_a_contact_in_error_never_reached_the_agent() -> None:
    event = sample("04_state_change_contact_error")
    assert event.agent_arn == f"{EU}/agent/00000000-0000-4000-8000-0000000000a7"
    assert event.previous
    (contact,) = event.previous.contacts
    assert (contact.contact_id, contact.state) == ("e848581d-df3f-4096-af25-1abb4fa3cfc5", "ERROR")
    assert (contact.connected_at, contact.enqueued_at) == (None, at(2019, 1, 21, 9, 15, 53, 53_000))
    assert (contact.since, contact.queue_name) == (at(2019, 1, 21, 9, 15, 54, 54_000), "National Accounts")


def test_a_login_has_nothing_before_it_and_the_type_of_the_status() -> None:
    event = sample("05_login")
    assert (event.kind, event.previous) == ("LOGIN", None)
    assert event.snapshot
    assert (event.snapshot.status.name, event.snapshot.status.type) == ("Offline", "OFFLINE")
    assert event.snapshot.status.since == at(2026, 11, 2, 8, 59)
    assert event.snapshot.next_status is None


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_way_reads_each_sample_like_the_long_way(name: str) -> None:
    data = (SAMPLES / f"{name}.json").read_bytes()
    assert is_plain(data)
    assert decode_plain(data) == decode(parse(data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'"AgentARN"',
        json.dumps(BARE).encode() * 2,
        json.dumps({**BARE, "AgentARN": None}).encode(),
        json.dumps({**BARE, "EventType": "SEGMENTS"}).encode(),
        json.dumps({**BARE, "detail-type": "Amazon Connect Contact Event"}).encode(),
        json.dumps({**BARE, "AWSContactTraceRecordFormatVersion": "2017-03-10"}).encode(),
        json.dumps({**BARE, "StreamingEventType": "STARTED"}).encode(),
    ],
)
def test_what_is_not_plainly_one_agent_event_goes_the_long_way(data: bytes) -> None:
    assert decode_plain(data) is None


def test_events_back_to_back_are_read_each() -> None:
    data = json.dumps(BARE).encode() + b"\n" + json.dumps({**BARE, "EventId": "e2"}).encode()
    assert [decode(each).event_id for each in parse_many(data)] == ["e1", "e2"]


@pytest.mark.parametrize("absent", [{}, {"CurrentAgentSnapshot": None, "PreviousAgentSnapshot": None}])
def test_an_event_may_come_without_snapshots(absent: dict[str, Any]) -> None:
    event = decode({**BARE, **absent, "InstanceARN": None})
    assert (event.snapshot, event.previous, event.instance_arn) == (None, None, None)
    assert event.at == at(2026, 11, 2, 9, 0, 0, 250_000)


PARTS = ("AgentStatus", "NextAgentStatus", "Configuration", "Contacts")


def test_a_snapshot_of_nothing_but_nulls_tells_nothing() -> None:
    for empty in (snapshot(), snapshot(**dict.fromkeys(PARTS)), snapshot(Configuration={"RoutingProfile": None})):
        assert (empty.status.name, empty.next_status, empty.username) == (None, None, None)
        assert (empty.routing_profile.name, empty.concurrency, empty.contacts) == (None, (), ())
        assert (empty.queues, empty.hierarchy) == ({}, ())


def test_the_groups_of_an_agent_are_named_from_the_widest() -> None:
    groups = {"Level2": {"ARN": "g2", "Name": "Billing"}, "Level1": {"ARN": "g1", "Name": "Dublin"}, "Level3": None}
    assert snapshot(Configuration={"AgentHierarchyGroups": groups}).hierarchy == ("Dublin", "Billing")


def test_the_queue_of_a_contact_gives_its_name_too() -> None:
    contact = {"ContactId": "c1", "Queue": {"ARN": "q9", "Name": "Overflow"}}
    assert snapshot(Contacts=[contact]).queues == {"q9": "Overflow"}


@pytest.mark.parametrize(("came", "channel"), [("TASKS", "TASK"), ("VOICE", "VOICE"), ("CHAT", "CHAT")])
def test_tasks_are_the_channel_task(came: str, channel: str) -> None:
    assert snapshot(Contacts=[{"ContactId": "c1", "Channel": came}]).contacts[0].channel == channel


def test_a_state_that_nobody_knows_is_kept() -> None:
    contact = {"ContactId": "c2", "InitialContactId": "c1", "State": "LEVITATING", "Mood": {"Level": 3}}
    found = snapshot(Contacts=[contact]).contacts[0]
    assert (found.state, found.root_id, found.queue_arn, found.queue_name) == ("LEVITATING", "c1", None, None)


def test_times_come_out_in_utc_and_those_of_1970_are_not_set() -> None:
    contact = {"ContactId": "c1", "StateStartTimestamp": "2026-11-02T11:00:00+02:00"}
    found = snapshot(Contacts=[{**contact, "QueueTimestamp": "1970-01-01T00:00:00.001Z"}]).contacts[0]
    assert (found.since, found.enqueued_at) == (at(2026, 11, 2, 9), None)
    assert found.since
    assert found.since.tzinfo is UTC


CONTACT = {"ContactId": "c1"}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"EventId": None}, "$.EventId"),
        ({"EventId": "x" * 257}, "$.EventId"),
        ({"AgentARN": ""}, "$.AgentARN"),
        ({"AgentARN": "x" * 513}, "$.AgentARN"),
        ({"EventType": "+12025550142"}, "EventType"),
        ({"EventTimestamp": "yesterday +12025550142"}, "$.EventTimestamp"),
        ({"EventTimestamp": 1_700_000_000_000}, "$.EventTimestamp"),
        ({"EventTimestamp": "0001-01-01T00:00:00+23:59"}, "EventTimestamp"),
        ({"CurrentAgentSnapshot": ["+12025550142"]}, "$.CurrentAgentSnapshot"),
        ({"PreviousAgentSnapshot": {"Contacts": [{}]}}, "$.PreviousAgentSnapshot.Contacts[0]"),
        ({"CurrentAgentSnapshot": {"Contacts": [{**CONTACT, "State": 5}]}}, "Contacts[0].State"),
        ({"CurrentAgentSnapshot": {"Contacts": [{**CONTACT, "ContactId": ""}]}}, "Contacts[0].ContactId"),
        ({"CurrentAgentSnapshot": {"Contacts": [CONTACT] * 1001}}, "$.CurrentAgentSnapshot.Contacts"),
        ({"CurrentAgentSnapshot": {"Configuration": {"Username": "x" * 257}}}, "Configuration.Username"),
        (
            {"CurrentAgentSnapshot": {"Configuration": {"AgentHierarchyGroups": {"+12025550142": 5}}}},
            "Configuration.AgentHierarchyGroups[...]",
        ),
        (
            {"CurrentAgentSnapshot": {"Configuration": {"RoutingProfile": {"Concurrency": [{"MaximumSlots": 2**40}]}}}},
            "Concurrency[0].MaximumSlots",
        ),
    ],
)
def test_a_wrong_type_is_refused_by_its_place_and_not_its_content(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Unusable) as refused:
        decode({**BARE, **fields})
    assert place in str(refused.value)
    assert "2025550142" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_thousand_contacts_of_one_agent_are_taken() -> None:
    assert len(snapshot(Contacts=[CONTACT] * 1000).contacts) == 1000
