import json
from pathlib import Path
from typing import Any

import pytest

from calls.connect.contact_record import decode
from calls.connect.kinds import parse, parse_many
from calls.outcomes import OUTCOMES, Evidence, Leg, Mark, Rules, judge
from calls.outcomes.looked_at import FIELDS
from calls.outcomes.rows import ROWS
from tests.calls.outcomes.calls import AGENT, ALICE_WORKED, AT, QUEUE, Fields, ending, judged, leg

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())
OUTBOUND: Fields = {"InitiationMethod": "OUTBOUND"}
CAMPAIGN: Fields = {"InitiationMethod": "API", "Campaign": {"CampaignId": "spring"}}
CALLBACK: Fields = {"InitiationMethod": "CALLBACK", "InitialContactId": "leg-0", "Queue": QUEUE}
ON_HOLD = Evidence(agent_state="CONNECTED_ONHOLD")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_ends_as_the_table_says(name: str) -> None:
    judgement = judge(decode(parse((SAMPLES / name).read_bytes())), Evidence(), Rules())
    assert {"outcome": judgement.outcome, "row": judgement.row} == EXPECTED[name]


def test_records_back_to_back_are_judged_each_for_itself() -> None:
    records = parse_many((SAMPLES / "ctr_synthetic/17_firehose_concatenated.txt").read_bytes())
    assert [judge(decode(each), Evidence(), Rules()).outcome for each in records] == ["ended_by_flow", "abandoned"]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("04_chat_agent_disconnect_2025", "answered"),
        ("05_answered_veratrace_invented", "answered"),
        ("06_answered_contact_lens_veratrace_invented", "answered"),
        ("07_virtual_agent_resolved_chat_veratrace_invented", "self_served"),
        ("08_virtual_agent_transferred_chat_veratrace_invented", "answered"),
    ],
)
def test_a_cut_down_record_is_judged_by_what_it_has(name: str, outcome: str) -> None:
    record = decode(parse((SAMPLES / f"ctr_partial/{name}.json").read_bytes()))
    assert judge(record, Evidence(), Rules()).outcome == outcome


def test_the_table_has_its_23_rows_in_order_and_every_outcome_has_a_name() -> None:
    numbers = [row.number for row in ROWS]
    assert sorted(set(numbers)) == list(range(1, 24))
    assert numbers == sorted(numbers)
    assert {row.outcome for row in ROWS} == OUTCOMES.keys()
    assert {name for row in ROWS for name in row.looks_at} == FIELDS.keys()


@pytest.mark.parametrize("channel", ["TASK", "EMAIL"])
def test_row_1_a_task_or_an_email_is_not_a_call(channel: str) -> None:
    assert ending(Channel=channel, Agent=AGENT) == (1, "not_a_call")


def test_row_2_a_supervisor_who_listens_has_not_answered() -> None:
    assert ending(InitiationMethod="MONITOR", Agent=AGENT) == (2, "monitoring")


def test_row_3_the_flow_after_a_hang_up_is_no_dropped_call() -> None:
    assert ending(InitiationMethod="DISCONNECT") == (3, "after_call_flow")


def test_row_3_a_disconnect_flow_that_put_the_caller_into_a_queue_is_judged_on() -> None:
    assert ending(InitiationMethod="DISCONNECT", Queue=QUEUE) == (17, "abandoned")


def test_row_4_a_robot_is_a_test_call_even_when_an_agent_answered() -> None:
    rules = Rules(marks=(Mark(caller="+1 (202) 555-0142", outcome="test_call"),))
    assert ending(rules=rules, Agent=AGENT) == (4, "test_call")


@pytest.mark.parametrize(
    "reason",
    [
        "TELECOM_BUSY",
        "TELECOM_UNANSWERED",
        "TELECOM_NUMBER_INVALID",
        "TELECOM_POTENTIAL_BLOCKING",
        "TELECOM_TIMEOUT",
        "TELECOM_ORIGINATOR_CANCEL",
        "CUSTOMER_NEVER_ARRIVED",
        "EXPIRED",
        "OUTBOUND_ATTEMPT_FAILED",
        "OUTBUND_PREVIEW_DISCARDED",
    ],
)
def test_row_5_a_call_of_ours_that_met_nobody_for_this_reason_was_not_reached(reason: str) -> None:
    assert ending(**OUTBOUND, DisconnectReason=reason) == (5, "not_reached")


