from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from calls.connect.contact_record import decode
from calls.connect.kinds import Unusable, parse

SAMPLES = Path(__file__).parents[2] / "samples"
PATHS = sorted(path for folder in ("ctr", "ctr_synthetic", "ctr_partial") for path in (SAMPLES / folder).glob("*.json"))
BARE: dict[str, Any] = {"ContactId": "leg-1", "Channel": "VOICE", "InitiationMethod": "INBOUND"}


def sample(name: str) -> dict[str, object]:
    return parse((SAMPLES / name).read_bytes())


def test_an_answered_call_is_read_with_all_that_its_page_shows() -> None:
    record = decode(sample("ctr/02a_transferred_out_delivery1.json"))
    assert record.contact_id == record.root_id == "6fe40d2a-1a89-4d73-bfcf-5d9c33894f47"
    assert record.began_at == datetime(2022, 1, 5, 17, 12, 59, tzinfo=UTC)
    assert record.updated_at == datetime(2022, 1, 5, 17, 48, 35, tzinfo=UTC)
    assert record.queue
    assert (record.queue.name, record.wait_s) == ("TCC Refrig AC LLA", 346)
    assert record.agent
    assert record.agent.connected_to_agent_at == datetime(2022, 1, 5, 17, 20, 32, tzinfo=UTC)
    assert (record.agent.username, record.agent.interaction_s, record.agent.customer_hold_s) == ("agent.two", 239, 221)
    assert (record.agent.number_of_holds, record.agent.longest_hold_s) == (2, 204)
    assert record.agent.routing_profile
    assert record.agent.routing_profile.name == "TCC ALL"
    assert [group.group_name for group in record.agent.hierarchy_groups.values()] == ["TCC", "TCC ALL"]
    assert record.recording
    assert record.recording.status == "AVAILABLE"
    assert record.transferred_to_endpoint
    assert record.transferred_to_endpoint.type == "TELEPHONE_NUMBER"
    assert (record.caller_address, record.dialled_address) == ("+15555550102", "+18003335555")
    assert record.duration_s == 2069


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_not_modelled_is_kept_and_nothing_else(path: Path) -> None:
    record = decode(parse(path.read_bytes()))
    assert "ContactId" not in record.rest
    assert record.rest.keys() <= parse(path.read_bytes()).keys()


def test_new_fields_are_kept_in_their_places() -> None:
    agent = {"Username": "alice", "Mood": {"Level": 3}}
    record = decode({**BARE, "Agent": agent, "Aura": "green", "References": [], "Tags": {"team": "a"}})
    assert record.rest == {"Agent": {"Mood": {"Level": 3}}, "Aura": "green", "Tags": {"team": "a"}}


OBJECTS = (
    *("Agent", "Queue", "CustomerEndpoint", "SystemEndpoint", "TransferredToEndpoint", "DisconnectDetails"),
    *("Attributes", "SegmentAttributes", "Campaign", "QualityMetrics", "Recording"),
)


@pytest.mark.parametrize("absent", [None, {}])
def test_missing_and_null_and_empty_objects_are_the_same(absent: object) -> None:
    assert decode({**BARE, **dict.fromkeys(OBJECTS, absent)}) == decode(BARE)


def test_an_object_of_nothing_but_nulls_is_absent() -> None:
    agent = {"ARN": None, "HierarchyGroups": {"Level1": None}, "ConnectedToAgentTimestamp": None}
    assert decode({**BARE, "Agent": agent, "Campaign": {"CampaignId": None}}) == decode(BARE)


def test_empty_text_is_none_but_an_empty_attribute_is_kept() -> None:
    record = decode({**BARE, "InstanceARN": "", "Attributes": {"Acct_Code": "", "gone": None}})
    assert record.instance_arn is None
    assert record.attributes == {"Acct_Code": ""}


