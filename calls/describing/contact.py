"""The answer of DescribeContact, as far as a call in progress may learn from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from calls.connect.contact_event import ContactEvent
from calls.connect.kinds import clean_text
from calls.connect.withheld import is_withheld
from calls.models import Instance


class Described(NamedTuple):
    caller_address: str  # empty if withheld, or if there is no telephone
    event: ContactEvent  # all else, as the contact events that may have been lost would have told it


def described(instance: Instance, contact_id: str, contact: Mapping[str, Any], at: datetime) -> Described:
    """`Contact` nests QueueInfo and AgentInfo, which name queue and agent by the ends of their ARNs."""
    queue, agent = contact.get("QueueInfo") or {}, contact.get("AgentInfo") or {}
    event = ContactEvent(
        contact_id=contact_id,
        kind="DESCRIBED",
        event_id="",
        at=at,
        initial_contact_id=contact.get("InitialContactId"),
        previous_contact_id=contact.get("PreviousContactId"),
        channel=contact.get("Channel"),
        initiation_method=contact.get("InitiationMethod"),
        initiated_at=contact.get("InitiationTimestamp"),
        disconnected_at=contact.get("DisconnectTimestamp"),
        disconnect_reason=_text(contact, "DisconnectReason")[:256],
        queue_arn=f"{instance.arn}/queue/{queue['Id']}" if queue.get("Id") else None,
        enqueued_at=queue.get("EnqueueTimestamp"),
        agent_arn=f"{instance.arn}/agent/{agent['Id']}" if agent.get("Id") else None,
        connected_to_agent_at=agent.get("ConnectedToAgentTimestamp"),
        acw_started_at=agent.get("AfterContactWorkStartTimestamp"),
        acw_ended_at=agent.get("AfterContactWorkEndTimestamp"),
        dialled_address=_text(contact.get("SystemEndpoint") or {}, "Address")[:256],
    )
    return Described(_caller(contact.get("CustomerEndpoint") or {}), event)


def _caller(end: Mapping[str, str]) -> str:
    address = _text(end, "Address")[:300]
    return address if end.get("Type") in ("TELEPHONE_NUMBER", "VOIP") and not is_withheld(address) else ""


def _text(part: Mapping[str, str], name: str) -> str:
    return clean_text(part.get(name) or "")
