"""The fields a row looked at, for the page's "why?"."""

from collections.abc import Callable
from datetime import datetime

from calls.connect.parts import Endpoint
from calls.outcomes.facts import Facts
from calls.outcomes.rows import Row


def looked_at(row: Row, facts: Facts) -> dict[str, object]:
    """JSON-able, and without the numbers of people."""
    return {name: FIELDS[name](facts) for name in row.looks_at}


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _kind_of_endpoint(end: Endpoint | None) -> str | None:
    return (end.type or "set") if end else None


# Amazon's names for its own fields, ours for what we worked out.
FIELDS: dict[str, Callable[[Facts], object]] = {
    "AgentConnectionAttempts": lambda f: f.record.agent_connection_attempts,
    "AnsweringMachineDetectionStatus": lambda f: f.record.answering_machine_detection_status,
    "CampaignId": lambda f: f.record.campaign_id,
    "Channel": lambda f: f.record.channel,
    "ConnectedToSystemTimestamp": lambda f: _told(f.record.connected_to_system_at),
    "DisconnectReason": lambda f: f.record.disconnect_reason,
    "DisconnectTimestamp": lambda f: _told(f.record.ended_at),
    "InitiationMethod": lambda f: f.record.initiation_method,
    "NextContactId": lambda f: f.record.next_contact_id,
    "PotentialDisconnectIssue": lambda f: f.issue,
    "Queue": lambda f: (f.record.queue.name or "set") if f.record.queue else None,
    "TransferCompletedTimestamp": lambda f: _told(f.record.transfer_completed_at),
    "TransferredToEndpoint": lambda f: _kind_of_endpoint(f.record.transferred_to_endpoint),
    "agent_state": lambda f: f.evidence.agent_state,
    "callback_settled": lambda f: f.evidence.callback_settled,
    "duration_s": lambda f: f.record.duration_s,
    "has_further_try": lambda f: f.has_further_try,
    "has_later_talk": lambda f: f.has_later_talk,
    "hold_s": lambda f: f.evidence.hold_s,
    "is_customer_kept": lambda f: f.evidence.is_customer_kept,
    "mark": lambda f: f.mark and str(f.mark),
    "missed_by_agent": lambda f: f.evidence.missed_by_agent,
    "next": lambda f: f.next and (f.next.initiation_method or "seen"),
    "next_seen": lambda f: f.evidence.next_seen,
    "previous_agent_worked_at": lambda f: _told(f.previous_agent_worked_at),
    "rang": lambda f: ", ".join(f.evidence.rang),
    "started_mark": lambda f: f.started_mark and str(f.started_mark),
    "talked": lambda f: f.record.talked,
    "test_mark": lambda f: f.test_mark and str(f.test_mark),
    "wait_s": lambda f: f.record.wait_s,
}
