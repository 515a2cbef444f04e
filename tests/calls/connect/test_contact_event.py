import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from calls.connect.contact_event import decode, decode_plain
from calls.connect.kinds import Unusable, is_plain, kind_of, parse, parse_many

SAMPLES = Path(__file__).parents[2] / "samples" / "contact_events"
NAMES = sorted(path.stem for path in SAMPLES.iterdir())
USABLE = [name for name in NAMES if name[:2] not in ("07", "12")]
INSTANCE = "arn:aws:connect:us-east-1:123456789012:instance/12345678-1234-1234-1234-123456789012"
DEMO = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"
SENT = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
THEN = "2026-11-02T09:00:30.456Z"


def sample(name: str) -> dict[str, object]:
    return parse((SAMPLES / f"{name}.json").read_bytes())


def envelope(**detail: object) -> dict[str, Any]:
    told = {"eventType": "QUEUED", "contactId": "leg-1", **detail}
    return {"id": "e1", "detail-type": "Amazon Connect Contact Event", "time": "2026-11-02T09:05:00Z", "detail": told}


def at(*time: int) -> datetime:
    return datetime(*time, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_all_samples_are_here() -> None:
    assert [name[:2] for name in NAMES] == [f"{n:02}" for n in range(1, 13)]


def test_an_answered_call_is_read_with_its_queue_and_agent() -> None:
    event = decode(sample("01_connected_to_agent"))
    assert (event.event_id, event.kind) == ("00000000-0000-4000-8000-0000000000e1", "CONNECTED_TO_AGENT")
    assert event.contact_id == event.root_id == "11111111-1111-1111-1111-111111111111"
    assert (event.channel, event.initiation_method, event.instance_arn) == ("VOICE", "INBOUND", INSTANCE)
    assert event.at == at(2021, 8, 4, 17, 43, 48)
    assert event.initiated_at == at(2021, 8, 4, 17, 17, 53)
    assert event.queue_arn == f"{INSTANCE}/queue/12345678-1234-1234-1234-123456789012"
    assert (event.queue_type, event.enqueued_at) == ("type", at(2021, 8, 4, 17, 29, 4))
    assert event.agent_arn == f"{INSTANCE}/agent/12345678-1234-1234-1234-123456789012"
    assert event.connected_to_agent_at == event.moment == at(2021, 8, 4, 17, 29, 9)
    assert event.dialled_address == "+11234567890"


def test_the_end_of_an_outbound_leg_is_read_with_what_it_came_from() -> None:
    event = decode(sample("02_disconnected_outbound"))
    assert event.initial_contact_id == event.previous_contact_id == event.root_id
    assert event.root_id == "11111111-2222-3333-4444-555555555555" != event.contact_id
    assert (event.channel, event.initiation_method) == ("VOICE", "OUTBOUND")
    assert event.connected_to_system_at == at(2021, 8, 4, 17, 17, 55)
    assert event.disconnected_at == event.moment == at(2021, 8, 4, 17, 18, 37)
    assert (event.queue_arn, event.enqueued_at, event.agent_arn) == (None, None, "arn")


def test_a_time_in_1970_is_not_set() -> None:
    event = decode(sample("03_contact_data_updated_epoch_sentinel"))
    assert (event.connected_to_agent_at, event.connected_to_system_at) == (None, None)
    assert event.enqueued_at == at(2023, 10, 24, 2, 39, 15, 240_000)
    assert event.initiated_at == at(2023, 10, 24, 2, 39, 15, 154_000)
    assert event.moment == event.at == at(2021, 8, 4, 17, 43, 48)
    assert (event.channel, event.dialled_address) == ("CHAT", None)


@pytest.mark.parametrize(
    "name", ["04_connected_to_agent_pascal_case_routing_criteria", "05_connected_to_agent_named_agent_criteria"]
)
def test_names_in_pascal_case_and_routing_criteria_as_a_list_are_read(name: str) -> None:
    event = decode(sample(name))
    assert (event.contact_id, event.kind) == ("12345678-1234-1234-1234-123456789012", "CONNECTED_TO_AGENT")
    assert (event.channel, event.initiation_method, event.instance_arn) == ("VOICE", "INBOUND", INSTANCE)
    assert event.agent_arn == f"{INSTANCE}/agent/12345678-1234-1234-1234-123456789012"
    assert event.queue_arn == f"{INSTANCE}/queue/12345678-1234-1234-1234-123456789012"
    assert (event.enqueued_at, event.moment) == (at(2021, 8, 4, 17, 29, 4), at(2021, 8, 4, 17, 29, 9))


def test_routing_criteria_as_an_object_are_no_trouble() -> None:
    event = decode(sample("06_routing_step_expired"))
    assert (event.kind, event.channel) == ("CONTACT_DATA_UPDATED", "CHAT")
    assert event.connected_to_system_at == at(2023, 11, 1, 18, 33, 1, 736_000)
    assert event.enqueued_at == at(2023, 11, 1, 18, 33, 3, 62_000)


def test_an_event_that_names_no_contact_is_refused() -> None:
    record = sample("07_disconnected_abandoned_minimal")
    assert kind_of(record) == "contact-events"
    with pytest.raises(Unusable, match=r"\$\.id"):
        decode(record)
    with pytest.raises(Unusable, match=r"detail\.contactId"):
        decode({"id": "e1", "time": "2026-11-02T09:05:00Z", **record})


def test_a_call_that_rings_in_waits_and_hangs_up_is_told_by_three_events() -> None:
    names = ("08_initiated_inbound", "09_queued", "10_disconnected_in_queue")
    initiated, queued, gone = (decode(sample(name)) for name in names)
    assert {event.contact_id for event in (initiated, queued, gone)} == {"30000000-0000-4000-8000-000000000001"}
    assert [event.moment for event in (initiated, queued, gone)] == [
        initiated.initiated_at,
        queued.enqueued_at,
        gone.disconnected_at,
    ]
    assert initiated.moment == at(2026, 11, 2, 9, 0, 0, 123_000)
    assert (initiated.queue_arn, initiated.instance_arn) == (None, DEMO)
    assert queued.moment == gone.enqueued_at == at(2026, 11, 2, 9, 0, 30, 456_000)
    assert queued.queue_arn == gone.queue_arn == f"{DEMO}/queue/00000000-0000-4000-8000-0000000000b1"
    assert queued.queue_type == "STANDARD"
    assert gone.moment == at(2026, 11, 2, 9, 1, 30, 789_000)
    assert (gone.agent_arn, gone.connected_to_agent_at, gone.connected_to_system_at) == (None, None, None)


def test_a_completed_contact_tells_its_after_contact_work() -> None:
    event = decode(sample("11_completed_after_acw"))
    assert (event.acw_started_at, event.acw_ended_at) == (at(2026, 11, 2, 9, 5), at(2026, 11, 2, 9, 5, 20))
    assert (event.moment, event.disconnected_at) == (event.acw_ended_at, event.acw_started_at)


def test_an_event_of_amazon_connect_cases_is_not_a_contact_event() -> None:
    record = sample("12_amazon_connect_cases_case_updated")
    assert kind_of(record) == "cases-events"
    assert decode_plain(json.dumps(record).encode()) is None


@pytest.mark.parametrize("name", USABLE)
def test_the_quick_way_reads_each_sample_like_the_long_way(name: str) -> None:
    data = (SAMPLES / f"{name}.json").read_bytes()
    assert is_plain(data)
    assert decode_plain(data) == decode(parse(data))


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"",
        json.dumps(envelope()).encode() * 2,
        json.dumps({**envelope(), "AWSContactTraceRecordFormatVersion": "2017-03-10"}).encode(),
        json.dumps({**envelope(), "detail-type": "Another", "of": "Amazon Connect Contact Event"}).encode(),
        json.dumps(envelope(contactId=7)).encode(),
        json.dumps({**envelope(), "detail": []}).encode(),
    ],
)
def test_what_is_not_plainly_one_contact_event_goes_the_long_way(data: bytes) -> None:
    assert decode_plain(data) is None