@pytest.mark.parametrize("machine", ["VOICEMAIL_BEEP", "FAX_MACHINE_DETECTED", "SIT_TONE_BUSY", "AMD_UNRESOLVED"])
def test_row_5_a_machine_is_not_a_person_reached(machine: str) -> None:
    assert ending(**CAMPAIGN, AnsweringMachineDetectionStatus=machine) == (5, "not_reached")


def test_row_5_an_agent_who_dialled_but_reached_no_customer_has_not_talked() -> None:
    assert ending(**OUTBOUND, Agent=AGENT, ConnectedToSystemTimestamp=None) == (5, "not_reached")


def test_row_5_an_agent_object_without_a_connection_is_nobody_who_talked() -> None:
    agent: Fields = {"Username": "alice", "ConnectedToAgentTimestamp": None}
    assert ending(**OUTBOUND, Agent=agent, DisconnectReason="TELECOM_BUSY") == (5, "not_reached")


def test_row_5_is_for_voice_only() -> None:
    assert ending(Channel="CHAT", InitiationMethod="API", ConnectedToSystemTimestamp=None) == (18, "chat_left")


def test_row_6_a_campaigns_person_who_met_no_agent_was_abandoned() -> None:
    assert ending(**CAMPAIGN, AnsweringMachineDetectionStatus="HUMAN_ANSWERED") == (6, "campaign_abandoned")


def test_row_6_a_person_who_heard_our_message_was_notified() -> None:
    assert ending(InitiationMethod="API") == (6, "notified")


def test_row_7_an_agent_who_was_only_asked_is_a_consult() -> None:
    asked: Fields = {"InitiationMethod": "TRANSFER", "PreviousContactId": "leg-0", "Agent": AGENT}
    evidence = Evidence(legs=(leg("leg-0", Agent=ALICE_WORKED),))
    assert ending(evidence, **asked, DisconnectReason="TELECOM_PROBLEM") == (7, "consult")


def test_row_7_a_transfer_whose_first_agent_had_left_is_no_consult() -> None:
    passed: Fields = {"InitiationMethod": "TRANSFER", "PreviousContactId": "leg-0", "Agent": AGENT}
    evidence = Evidence(legs=(leg("leg-0", Agent=ALICE_WORKED),))
    late = judged(evidence, **passed, DisconnectReason="TELECOM_PROBLEM", DisconnectTimestamp=AT.format("05:00"))
    assert (late.outcome, late.is_provisional, late.opens_case) == ("line_lost", False, True)


@pytest.mark.parametrize("reason", ["TELECOM_PROBLEM", "AGENT_NETWORK_DISCONNECT", "SYSTEM_ERROR"])
def test_row_8_a_line_that_broke_under_a_talk_is_lost(reason: str) -> None:
    assert ending(Agent=AGENT, DisconnectReason=reason) == (8, "line_lost")


ISSUE: Fields = {"PotentialDisconnectIssue": "CUSTOMER_CONNECTIVITY_ISSUE"}


def test_row_8_a_suspected_fault_makes_a_hang_up_a_lost_line() -> None:
    assert ending(Agent=AGENT, DisconnectDetails=ISSUE) == (8, "line_lost")


def test_row_8_a_suspected_fault_counts_for_nothing_when_the_agent_hung_up() -> None:
    assert ending(Agent=AGENT, DisconnectDetails=ISSUE, DisconnectReason="AGENT_DISCONNECT") == (11, "answered")


def later(number: int, **fields: Any) -> Leg:
    return leg(f"leg-{number}", PreviousContactId=f"leg-{number - 1}", InitiationMethod="TRANSFER", **fields)


def test_row_8_a_talk_two_legs_later_saved_the_line() -> None:
    evidence = Evidence(legs=(later(3, Agent=AGENT), later(2)))
    assert ending(evidence, Agent=AGENT, DisconnectReason="TELECOM_PROBLEM") == (11, "answered")


def test_row_8_a_supervisor_who_listened_saved_no_line() -> None:
    listener = leg(InitiationMethod="MONITOR", PreviousContactId="leg-1", Agent=AGENT)
    assert ending(Evidence(legs=(listener,)), Agent=AGENT, DisconnectReason="TELECOM_PROBLEM") == (8, "line_lost")


