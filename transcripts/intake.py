"""Contact Lens events into calls, conversations and segments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from calls.connect.kinds import Unusable
from calls.models import Call, Instance
from calls.models.bulk import save_rows
from calls.streams.arrival import Arrival
from transcripts.cards import mask_turns
from transcripts.lens import LensEvent, decode
from transcripts.lens.items import Transcript, Utterance
from transcripts.models import Conversation
from transcripts.store import TurnsOfCall, load_turns, save_turns
from transcripts.turns import in_order, merge

LONGEST_CALL_MS = 7 * 24 * 3600 * 1000  # a nonsensical offset must not leave the calendar

CALL_FIELDS = ("channel", "began_at", "is_began_estimated", "first_heard_at", "last_heard_at", "is_live")


class ContactLens:
    """The handler of the kind `contact-lens`."""

    kind = "contact-lens"

    @staticmethod
    def decode(record: dict[str, object], instance: Instance) -> LensEvent:
        event = decode(record)
        if event.instance_id and event.instance_id != instance.connect_id:
            raise Unusable("belongs to another instance")
        return event

    @staticmethod
    def write(instance: Instance, arrivals: Sequence[Arrival[LensEvent]]) -> set[int]:
        """The calls that changed. In a transaction; the statements do not grow with the batch."""
        by_contact = _by_contact(arrivals)
        calls = _lock_calls(instance, by_contact)
        conversations = _conversations(calls.values())
        turns = load_turns({calls[contact]: [a.value for a in came] for contact, came in by_contact.items()})
        for contact, came in by_contact.items():
            call, conversation = calls[contact], conversations[calls[contact].pk]
            _hear(call, conversation, came)
            _bring_in(turns[call.pk], conversation, came)
        save_rows(calls.values(), CALL_FIELDS)
        save_rows(conversations.values(), Conversation.FIELDS)
        save_turns(turns.values())
        return {call.pk for call in calls.values()}


def _by_contact(arrivals: Sequence[Arrival[LensEvent]]) -> dict[str, list[Arrival[LensEvent]]]:
    ordered = sorted(arrivals, key=lambda arrival: arrival.value.contact_id)
    return {contact: list(came) for contact, came in groupby(ordered, lambda arrival: arrival.value.contact_id)}


def _lock_calls(instance: Instance, contacts: dict[str, list[Arrival[LensEvent]]]) -> dict[str, Call]:
    Call.objects.bulk_create(
        [Call(instance=instance, contact_id=contact, root_contact_id=contact) for contact in sorted(contacts)],
        ignore_conflicts=True,
    )
    locked = Call.objects.filter(instance=instance, contact_id__in=contacts).order_by("pk").select_for_update()
    return {call.contact_id: call for call in locked}


def _conversations(calls: Iterable[Call]) -> dict[int, Conversation]:
    ids = [call.pk for call in calls]
    Conversation.objects.bulk_create([Conversation(call_id=pk) for pk in ids], ignore_conflicts=True)
    return Conversation.objects.in_bulk(ids)


def _hear(call: Call, conversation: Conversation, came: list[Arrival[LensEvent]]) -> None:
    """What the events say of the call itself. A contact record has the last word on its end."""
    call.channel = call.channel or came[0].value.channel
    call.first_heard_at = min(filter(None, [call.first_heard_at, came[0].arrived_at]))
    call.last_heard_at = max(filter(None, [call.last_heard_at, came[-1].arrived_at]))
    _estimate_beginning(call, came)
    conversation.note_events(arrival.value for arrival in came)
    call.is_live = call.record is None and conversation.state == Conversation.State.LIVE


def _estimate_beginning(call: Call, came: list[Arrival[LensEvent]]) -> None:
    """Voice tells offsets only: the call began at least so long before the words arrived."""
    if call.began_at is not None and not call.is_began_estimated:
        return
    guesses: list[datetime] = [call.began_at] if call.began_at else []
    guesses += [
        arrival.arrived_at - timedelta(milliseconds=min(item.end_ms, LONGEST_CALL_MS))
        for arrival in came
        for item in arrival.value.items
        if isinstance(item, Utterance | Transcript) and item.end_ms is not None
    ]
    if guesses:
        call.began_at, call.is_began_estimated = min(guesses), True


def _bring_in(turns: TurnsOfCall, conversation: Conversation, came: list[Arrival[LensEvent]]) -> None:
    items = [item for arrival in came for item in arrival.value.items]
    turns.changed |= merge(turns.by_id, items, conversation.pending)
    # After merging: a card number may have come in pieces.
    turns.changed |= mask_turns(in_order(turns.by_id.values()))
    conversation.note_items(items)
    conversation.note_turns([turns.by_id[turn_id] for turn_id in turns.changed])