def test_events_back_to_back_are_read_each() -> None:
    data = json.dumps(envelope()).encode() + json.dumps(envelope(contactId="leg-2")).encode()
    assert [decode(each).contact_id for each in parse_many(data)] == ["leg-1", "leg-2"]


@pytest.mark.parametrize("kind", ["INITIATED", "PAUSED", "AMD_DISABLED", "WEBRTC_API", "Teleported_2027"])
def test_the_kind_is_kept_as_it_came_known_or_not(kind: str) -> None:
    event = decode(envelope(eventType=kind, queueInfo={"enqueueTimestamp": THEN}))
    assert (event.kind, event.moment) == (kind, SENT)
    assert event.enqueued_at == at(2026, 11, 2, 9, 0, 30, 456_000)


MOMENTS: dict[str, dict[str, Any]] = {
    "INITIATED": {"initiationTimestamp": THEN},
    "CONNECTED_TO_SYSTEM": {"connectedToSystemTimestamp": THEN},
    "QUEUED": {"queueInfo": {"enqueueTimestamp": THEN}},
    "CONNECTED_TO_AGENT": {"agentInfo": {"connectedToAgentTimestamp": THEN}},
    "DISCONNECTED": {"disconnectTimestamp": THEN},
    "COMPLETED": {"disconnectTimestamp": THEN},
}