def test_row_8_a_consult_in_between_saved_no_line() -> None:
    asked = later(2, Agent=AGENT, DisconnectTimestamp=AT.format("01:30"))
    evidence = Evidence(legs=(asked,))
    assert ending(evidence, Agent=ALICE_WORKED, DisconnectReason="TELECOM_PROBLEM") == (8, "line_lost")


def test_row_8_legs_that_name_each_other_in_a_circle_are_walked_once() -> None:
    circle = (leg("leg-2", PreviousContactId="leg-3"), leg("leg-3", PreviousContactId="leg-2", NextContactId="leg-1"))
    evidence = Evidence(legs=circle)
    assert ending(evidence, Agent=AGENT, NextContactId="leg-2", DisconnectReason="TELECOM_PROBLEM")[0] == 8


def test_row_9_a_caller_who_hung_up_on_hold_was_left_there() -> None:
    assert ending(ON_HOLD, Agent=AGENT) == (9, "left_on_hold")


def test_row_9_an_agent_who_hung_up_on_hold_has_answered() -> None:
    assert ending(ON_HOLD, Agent=AGENT, DisconnectReason="AGENT_DISCONNECT") == (11, "answered")


def test_row_10_a_completed_transfer_is_passed_on() -> None:
    done: Fields = {"Agent": AGENT, "TransferCompletedTimestamp": AT.format("02:00")}
    assert ending(**done, DisconnectReason="AGENT_DISCONNECT") == (10, "passed_on")


def test_row_10_a_caller_moved_on_by_the_flow_is_passed_on() -> None:
    assert ending(Queue=QUEUE, NextContactId="leg-2") == (10, "passed_on")


@pytest.mark.parametrize("method", ["DISCONNECT", "MONITOR"])
def test_row_10_the_flow_after_a_hang_up_carries_nobody_on(method: str) -> None:
    evidence = Evidence(legs=(leg(InitiationMethod=method, PreviousContactId="leg-1"),))
    judgement = judged(evidence, Queue=QUEUE, NextContactId="leg-2")
    assert (judgement.row, judgement.outcome, judgement.is_provisional) == (17, "abandoned", False)


def test_row_11_a_talk_with_a_next_leg_but_no_transfer_is_answered() -> None:
    assert ending(Agent=AGENT, NextContactId="leg-2") == (11, "answered")


@pytest.mark.parametrize("outcome", ["self_served", "left_voicemail", "after_hours"])
def test_row_12_a_mark_names_the_outcome(outcome: Any) -> None:
    rules = Rules(marks=(Mark(attribute="path", value="end", outcome=outcome),))
    assert ending(rules=rules, Attributes={"path": "END"}, Queue=QUEUE) == (12, outcome)


def test_row_12_the_first_mark_that_holds_names_it() -> None:
    voicemail = Mark(number="+12025550100", outcome="left_voicemail")
    served = Mark(attribute="path", value="end", outcome="self_served")
    assert ending(rules=Rules(marks=(voicemail, served)), Attributes={"path": "end"}) == (12, "left_voicemail")


def test_row_12_a_mark_does_not_hide_that_an_agent_talked() -> None:
    assert ending(Agent=AGENT, Attributes={"botResolved": "true"}) == (11, "answered")


def test_row_13_a_callback_that_met_nobody_is_an_attempt() -> None:
    assert ending(**CALLBACK) == (13, "callback_attempt")


def test_row_13_a_callback_fails_when_no_further_try_came_in_time() -> None:
    assert ending(Evidence(callback_settled=True), **CALLBACK) == (13, "callback_failed")


def test_row_13_only_the_last_of_three_callbacks_fails() -> None:
    tries = [{**CALLBACK, "ContactId": f"try-{n}", "DisconnectTimestamp": AT.format(f"0{n}:00")} for n in (1, 2, 3)]
    legs = tuple(leg(each["ContactId"], **{k: v for k, v in each.items() if k != "ContactId"}) for each in tries)
    outcomes = [ending(Evidence(legs=legs, callback_settled=True), **each)[1] for each in tries]
    assert outcomes == ["callback_attempt", "callback_attempt", "callback_failed"]


def test_row_13_a_further_try_seen_live_keeps_a_callback_from_failing() -> None:
    judgement = judged(Evidence(callback_settled=True, further_try_seen=True), **CALLBACK)
    assert (judgement.outcome, judgement.is_provisional) == ("callback_attempt", False)


