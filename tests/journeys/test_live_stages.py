import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.people import People, alert_of, row_of
from tests.journeys.records import GivenUp, login
from tests.journeys.stack import AGENT_EVENTS, CONTACT_EVENTS, CONTACT_RECORDS, Stack, until

# What an event has told, and the record must not tell otherwise.
TOLD = (
    "call.outcome, call.outcome_row, call.began_at, call.ended_at, call.enqueued_at, call.queue_arn, "
    "call.queue_name, call.dialled_address, call.stage, call.is_live, alert.id, alert.at, alert.corrected_at"
)


def told(stack: Stack, contact_id: str) -> tuple[Any, ...]:
    query = f"SELECT {TOLD} FROM calls_call call JOIN calls_alert alert ON alert.call_id = call.id"  # noqa: S608
    [row] = until(lambda: stack.rows(f"{query} WHERE contact_id = %s", contact_id), "the alert")
    return row


def case_of(stack: Stack, contact_id: str) -> Any:
    [(case,)] = stack.rows("SELECT case_id FROM calls_call WHERE contact_id = %s", contact_id)
    return case


def events_read(stack: Stack) -> int:
    query = "SELECT sum(h.records) FROM calls_shard h JOIN calls_stream s ON s.id = h.stream_id WHERE s.name = %s"
    [(count,)] = stack.rows(query, CONTACT_EVENTS)
    return int(count)


def test_a_caller_who_gives_up_waiting_alerts_with_the_event_and_is_a_case_with_the_record(
    stack: Stack, people: People
) -> None:
    caller = GivenUp("+12025550160")
    wall, cases = people.live_page_of("alice", "/"), people.live_page_of("lee", "/cases/")
    waiting, alert = row_of(wall, caller.contact_id), alert_of(wall, caller.contact_id)
    stack.put(AGENT_EVENTS, login("eve.kim", caller.record["Queue"]))
    stack.put(CONTACT_EVENTS, caller.initiated(), caller.queued())
    expect(waiting).to_contain_text("Billing")
    expect(waiting).to_contain_text("known after the call")
    expect(alert).to_have_count(0)

    put_at = datetime.now(UTC)
    stack.put(CONTACT_EVENTS, caller.disconnected())
    expect(alert).to_contain_text("Dropped · Billing")
    expect(alert).to_contain_text("provisional")
    expect(alert).to_contain_text("Unknown number")
    expect(waiting).to_have_count(0)
    events_told = told(stack, caller.contact_id)
    assert case_of(stack, caller.contact_id) is None
    sys.stdout.write(f"The alert came {(events_told[-2] - put_at).total_seconds():.3f} s after the event was put\n")

    stack.put(CONTACT_RECORDS, caller.record)
    expect(alert).to_contain_text("••• 0160")
    expect(alert).not_to_contain_text("provisional")
    expect(people.row_with(cases, "0160")).to_contain_text("1 drop")
    assert told(stack, caller.contact_id) == events_told


@pytest.mark.parametrize("last", ["event", "record"])
def test_what_comes_again_or_late_raises_no_second_alert_and_no_second_case(
    stack: Stack, people: People, last: str
) -> None:
    caller = GivenUp({"event": "+12025550161", "record": "+12025550162"}[last])
    wall = people.live_page_of("alice", "/")
    if last == "event":
        stack.put(CONTACT_RECORDS, caller.record)
    else:
        stack.put(CONTACT_EVENTS, caller.disconnected())
    expect(alert_of(wall, caller.contact_id)).to_have_count(1)
    stack.put(CONTACT_RECORDS, caller.record)
    case = until(lambda: case_of(stack, caller.contact_id), "the case")
    first = told(stack, caller.contact_id)
    read = events_read(stack)
    stack.put(CONTACT_EVENTS, caller.disconnected(), caller.queued(), caller.initiated())
    until(lambda: events_read(stack) >= read + 3, "the events are read")
    assert told(stack, caller.contact_id) == first
    assert case_of(stack, caller.contact_id) == case
    expect(row_of(wall, caller.contact_id)).to_have_count(0)