@pytest.mark.parametrize("kind", MOMENTS)
def test_the_moment_is_that_of_what_is_told_and_else_of_the_sending(kind: str) -> None:
    assert decode(envelope(eventType=kind, **MOMENTS[kind])).moment == at(2026, 11, 2, 9, 0, 30, 456_000)
    assert decode(envelope(eventType=kind)).moment == SENT


@pytest.mark.parametrize(("came", "channel"), [("Voice", "VOICE"), ("VOICE", "VOICE"), ("chat", "CHAT"), ("ß", "ß")])
def test_the_channel_is_in_capitals(came: str, channel: str) -> None:
    assert decode(envelope(channel=came)).channel == channel


def test_names_are_read_in_any_case_and_place() -> None:
    agent = {"AGENTARN": "a", "afterContactWorkStartTimestamp": THEN}
    record = envelope(PreviousContactId="leg-0", agentinfo=agent, Tags={"AWS:connect:systemEndpoint": "+12025550100"})
    event = decode(record)
    assert (event.previous_contact_id, event.agent_arn, event.dialled_address) == ("leg-0", "a", "+12025550100")
    assert event.acw_started_at == at(2026, 11, 2, 9, 0, 30, 456_000)


@pytest.mark.parametrize("absent", [None, "", {}, []])
def test_missing_and_null_and_empty_are_the_same(absent: object) -> None:
    gone = dict.fromkeys(("initialContactId", "channel", "queueInfo", "initiationTimestamp", "instanceArn"), absent)
    assert decode(envelope(**gone, agentInfo={"agentArn": absent})) == decode(envelope())


def test_what_is_not_modelled_never_makes_an_event_unusable() -> None:
    odd = {"routingCriteria": 7, "updatedProperties": {}, "segmentAttributes": [None], "recordings": "none"}
    queue = {"queueArn": "q", "mood": [1]}
    assert decode(envelope(**odd, queueInfo=queue)) == decode(envelope(queueInfo={"queueArn": "q"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02T09:00:00Z", at(2026, 11, 2, 9)),
        ("2026-11-02T09:00:00.25Z", at(2026, 11, 2, 9, 0, 0, 250_000)),
        ("2026-11-02T11:00:00+02:00", at(2026, 11, 2, 9)),
        ("1970-01-01T00:00:00.001Z", None),
    ],
)
def test_times_come_out_in_utc(text: str, expected: datetime | None) -> None:
    event = decode(envelope(scheduledTimestamp=text))
    assert event.scheduled_at == expected
    assert expected is None or (event.scheduled_at and event.scheduled_at.tzinfo is UTC)


@pytest.mark.parametrize(
    ("detail", "place"),
    [
        ({"contactId": 7}, "$.detail.contactId"),
        ({"contactId": "x" * 257}, "$.detail.contactId"),
        ({"contactId": ""}, "detail.contactId"),
        ({"eventType": None}, "detail.eventType"),
        ({"eventType": "x" * 65}, "$.detail.eventType"),
        ({"initialContactId": "x" * 257}, "$.detail.initialContactId"),
        ({"instanceArn": "x" * 513}, "$.detail.instanceArn"),
        ({"channel": "+12025550142 +12025550142 +12025550142"}, "$.detail.channel"),
        ({"initiationTimestamp": "yesterday +12025550142"}, "$.detail.initiationTimestamp"),
        ({"initiationTimestamp": "2026-11-02T09:00:00"}, "$.detail.initiationTimestamp"),
        ({"initiationTimestamp": 1_700_000_000}, "$.detail.initiationTimestamp"),
        ({"disconnectTimestamp": "9999-12-31T23:59:59-12:00"}, "detail.disconnectTimestamp"),
        ({"disconnectTimestamp": "0001-01-01T00:00:00+23:59"}, "detail.disconnectTimestamp"),
        ({"queueInfo": "+12025550142"}, "$.detail.queueInfo"),
        ({"QueueInfo": {"EnqueueTimestamp": 5}}, "$.detail.queueInfo.enqueueTimestamp"),
        ({"agentInfo": ["+12025550142"]}, "$.detail.agentInfo"),
        ({"tags": {"aws:connect:systemEndpoint": ["+12025550142"]}}, "$.detail.tags"),
    ],
)
def test_a_wrong_type_is_refused_by_its_place_and_not_its_content(detail: dict[str, Any], place: str) -> None:
    with pytest.raises(Unusable) as refused:
        decode(envelope(**detail))
    assert place in str(refused.value)
    assert "2025550142" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("part", ["id", "time", "detail"])
def test_an_envelope_without_its_parts_is_refused(part: str) -> None:
    record = envelope()
    del record[part]
    with pytest.raises(Unusable, match=rf"\$\.{part}"):
        decode(record)
