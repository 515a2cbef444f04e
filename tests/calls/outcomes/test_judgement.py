from typing import Any

import msgspec
import pytest

from calls.outcomes import DEFAULT_MARKS, OUTCOMES, Evidence, Hours, Leg, Mark, Preset, Rules, judge
from tests.calls.outcomes.calls import AGENT, AT, QUEUE, Fields, ending, judged, leg, record

HANDED_ON: Fields = {"Queue": QUEUE, "NextContactId": "leg-2"}
TRANSFER: Fields = {"InitiationMethod": "TRANSFER", "PreviousContactId": "leg-0", "Queue": QUEUE}
WAITED = Evidence(leg_wait_over=True)
CALLBACK: Fields = {"InitiationMethod": "CALLBACK", "Queue": QUEUE}


def test_the_same_input_gives_the_same_answer() -> None:
    assert judged(Queue=QUEUE) == judged(Queue=QUEUE)


def test_a_transfer_is_provisional_until_the_leg_before_is_known() -> None:
    unsure = judged(**TRANSFER)
    sure = judged(Evidence(legs=(leg("leg-0", Agent=AGENT),)), **TRANSFER)
    assert (unsure.outcome, unsure.is_provisional, unsure.opens_case) == ("abandoned", True, False)
    assert (sure.outcome, sure.is_provisional, sure.opens_case) == ("abandoned", False, True)


def test_a_consult_is_provisional_for_as_long_as_the_agent_who_asked_has_the_customer() -> None:
    asks = judged(Evidence(is_customer_kept=True, is_kept_still=True, leg_wait_over=True), **TRANSFER)
    asked = judged(Evidence(is_customer_kept=True), **TRANSFER)
    assert (asks.outcome, asks.is_provisional, asks.opens_case) == ("consult", True, False)
    assert (asked.outcome, asked.is_provisional, asked.opens_case) == ("consult", False, False)


def test_a_transfer_whose_leg_before_never_came_is_judged_for_good_after_the_wait() -> None:
    judgement = judged(WAITED, **TRANSFER)
    assert (judgement.is_provisional, judgement.opens_case) == (False, True)


def test_a_passed_on_leg_is_provisional_until_the_next_is_known() -> None:
    assert judged(**HANDED_ON).is_provisional
    assert not judged(Evidence(legs=(leg(),)), **HANDED_ON).is_provisional


def test_the_next_leg_is_known_by_the_leg_that_it_names_as_before() -> None:
    done: Fields = {"Agent": AGENT, "TransferCompletedTimestamp": AT.format("02:00")}
    assert judged(**done).is_provisional
    assert not judged(Evidence(legs=(leg(PreviousContactId="leg-1"),)), **done).is_provisional


def test_a_transfer_out_of_connect_is_final_and_no_broken_promise() -> None:
    away: Fields = {
        "TransferCompletedTimestamp": AT.format("02:00"),
        "TransferredToEndpoint": {"Address": "+12025550143"},
    }
    for evidence in (Evidence(), WAITED):
        judgement = judged(evidence, **away, Queue=QUEUE)
        assert (judgement.is_provisional, judgement.is_broken_promise, judgement.opens_case) == (False, False, False)


@pytest.mark.parametrize("preset", ["rescue", "agent-or-bot", "every-interaction"])
def test_a_caller_passed_on_to_nobody_is_a_broken_promise_and_a_case(preset: Preset) -> None:
    judgement = judged(WAITED, Rules(preset=preset), **HANDED_ON)
    assert (judgement.outcome, judgement.is_broken_promise, judgement.opens_case) == ("passed_on", True, True)


def test_a_caller_who_had_talked_before_the_transfer_was_promised_nothing() -> None:
    judgement = judged(WAITED, Agent=AGENT, TransferCompletedTimestamp=AT.format("02:00"))
    assert (judgement.is_broken_promise, judgement.opens_case) == (False, False)


def test_a_callback_attempt_waits_for_the_next_try() -> None:
    assert judged(**CALLBACK).is_provisional
    failed = judged(Evidence(callback_settled=True), **CALLBACK)
    assert (failed.outcome, failed.is_provisional, failed.opens_case) == ("callback_failed", False, True)


def opened(preset: Preset, evidence: Evidence | None = None, **fields: Any) -> bool:
    return judged(evidence, Rules(preset=preset), **fields).opens_case


LOST: Fields = {"Agent": AGENT, "DisconnectReason": "TELECOM_PROBLEM"}
TURNED_AWAY: Fields = {"Queue": QUEUE, "DisconnectReason": "CONTACT_FLOW_DISCONNECT"}
GOODBYE: Fields = {"DisconnectReason": "CONTACT_FLOW_DISCONNECT"}
SHORT: Fields = {"Queue": {"Duration": 1}}
SERVED: Fields = {"Attributes": {"botResolved": "true"}}
BUSY: Fields = {"InitiationMethod": "OUTBOUND", "DisconnectReason": "TELECOM_BUSY"}


