from datetime import datetime
from typing import Any

import pytest

from dashboard.demo.centre.endings import Ending
from dashboard.demo.centre.floor import BILLING, FLIGHTS, INSTANCE_ARN, WITHHELD, Caller, attributes
from dashboard.demo.centre.streams import CONTACT_RECORDS
from tests.dashboard.demo.centre.telling import SEEDS, TALES, contact_records, named, tale_name, told

each_tale = pytest.mark.parametrize(("ending", "seed"), TALES, ids=tale_name)


def seconds(stamp: str) -> float:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S%z").timestamp()


def answered(record: dict[str, Any]) -> bool:
    return bool(record["Agent"] and record["Agent"]["ConnectedToAgentTimestamp"])


@each_tale
def test_a_record_is_written_about_a_minute_after_disconnect_and_wrap_up(ending: Ending, seed: int) -> None:
    for delivery in told(ending, seed).deliveries:
        if delivery.stream == CONTACT_RECORDS:
            wrapped_up = (delivery.record["Agent"] or {}).get("AfterContactWorkEndTimestamp")
            settled_at = max(seconds(delivery.record["DisconnectTimestamp"]), seconds(wrapped_up) if wrapped_up else 0)
            written_at = seconds(delivery.record["LastUpdateTimestamp"])
            assert 62 <= written_at - settled_at <= 68
            assert written_at <= delivery.at < written_at + 1


@each_tale
def test_the_queue_is_left_at_the_moment_an_agent_is_connected(ending: Ending, seed: int) -> None:
    for record in contact_records(told(ending, seed)):
        if (queue := record["Queue"]) is None:
            continue
        left_at = seconds(queue["DequeueTimestamp"])
        assert queue["Duration"] == left_at - seconds(queue["EnqueueTimestamp"])
        assert seconds(record["InitiationTimestamp"]) <= seconds(queue["EnqueueTimestamp"])
        expected = record["Agent"]["ConnectedToAgentTimestamp"] if answered(record) else record["DisconnectTimestamp"]
        assert seconds(expected) == left_at


@each_tale
def test_talk_and_hold_add_up_to_the_agents_time(ending: Ending, seed: int) -> None:
    for record in contact_records(told(ending, seed)):
        if answered(record) and record["ConnectedToSystemTimestamp"]:
            agent = record["Agent"]
            since = max(seconds(agent["ConnectedToAgentTimestamp"]), seconds(record["ConnectedToSystemTimestamp"]))
            spent_s = seconds(agent["AfterContactWorkStartTimestamp"]) - since
            assert agent["AgentInteractionDuration"] + agent["CustomerHoldDuration"] == spent_s
            assert agent["AgentInteractionDuration"] > 0


@each_tale
def test_keys_are_in_order_and_what_is_absent_is_null_as_amazon_sends_it(ending: Ending, seed: int) -> None:
    for record in contact_records(told(ending, seed)):
        assert list(record) == sorted(record)
        assert record["AWSContactTraceRecordFormatVersion"] == "2017-03-10"
        assert record["InstanceARN"] == INSTANCE_ARN
        assert {"Agent", "Queue", "Recording", "NextContactId", "TransferredToEndpoint"} <= record.keys()


def test_the_legs_of_a_transfer_name_each_other() -> None:
    for seed in SEEDS:
        first, second = contact_records(told(named("transferred"), seed))
        assert first["InitialContactId"] is None
        assert first["NextContactId"] == second["ContactId"]
        assert second["PreviousContactId"] == second["InitialContactId"] == first["ContactId"]
        assert second["InitiationTimestamp"] == first["TransferCompletedTimestamp"]
        assert first["Agent"]["Username"] != second["Agent"]["Username"]


def test_a_flow_tells_who_calls_and_of_a_withheld_number_only_that_it_is_not_verified() -> None:
    known = attributes(Caller("Alice", "+12025550142", "gold"), FLIGHTS)
    assert known == {"customerName": "Alice", "loyaltyTier": "gold", "verified": "yes", "booking": "changed"}
    assert attributes(Caller("Alice", WITHHELD, "gold"), FLIGHTS) == {"loyaltyTier": "gold", "verified": "no"}
    assert "booking" not in attributes(Caller("Bob", "+12025550120", "basic"), BILLING)


def test_a_monitor_session_belongs_to_the_call_but_not_to_its_chain() -> None:
    first, monitor = contact_records(told(named("listened in"), 1))
    assert monitor["InitialContactId"] == first["ContactId"]
    assert monitor["PreviousContactId"] is None
    assert first["NextContactId"] is None


def test_the_same_seed_tells_the_same_story() -> None:
    assert told(named("transferred"), 7) == told(named("transferred"), 7)
    assert told(named("transferred"), 7) != told(named("transferred"), 8)


def test_a_story_told_an_hour_later_is_the_same_but_for_its_times() -> None:
    now, later = (
        told(named("answered, customer hangs up"), 7, began_at) for began_at in (1_800_000_000, 1_800_003_600)
    )
    moved = [(each.stream, each.key, each.at + 3600) for each in now.deliveries]
    assert [(each.stream, each.key) for each in later.deliveries] == [each[:2] for each in moved]
    assert [each.at for each in later.deliveries] == pytest.approx([each[2] for each in moved])