def test_row_13_a_callback_that_rang_busy_is_still_a_callback() -> None:
    busy: Fields = {**CALLBACK, "ConnectedToSystemTimestamp": None, "DisconnectReason": "TELECOM_BUSY"}
    assert ending(**busy) == (13, "callback_attempt")


def test_row_14_a_caller_who_left_the_queue_at_once_is_a_short_abandon() -> None:
    assert ending(Queue={**QUEUE, "Duration": 4}) == (14, "short_abandon")


def test_row_14_a_wait_of_exactly_the_limit_is_not_short() -> None:
    assert ending(Queue={**QUEUE, "Duration": 5}) == (17, "abandoned")


def test_row_14_the_wait_goes_by_the_times_before_the_duration() -> None:
    times: Fields = {"EnqueueTimestamp": AT.format("01:00"), "DequeueTimestamp": AT.format("01:59")}
    assert ending(Queue={**QUEUE, **times, "Duration": 1}) == (17, "abandoned")


def test_row_14_an_unknown_wait_is_not_short() -> None:
    assert ending(Queue={"Name": "Billing"}) == (17, "abandoned")


def test_row_15_we_turned_away_who_was_waiting_when_the_flow_hung_up() -> None:
    assert ending(Queue=QUEUE, DisconnectReason="CONTACT_FLOW_DISCONNECT") == (15, "turned_away")


@pytest.mark.parametrize(
    ("attempts", "reason", "expected"),
    [
        (2, "CUSTOMER_DISCONNECT", (16, "missed_by_agent")),
        (1, "OTHER", (16, "missed_by_agent")),
        (1, None, (16, "missed_by_agent")),
        (1, "CUSTOMER_DISCONNECT", (17, "abandoned")),
        (0, "OTHER", (17, "abandoned")),
    ],
)
def test_row_16_an_agents_phone_that_rang_in_vain_was_missed(
    attempts: int, reason: str | None, expected: tuple[int, str]
) -> None:
    assert ending(Queue=QUEUE, AgentConnectionAttempts=attempts, DisconnectReason=reason) == expected


def test_row_16_an_agent_event_that_says_missed_is_enough() -> None:
    assert ending(Evidence(missed_by_agent=True), Queue=QUEUE) == (16, "missed_by_agent")


def test_row_17_an_empty_queue_object_is_no_queue() -> None:
    assert ending(Queue={}) == ending(Queue={"ARN": None, "Name": ""}) == (22, "left_in_flow")


@pytest.mark.parametrize("reason", ["IDLE_DISCONNECT", "EXPIRED", "CUSTOMER_DISCONNECT"])
def test_row_18_a_chat_that_its_customer_left_is_not_alarming(reason: str) -> None:
    assert ending(Channel="CHAT", InitiationMethod="API", DisconnectReason=reason) == (18, "chat_left")


def test_row_19_a_customer_who_never_connected_was_not_reached() -> None:
    chat: Fields = {"Channel": "CHAT", "DisconnectReason": "CUSTOMER_CONNECTION_NOT_ESTABLISHED"}
    assert ending(**chat) == (19, "not_reached")


def test_row_20_the_flows_goodbye_is_an_end_even_for_a_bot_that_had_started() -> None:
    said: Fields = {"DisconnectReason": "CONTACT_FLOW_DISCONNECT", "Attributes": {"virtualAgent": "true"}}
    assert ending(**said) == (20, "ended_by_flow")


@pytest.mark.parametrize(("end", "row"), [("00:05", 21), ("00:06", 22)])
def test_row_21_a_caller_who_hung_up_within_five_seconds_made_a_short_call(end: str, row: int) -> None:
    assert ending(DisconnectTimestamp=AT.format(end))[0] == row


def test_row_22_a_caller_who_hung_up_in_the_menu_left_in_the_flow() -> None:
    assert ending() == (22, "left_in_flow")


def test_row_23_a_caller_who_hung_up_on_a_bot_that_had_started_was_dropped() -> None:
    assert ending(Attributes={"VirtualAgent": "TRUE"}) == (23, "dropped_in_flow")


def test_row_23_words_that_nobody_knows_yet_are_judged_by_the_same_rows() -> None:
    new: Fields = {"Channel": "HOLOGRAM", "InitiationMethod": "TELEPATHY", "DisconnectReason": "BEAMED_UP"}
    assert ending(**new) == (23, "dropped_in_flow")
    assert ending(**new, Agent=AGENT) == (11, "answered")
