"""The contact record as far as the live streams tell it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from calls.connect.contact_record import ContactRecord
from calls.models import Call
from calls.outcomes.early import early_record
from calls.stages.facts import AtAgent, Facts, NextLeg

END = datetime(2026, 11, 2, 9, 2, tzinfo=UTC)
QUEUED_AT = END - timedelta(seconds=60)


def early(columns: dict[str, Any] | None = None, **facts: Any) -> ContactRecord | None:
    told = msgspec.to_builtins(Facts(**{"disconnected_at": END} | facts))
    return early_record(Call(**{"contact_id": "c1", "root_contact_id": "c1", "stage_facts": told} | (columns or {})))


def record(columns: dict[str, Any] | None = None, **facts: Any) -> ContactRecord:
    found = early(columns, **facts)
    assert found
    return found


def test_there_is_none_before_the_end_nor_beside_the_contact_record() -> None:
    assert early(disconnected_at=None) is None
    assert early({"record": {"ContactId": "c1"}}) is None


def test_it_tells_who_called_whom_when_and_of_which_call_it_is_a_leg() -> None:
    columns = {"channel": "VOICE", "initiation_method": "TRANSFER", "root_contact_id": "c0"}
    columns |= {"previous_contact_id": "c0", "caller_address": "+12025550142", "dialled_address": "+12025550100"}
    found = record(columns, initiated_at=END - timedelta(seconds=90))
    assert (found.channel, found.initiation_method, found.duration_s) == ("VOICE", "TRANSFER", 90)
    assert (found.root_id, found.previous_contact_id, found.next_contact_id) == ("c0", "c0", None)
    assert (found.caller_address, found.dialled_address) == ("+12025550142", "+12025550100")


def test_a_number_that_nobody_told_or_that_is_withheld_is_none() -> None:
    assert record().caller_address is None
    assert record({"caller_address": "anonymous"}).caller_address is None


def test_the_wait_is_from_the_queue_to_the_end() -> None:
    found = record({"queue_name": "Billing"}, enqueued_at=QUEUED_AT, queue_arn="arn:queue")
    assert found.queue
    assert (found.queue.arn, found.queue.name, found.wait_s) == ("arn:queue", "Billing", 60)
    assert record().queue is None


@pytest.mark.parametrize(
    "told", [{"missed": {"arn:bob": QUEUED_AT}}, {"agents": {"arn:bob": AtAgent("INCOMING", QUEUED_AT, QUEUED_AT)}}]
)
def test_whoever_was_rung_for_had_been_in_a_queue_though_nobody_told_which(told: dict[str, Any]) -> None:
    found = record(**told)
    assert found.queue
    assert found.wait_s is None


def test_who_talked_is_told_with_the_agent() -> None:
    found = record({"agent_username": "bob"}, connected_at=QUEUED_AT)
    assert found.talked
    assert found.agent
    assert (found.agent.username, found.agent.talked_at) == ("bob", QUEUED_AT)
    assert record({"words_at": QUEUED_AT}).talked
    assert not record({"agent_username": "bob"}).talked


def test_a_call_of_ours_whose_customer_an_agent_talked_with_reached_the_customer() -> None:
    assert record({"channel": "VOICE", "initiation_method": "OUTBOUND"}, connected_at=QUEUED_AT).talked


def test_the_customer_is_taken_to_have_left_unless_events_say_otherwise_or_somebody_went_on() -> None:
    assert record().disconnect_reason == "CUSTOMER_DISCONNECT"
    assert record(disconnect_reason="CONTACT_FLOW_DISCONNECT").disconnect_reason == "CONTACT_FLOW_DISCONNECT"
    passed_on = record(next=NextLeg("c2", "CALLBACK", END))
    assert (passed_on.disconnect_reason, passed_on.next_contact_id) == (None, "c2")
