"""What the live streams saw of a call's end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from calls.models import Call
from calls.outcomes.seen import Seen, seen_of
from calls.stages.facts import AtAgent, Facts, NextLeg

END = datetime(2026, 11, 2, 9, 2, tzinfo=UTC)
BOB, CHARLIE = "arn:bob", "arn:charlie"


def before(seconds: float) -> datetime:
    return END - timedelta(seconds=seconds)


def seen(words_at: datetime | None = None, record: dict[str, Any] | None = None, **facts: Any) -> Seen:
    told = msgspec.to_builtins(Facts(**{"disconnected_at": END} | facts))
    return seen_of(Call(contact_id="c1", stage_facts=told, words_at=words_at, record=record))


def at_bob(state: str, since_s: float, left_s: float | None = None) -> dict[str, AtAgent]:
    left_at = None if left_s is None else before(left_s)
    return {BOB: AtAgent(state, before(since_s), before(since_s), left_at)}


def test_of_a_call_that_no_stream_tells_of_nothing_is_known() -> None:
    assert seen_of(Call(contact_id="c1")) == Seen()
    assert seen() == Seen()


@pytest.mark.parametrize(
    "told",
    [
        {"connected_at": before(60)},
        {"words_at": before(60)},
        {"holds": [(before(60), before(50))]},
        *({"agents": at_bob(state, 60)} for state in ("CONNECTED", "CONNECTED_ONHOLD", "PAUSED", "ENDED")),
    ],
)
def test_any_stream_tells_that_agent_and_customer_talked(told: dict[str, Any]) -> None:
    assert seen(**told).talked


@pytest.mark.parametrize("state", ["INCOMING", "CONNECTING", "PENDING", "MISSED", "REJECTED", "ERROR"])
def test_an_agent_who_is_rung_has_not_talked(state: str) -> None:
    assert not seen(agents=at_bob(state, 60)).talked


def test_an_error_after_a_talk_takes_nothing_back() -> None:
    missed = {BOB: before(30), CHARLIE: before(80)}
    found = seen(agents=at_bob("ERROR", 30), off_hold=[before(60)], missed=missed)
    assert (found.talked, found.missed) == (True, (CHARLIE,))
    at_the_end = seen(agents=at_bob("ERROR", 0), off_hold=[before(60)], missed={BOB: before(0)})
    assert (at_the_end.talked, at_the_end.agent_state) == (True, None)


def test_the_last_state_before_the_end_is_that_of_the_agent_who_had_the_call_then() -> None:
    assert seen(agents=at_bob("INCOMING", 8)).agent_state == "INCOMING"
    assert seen(agents=at_bob("INCOMING", 30, left_s=20)).agent_state is None
    assert seen(agents=at_bob("INCOMING", 8, left_s=-1)).agent_state == "INCOMING"
    assert seen(agents=at_bob("INCOMING", -5)).agent_state is None
    both = {**at_bob("CONNECTED", 30), CHARLIE: AtAgent("INCOMING", before(5), before(5))}
    assert seen(agents=both).agent_state == "INCOMING"


def test_after_call_work_is_no_state_of_before_the_end() -> None:
    assert seen(agents=at_bob("ENDED", 0)).agent_state is None


@pytest.mark.parametrize(("until", "hold_s"), [(None, 48), (0, 48), (0.9, 48), (-0.9, 48), (2, None)])
def test_a_hold_that_the_end_ended_is_as_long_as_until_then(until: float | None, hold_s: float | None) -> None:
    hold = (before(48), None if until is None else before(until))
    found = seen(connected_at=before(100), holds=[(before(90), before(80)), hold])
    assert found.hold_s == hold_s
    assert (found.agent_state == "CONNECTED_ONHOLD") == (hold_s is not None)


def test_a_hold_without_a_beginning_is_one_all_the_same() -> None:
    found = seen(agents=at_bob("CONNECTED_ONHOLD", 8))
    assert (found.agent_state, found.hold_s) == ("CONNECTED_ONHOLD", None)


def test_those_who_were_rung_in_vain_are_in_their_order_and_without_whom_the_caller_left_ringing() -> None:
    found = seen(missed={CHARLIE: before(20), BOB: before(40), "arn:alice": before(0.5)})
    assert (found.missed, found.agent_state) == ((BOB, CHARLIE), "INCOMING")


def test_the_end_is_the_records_where_there_is_one() -> None:
    record = {"ContactId": "c1", "DisconnectTimestamp": (END + timedelta(seconds=30)).isoformat()}
    assert seen(record=record, missed={BOB: END}).missed == (BOB,)
    assert seen(missed={BOB: END}).missed == ()


@pytest.mark.parametrize(("method", "goes_on"), [("CALLBACK", True), ("DISCONNECT", False), ("MONITOR", False)])
def test_the_next_leg_is_one_that_the_customer_may_be_on(method: str, goes_on: bool) -> None:
    leg = NextLeg("c2", method, END)
    assert seen(next=leg).next == (leg if goes_on else None)
