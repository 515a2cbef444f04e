"""The table: the first row that holds says how a call ended."""

from collections.abc import Callable
from typing import NamedTuple

from calls.outcomes.facts import Facts

UNREACHED = (
    "TELECOM_BUSY",
    "TELECOM_UNANSWERED",
    "TELECOM_NUMBER_INVALID",
    "TELECOM_POTENTIAL_BLOCKING",
    "TELECOM_TIMEOUT",
    "TELECOM_ORIGINATOR_CANCEL",
    "CUSTOMER_NEVER_ARRIVED",
    "EXPIRED",
)
UNREACHED_BEGINNINGS = ("OUTBOUND_", "OUTBUND_")  # the second is Amazon's own spelling
MACHINES = ("VOICEMAIL_", "FAX_", "SIT_", "AMD_UN")
PERSONS = ("HUMAN_ANSWERED", "ANSWERED")
LINE_FAULTS = ("TELECOM_PROBLEM", "AGENT_NETWORK_DISCONNECT", "SYSTEM_ERROR")
AGENT_HUNG_UP = ("AGENT_DISCONNECT", "AGENT_HUNGUP")
CHAT_ENDS = ("IDLE_DISCONNECT", "EXPIRED", "CUSTOMER_DISCONNECT")


class Row(NamedTuple):
    number: int
    outcome: str
    holds: Callable[[Facts], bool]
    looks_at: tuple[str, ...]  # keys of looked_at.FIELDS


def is_unreached(f: Facts) -> bool:
    return (
        f.reason in UNREACHED
        or f.reason.startswith(UNREACHED_BEGINNINGS)
        or f.record.connected_to_system_at is None
        or f.machine.startswith(MACHINES)
    )


def is_line_lost(f: Facts) -> bool:
    is_fault = f.reason in LINE_FAULTS or (f.issue is not None and f.reason not in AGENT_HUNG_UP)
    return f.record.talked and is_fault and not f.has_later_talk


def is_missed(f: Facts) -> bool:
    attempts = f.record.agent_connection_attempts
    is_rung_in_vain = attempts >= 2 or (attempts == 1 and not f.is_left_by_customer)
    return f.has_queue and (is_rung_in_vain or f.evidence.missed_by_agent)


def is_marked(outcome: str) -> Callable[[Facts], bool]:
    return lambda f: f.mark is not None and f.mark.outcome == outcome


_OURS = (
    "Channel",
    "InitiationMethod",
    "talked",
    "DisconnectReason",
    "ConnectedToSystemTimestamp",
    "AnsweringMachineDetectionStatus",
    "CampaignId",
)
_QUEUED = ("talked", "Queue")

ROWS: tuple[Row, ...] = (
    Row(1, "not_a_call", lambda f: f.record.channel in ("TASK", "EMAIL"), ("Channel",)),
    Row(2, "monitoring", lambda f: f.record.initiation_method == "MONITOR", ("InitiationMethod",)),
    Row(
        3,
        "after_call_flow",
        lambda f: f.record.initiation_method == "DISCONNECT" and not f.has_queue,
        ("InitiationMethod", "Queue"),
    ),
    Row(4, "test_call", lambda f: f.test_mark is not None, ("test_mark",)),
    Row(5, "not_reached", lambda f: f.is_try_of_ours and is_unreached(f), _OURS),
    Row(
        6,
        "campaign_abandoned",
        lambda f: f.is_try_of_ours and f.record.campaign_id is not None and f.machine in PERSONS,
        _OURS,
    ),
    Row(6, "notified", lambda f: f.is_try_of_ours, _OURS),
    Row(
        7,
        "consult",
        lambda f: f.is_consult,
        ("InitiationMethod", "previous_agent_worked_at", "is_customer_kept", "DisconnectTimestamp"),
    ),
    Row(
        8,
        "line_lost",
        is_line_lost,
        ("talked", "has_later_talk", "DisconnectReason", "PotentialDisconnectIssue"),
    ),
    Row(
        9,
        "left_on_hold",
        lambda f: f.record.talked and f.is_left_by_customer and f.evidence.agent_state == "CONNECTED_ONHOLD",
        ("talked", "DisconnectReason", "agent_state", "hold_s"),
    ),
    Row(
        10,
        "passed_on",
        lambda f: f.record.transfer_completed_at is not None or f.is_handed_on,
        ("TransferCompletedTimestamp", "TransferredToEndpoint", "NextContactId", "talked", "next", "next_seen"),
    ),
    Row(11, "answered", lambda f: f.record.talked, ("talked", "DisconnectReason")),
    Row(12, "self_served", is_marked("self_served"), ("talked", "mark")),
    Row(12, "left_voicemail", is_marked("left_voicemail"), ("talked", "mark")),
    Row(12, "after_hours", is_marked("after_hours"), ("talked", "mark")),
    Row(
        13,
        "callback_failed",
        lambda f: f.record.initiation_method == "CALLBACK" and f.evidence.callback_settled and not f.has_further_try,
        ("InitiationMethod", "talked", "has_further_try", "callback_settled"),
    ),
    Row(
        13,
        "callback_attempt",
        lambda f: f.record.initiation_method == "CALLBACK",
        ("InitiationMethod", "talked", "has_further_try", "callback_settled"),
    ),
    Row(14, "short_abandon", lambda f: f.has_queue and f.is_short_wait, (*_QUEUED, "wait_s")),
    Row(
        15,
        "turned_away",
        lambda f: f.has_queue and f.reason == "CONTACT_FLOW_DISCONNECT",
        (*_QUEUED, "wait_s", "DisconnectReason"),
    ),
    Row(
        16,
        "missed_by_agent",
        is_missed,
        (*_QUEUED, "wait_s", "AgentConnectionAttempts", "DisconnectReason", "missed_by_agent", "rang"),
    ),
    Row(
        17,
        "abandoned",
        lambda f: f.has_queue,
        (*_QUEUED, "wait_s", "AgentConnectionAttempts", "DisconnectReason", "agent_state"),
    ),
    Row(
        18,
        "chat_left",
        lambda f: f.record.channel == "CHAT" and f.reason in CHAT_ENDS,
        ("Channel", *_QUEUED, "DisconnectReason"),
    ),
    Row(
        19,
        "not_reached",
        lambda f: f.reason == "CUSTOMER_CONNECTION_NOT_ESTABLISHED",
        (*_QUEUED, "DisconnectReason"),
    ),
    Row(20, "ended_by_flow", lambda f: f.reason == "CONTACT_FLOW_DISCONNECT", (*_QUEUED, "DisconnectReason")),
    Row(
        21,
        "short_call",
        lambda f: f.is_left_by_customer and f.is_short,
        (*_QUEUED, "DisconnectReason", "duration_s"),
    ),
    Row(
        22,
        "left_in_flow",
        lambda f: f.is_left_by_customer and f.started_mark is None,
        (*_QUEUED, "DisconnectReason", "duration_s", "started_mark"),
    ),
    Row(23, "dropped_in_flow", lambda _: True, (*_QUEUED, "DisconnectReason", "started_mark")),
)