@pytest.mark.parametrize(
    ("fields", "rescue", "agent_or_bot", "every"),
    [
        (LOST, True, False, True),
        ({"Queue": QUEUE}, True, True, True),
        (TURNED_AWAY, True, True, True),
        ({}, True, True, True),
        (GOODBYE, False, True, True),
        (SHORT, False, True, True),
        (SERVED, False, False, True),
        ({"Agent": AGENT}, False, False, True),
        (BUSY, False, False, True),
        ({"InitiationMethod": "MONITOR"}, False, False, False),
        ({"InitiationMethod": "DISCONNECT"}, False, False, False),
        ({"Channel": "TASK"}, False, False, False),
    ],
)
def test_each_preset_opens_the_cases_it_promises(fields: Fields, rescue: bool, agent_or_bot: bool, every: bool) -> None:
    presets: tuple[Preset, ...] = ("rescue", "agent-or-bot", "every-interaction", "watch")
    assert [opened(preset, **fields) for preset in presets] == [rescue, agent_or_bot, every, False]


def test_a_voicemail_is_a_case_to_rescue() -> None:
    rules = Rules(marks=(Mark(queue="billing", outcome="left_voicemail"),))
    assert judged(rules=rules, Queue=QUEUE).opens_case


@pytest.mark.parametrize(
    ("fields", "born"), [(SERVED, "closed"), ({"Agent": AGENT}, "in_progress"), ({"Queue": QUEUE}, "new")]
)
def test_with_every_interaction_the_happy_path_is_born_done_or_in_hand(fields: Fields, born: str) -> None:
    assert judged(rules=Rules(preset="every-interaction"), **fields).case_born == born


def test_with_every_interaction_a_leg_that_another_goes_on_with_is_no_case() -> None:
    assert not opened("every-interaction", Evidence(legs=(leg(),)), **HANDED_ON)


def test_an_outcome_can_be_switched_against_the_preset() -> None:
    rules = Rules(overrides={"abandoned": False, "short_abandon": True})
    assert not judged(rules=rules, Queue=QUEUE).opens_case
    assert judged(rules=rules, **SHORT).opens_case


def test_a_switch_does_not_open_a_case_for_what_is_provisional() -> None:
    assert not judged(rules=Rules(overrides={"passed_on": True}), **HANDED_ON).opens_case


def test_the_limits_are_the_instances_own() -> None:
    assert ending(rules=Rules(short_abandon_s=61), Queue=QUEUE) == (14, "short_abandon")
    assert ending(rules=Rules(short_flow_s=120)) == (21, "short_call")


def test_an_attribute_that_differs_by_case_only_is_found_under_either_name() -> None:
    twice: Fields = {"BotOutcome": "failed", "botOutcome": "Resolved"}
    assert ending(Attributes=twice) == (12, "self_served")


def test_a_marks_attribute_must_have_its_value() -> None:
    assert ending(Attributes={"status": "processed by"}) == (22, "left_in_flow")


@pytest.mark.parametrize(
    ("mark", "holds"),
    [
        (Mark(number="+1 202 555 0100", outcome="test_call"), True),
        (Mark(number="+12025550101", outcome="test_call"), False),
        (Mark(caller="+12025550142", outcome="test_call"), True),
        (Mark(queue="BILLING", outcome="test_call"), True),
        (Mark(queue=str(QUEUE["ARN"]), outcome="test_call"), True),
        (Mark(queue="Sales", outcome="test_call"), False),
        (Mark(queue="Billing", caller="+12025550199", outcome="test_call"), False),
    ],
)
def test_a_mark_holds_when_all_that_it_gives_holds(mark: Mark, holds: bool) -> None:
    assert mark.holds(record(Queue=QUEUE)) is holds


NIGHT = Hours(days=("mon",), start="18:00", end="08:00", zone="America/New_York")


@pytest.mark.parametrize(
    ("began", "holds"),
    [
        ("2026-11-02T23:00:00Z", True),  # Monday 18:00 in New York
        ("2026-11-02T22:59:59Z", False),
        ("2026-11-03T12:59:59Z", True),  # Tuesday 07:59, still Monday's night
        ("2026-11-03T13:00:00Z", False),
        ("2026-11-02T10:00:00Z", False),  # Monday 05:00 is Sunday's night
    ],
)
def test_hours_go_by_the_zones_clock_and_over_midnight(began: str, holds: bool) -> None:
    mark = Mark(hours=NIGHT, outcome="after_hours")
    assert mark.holds(record(InitiationTimestamp=began)) is holds


def test_hours_without_limits_are_whole_days() -> None:
    weekend = Mark(hours=Hours(days=("sat", "sun"), zone="Europe/Berlin"), outcome="after_hours")
    assert weekend.holds(record(InitiationTimestamp="2026-11-07T12:00:00Z"))
    assert not weekend.holds(record(InitiationTimestamp="2026-11-09T00:00:00Z"))
    assert not weekend.holds(record(InitiationTimestamp=None))