def test_attributes_that_differ_by_case_are_both_kept() -> None:
    attributes = decode(sample("ctr/02c_transferred_out_delivery3_six_days_later.json")).attributes
    assert {"greetingPlayed", "GreetingPlayed"} <= attributes.keys()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02T09:00:00.250Z", datetime(2026, 11, 2, 9, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-11-02T11:00:00+02:00", datetime(2026, 11, 2, 9, tzinfo=UTC)),
    ],
)
def test_times_come_out_in_utc(text: str, expected: datetime) -> None:
    record = decode({**BARE, "InitiationTimestamp": text})
    assert record.began_at == expected
    assert record.began_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"ContactId": 7}, "$.ContactId"),
        ({"ContactId": "x" * 257}, "$.ContactId"),
        ({"ContactId": None}, "ContactId"),
        ({"ContactId": ""}, "ContactId"),
        ({"InitiationTimestamp": "yesterday +12025550142"}, "$.InitiationTimestamp"),
        ({"InitiationTimestamp": "2026-11-02T09:00:00"}, "$.InitiationTimestamp"),
        ({"InitiationTimestamp": 1_700_000_000}, "$.InitiationTimestamp"),
        ({"InitiationTimestamp": "0001-01-01T00:00:00+23:59"}, "InitiationTimestamp"),
        ({"InitiationTimestamp": "9999-12-31T23:59:59-12:00"}, "InitiationTimestamp"),
        ({"AgentConnectionAttempts": "+12025550142"}, "$.AgentConnectionAttempts"),
        ({"AgentConnectionAttempts": True}, "$.AgentConnectionAttempts"),
        ({"AgentConnectionAttempts": 2**40}, "$.AgentConnectionAttempts"),
        ({"Queue": {"Duration": "+12025550142"}}, "$.Queue.Duration"),
        ({"Queue": "+12025550142"}, "$.Queue"),
        ({"Agent": ["+12025550142"]}, "$.Agent"),
        ({"Attributes": {"+12025550142": ["+12025550142"]}}, "$.Attributes[...]"),
    ],
)
def test_a_wrong_type_is_refused_by_the_fields_name_and_not_its_content(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(Unusable) as refused:
        decode({**BARE, **fields})
    assert path in str(refused.value)
    assert "2025550142" not in str(refused.value)


@pytest.mark.parametrize("score", [4.5, 4, "4.50"])
def test_a_quality_score_is_taken_as_number_or_text(score: object) -> None:
    record = decode({**BARE, "QualityMetrics": {"Agent": {"Audio": {"QualityScore": score}}}})
    assert record.quality_metrics
    assert record.quality_metrics.agent
    assert record.quality_metrics.agent.audio
    assert record.quality_metrics.agent.audio.quality_score == score


TALK = {"ConnectedToAgentTimestamp": "2026-11-02T09:01:00Z"}
REACHED = {"ConnectedToSystemTimestamp": "2026-11-02T09:00:00Z"}


@pytest.mark.parametrize(
    ("fields", "talked"),
    [
        ({}, False),
        ({"Agent": TALK}, True),
        ({"Agent": {"Username": "alice"}}, True),
        ({"Agent": {"Username": "alice", "ConnectedToAgentTimestamp": None}}, False),
        ({"Agent": {"Username": "alice", "ConnectedToAgentTimestamp": ""}}, False),
        ({"Agent": TALK, "InitiationMethod": "OUTBOUND"}, False),
        ({"Agent": TALK, "InitiationMethod": "OUTBOUND", **REACHED}, True),
        ({"Agent": TALK, "InitiationMethod": "CALLBACK"}, False),
        ({"Agent": TALK, "Campaign": {"CampaignId": "spring"}}, False),
        ({"Agent": TALK, "InitiationMethod": "API", "Channel": "CHAT"}, True),
    ],
)
def test_an_agent_talked_when_both_ends_were_there(fields: dict[str, Any], talked: bool) -> None:
    assert decode({**BARE, **fields}).talked is talked


@pytest.mark.parametrize(
    ("queue", "wait_s"),
    [
        ({"Duration": 7}, 7),
        ({"Duration": -1}, 0),
        ({"Duration": 0}, 0),
        ({"Name": "Billing"}, None),
        (None, None),
        ({"EnqueueTimestamp": "2026-11-02T09:00:00Z", "DequeueTimestamp": "2026-11-02T09:00:05.5Z"}, 5.5),
        ({"EnqueueTimestamp": "2026-11-02T09:00:00Z", "Duration": 9}, 9),
    ],
)
def test_the_wait_is_the_time_in_the_queue(queue: dict[str, Any] | None, wait_s: float | None) -> None:
    assert decode({**BARE, "Queue": queue}).wait_s == wait_s


@pytest.mark.parametrize(
    ("address", "kind", "caller"),
    [
        ("+12025550142", "TELEPHONE_NUMBER", "+12025550142"),
        ("sip:alice@example.com", "VOIP", "sip:alice@example.com"),
        ("anonymous", "TELEPHONE_NUMBER", None),
        ("Restricted", "TELEPHONE_NUMBER", None),
        ("", "TELEPHONE_NUMBER", None),
        (" ", "TELEPHONE_NUMBER", None),
        ("+266696687", "TELEPHONE_NUMBER", None),
        ("sip:anonymous@anonymous.invalid", "VOIP", None),
        ("alice@example.com", "EMAIL_ADDRESS", None),
    ],
)
def test_a_withheld_number_is_nobodys_number(address: str, kind: str, caller: str | None) -> None:
    assert decode({**BARE, "CustomerEndpoint": {"Address": address, "Type": kind}}).caller_address == caller


def test_an_agents_own_queue_is_known_by_its_arn() -> None:
    assert decode({**BARE, "Queue": {"ARN": "arn:aws:connect:r:1:instance/i/queue/agent/a"}}).is_agent_queue
    assert not decode({**BARE, "Queue": {"ARN": "arn:aws:connect:r:1:instance/i/queue/q"}}).is_agent_queue
    assert not decode(BARE).is_agent_queue


def test_a_record_with_replaced_characters_says_so() -> None:
    assert decode(parse(rb'{"ContactId": "a\u0000"}')).is_repaired
    assert not decode(BARE).is_repaired
