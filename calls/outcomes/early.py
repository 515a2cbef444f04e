"""A call that has ended and whose contact record has not come: the record as far as the live streams tell it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from calls.connect.contact_record import ContactRecord
from calls.connect.parts import Agent, Endpoint, Queue
from calls.outcomes.seen import Seen, facts_of, seen_of
from calls.stages.facts import Facts

if TYPE_CHECKING:
    from calls.models import Call


def early_record(call: Call) -> ContactRecord | None:
    """None where the contact record is there, or no event has told the end."""
    if call.record is not None or not call.stage_facts.get("disconnected_at"):
        return None
    facts, seen = facts_of(call), seen_of(call)
    talked_at = _talked_at(call, facts) if seen.talked else None
    return ContactRecord(
        contact_id=call.contact_id,
        channel=call.channel or None,
        initiation_method=call.initiation_method or None,
        initial_contact_id=call.root_contact_id or None,
        previous_contact_id=call.previous_contact_id or None,
        next_contact_id=call.next_contact_id or (seen.next and seen.next.contact_id) or None,
        began_at=call.began_at or facts.initiated_at,
        connected_to_system_at=talked_at,
        ended_at=facts.disconnected_at,
        agent=Agent(arn=call.agent_arn or None, username=call.agent_username or None, talked_at=talked_at)
        if talked_at
        else None,
        queue=_queue(call, facts),
        customer_endpoint=_endpoint(call.caller_address),
        system_endpoint=_endpoint(call.dialled_address),
        disconnect_reason=_reason(facts, seen),
    )


def _talked_at(call: Call, facts: Facts) -> datetime | None:
    return facts.connected_at or call.words_at or facts.disconnected_at


def _queue(call: Call, facts: Facts) -> Queue | None:
    """Whoever was rung had been in a queue, though the event that named it was lost."""
    arn = facts.queue_arn or call.queue_arn
    if not (arn or facts.enqueued_at or facts.agents or facts.missed):
        return None
    return Queue(
        arn=arn or None,
        name=call.queue_name or None,
        enqueued_at=facts.enqueued_at,
        dequeued_at=facts.disconnected_at,
    )


def _endpoint(address: str) -> Endpoint | None:
    return Endpoint(address=address, type="TELEPHONE_NUMBER") if address else None


def _reason(facts: Facts, seen: Seen) -> str | None:
    """Events tell it of few contacts. Where nobody went on with the customer, the customer is taken to have left."""
    return None if seen.next else facts.disconnect_reason or "CUSTOMER_DISCONNECT"