@pytest.mark.parametrize(
    "mark",
    [
        {"outcome": "started"},
        {"attribute": "status", "outcome": "self_served"},
        {"queue": "Billing", "outcome": "answered"},
        {"queue": "Billing", "outcome": "self_served", "colour": "red"},
        {"hours": {"zone": "Mars/Olympus"}, "outcome": "after_hours"},
        {"hours": {"zone": "Europe/Berlin", "start": "8:00"}, "outcome": "after_hours"},
    ],
)
def test_a_mark_that_makes_no_sense_is_refused(mark: Fields) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(mark, Mark)


def test_a_switch_for_an_outcome_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no such outcome: vanished"):
        Rules(overrides={"vanished": True})


def test_rules_and_evidence_can_be_kept_as_json() -> None:
    rules = Rules(marks=(*DEFAULT_MARKS, Mark(hours=NIGHT, outcome="after_hours")))
    evidence = Evidence(legs=(Leg.of(record(Agent=AGENT)),), agent_state="CONNECTED")
    assert msgspec.json.decode(msgspec.json.encode(rules), type=Rules) == rules
    assert msgspec.json.decode(msgspec.json.encode(evidence), type=Evidence) == evidence


def test_a_judgement_says_which_fields_decided_and_shows_no_numbers() -> None:
    rules = Rules(marks=(Mark(caller="+12025550142", number="+12025550100", outcome="left_voicemail"),))
    judgement = judge(record(Queue=QUEUE), Evidence(), rules)
    assert judgement.fields == {"talked": False, "mark": "dialled number, caller"}
    assert judged(Queue=QUEUE).fields["wait_s"] == 60


def test_an_outcome_is_told_with_its_time() -> None:
    abandoned = OUTCOMES["abandoned"]
    assert abandoned.sentence(wait_s=168, duration_s=200) == "left the queue after 2:48"
    assert abandoned.sentence(wait_s=168, duration_s=200, attempts=1) == "left while ringing after 2:48"
    assert abandoned.sentence(wait_s=None, duration_s=200) == "left the queue"
    assert OUTCOMES["line_lost"].sentence(wait_s=1, duration_s=3725) == "the line was lost after 1:02:05"


def test_an_outcome_is_told_with_the_agents_whom_it_rang_and_the_hold_on_which_it_ended() -> None:
    missed, on_hold, abandoned = (OUTCOMES[name] for name in ("missed_by_agent", "left_on_hold", "abandoned"))
    rang, held = Evidence(rang=("Alice", "Bob")), Evidence(agent_state="CONNECTED_ONHOLD", hold_s=48.9)
    assert (
        missed.sentence(wait_s=72, duration_s=90, evidence=rang) == "rang Alice, Bob and no agent answered after 1:12"
    )
    assert missed.sentence(wait_s=72, duration_s=90) == "rang and no agent answered after 1:12"
    assert on_hold.sentence(wait_s=72, duration_s=90, evidence=held) == "hung up after 0:48 on hold"
    assert on_hold.sentence(wait_s=72, duration_s=90) == "hung up on hold after 1:30"
    rings = Evidence(agent_state="CONNECTING")
    assert abandoned.sentence(wait_s=72, duration_s=90, evidence=rings) == "left while ringing after 1:12"


def test_a_promise_is_open_kept_or_broken_and_made_to_nobody_who_talked_or_left_connect() -> None:
    assert judged(**HANDED_ON).promise == "open"
    assert judged(Evidence(legs=(leg(),)), **HANDED_ON).promise == "kept"
    assert judged(Evidence(next_seen=True, leg_wait_over=True), **HANDED_ON).promise == "kept"
    assert judged(WAITED, **HANDED_ON).promise == "broken"
    assert judged(Queue=QUEUE).promise == ""
    away = AT.format("02:00")
    assert judged(WAITED, TransferCompletedTimestamp=away, Agent=AGENT).promise == ""
    assert judged(TransferCompletedTimestamp=away, TransferredToEndpoint={"Address": "+12025550143"}).promise == ""


def test_a_next_leg_that_is_only_seen_makes_the_one_before_final() -> None:
    judgement = judged(Evidence(next_seen=True), Rules(preset="every-interaction"), **HANDED_ON)
    assert (judgement.outcome, judgement.is_provisional, judgement.opens_case) == ("passed_on", False, False)


def test_what_is_told_early_is_provisional_and_says_whether_it_is_a_drop() -> None:
    early = Evidence(is_early=True)
    judgement = judged(early, Queue=QUEUE)
    assert (judgement.outcome, judgement.is_provisional, judgement.opens_case) == ("abandoned", True, True)
    transfer = judged(early, **TRANSFER)
    assert (transfer.outcome, transfer.is_provisional, transfer.opens_case) == ("abandoned", True, True)
    kept = judged(Evidence(is_early=True, is_customer_kept=True), **TRANSFER)
    assert (kept.outcome, kept.opens_case) == ("consult", False)
    assert judged(Evidence(is_customer_kept=True), Queue=QUEUE).outcome == "abandoned"


@pytest.mark.parametrize("outcome", ["monitoring", "test_call", "consult"])
def test_what_is_in_no_rate_is_not_counted(outcome: str) -> None:
    assert not OUTCOMES[outcome].is_counted
