"""Contact Lens events into calls, conversations and segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calls.connect.kinds import Unusable
from calls.models import Instance
from calls.streams.arrival import Arrival
from transcripts.cards import mask_turns, may_go_on, of_interest
from transcripts.hearing import HeardCall, hear
from transcripts.lens import LensEvent, decode, decode_plain
from transcripts.lens.items import Item
from transcripts.notes import Columns, change_notes, make_notes
from transcripts.store import MOST_NEIGHBOURS, NEXT, TurnsOfCall, load_neighbours, load_turns, save_turns
from transcripts.turns import in_order, merge


class ContactLens:
    """The handler of the kind `contact-lens`."""

    kind = "contact-lens"

    @staticmethod
    def decode_plain(data: bytes, instance: Instance) -> LensEvent | None:
        event = decode_plain(data)
        return event if event and event.instance_id in (None, instance.connect_id) else None

    @staticmethod
    def decode(record: dict[str, object], instance: Instance) -> LensEvent:
        event = decode(record)
        if event.instance_id and event.instance_id != instance.connect_id:
            raise Unusable("belongs to another instance")
        return event

    @staticmethod
    def write(instance: Instance, arrivals: Sequence[Arrival[LensEvent]]) -> dict[int, int]:
        """The calls that changed, with their numbers. In a transaction; the statements do not grow with the batch."""
        by_contact = _by_contact(arrivals)
        calls = hear(instance, by_contact)
        turns = {call.pk: TurnsOfCall(call) for call in calls.values()}
        items = {calls[contact].pk: _items(came) for contact, came in by_contact.items()}
        load_turns(turns, items)
        _merge(turns, items)
        _note(calls, by_contact, turns, items)
        save_turns(turns.values())
        return {call.pk: call.number for call in calls.values()}


def _by_contact(arrivals: Sequence[Arrival[LensEvent]]) -> dict[str, list[Arrival[LensEvent]]]:
    by_contact: dict[str, list[Arrival[LensEvent]]] = {}
    for arrival in arrivals:
        by_contact.setdefault(arrival.value.contact_id, []).append(arrival)
    return by_contact


def _items(came: Sequence[Arrival[LensEvent]]) -> list[Item]:
    return [item for arrival in came for item in arrival.value.items]


def _merge(calls: Mapping[int, TurnsOfCall], items: Mapping[int, Sequence[Item]]) -> None:
    for pk, turns in calls.items():
        turns.changed = merge(turns.by_id, items[pk], turns.call.notes.pending)
    # After merging: a card number may have come in pieces, or over turns.
    suspects = {pk: of_interest(turns.news()) for pk, turns in calls.items()}
    at_edge = [(pk, turn) for pk, found in suspects.items() for turn in found if may_go_on(turn)]
    load_neighbours(calls, at_edge, NEXT)
    # Mostly the next ones tell no figures, and break a number off: only else it may run farther.
    load_neighbours(calls, [(pk, turn) for pk, turn in at_edge if calls[pk].has_beside(may_go_on)], MOST_NEIGHBOURS)
    for pk, found in suspects.items():
        if found:
            calls[pk].changed |= mask_turns(in_order(calls[pk].by_id.values()))


def _note(
    calls: Mapping[str, HeardCall],
    by_contact: Mapping[str, Sequence[Arrival[LensEvent]]],
    turns: Mapping[int, TurnsOfCall],
    items: Mapping[int, Sequence[Item]],
) -> None:
    new: dict[int, Columns] = {}
    changed: dict[int, Columns] = {}
    for contact_id, call in calls.items():
        before = call.notes.columns()
        is_new = call.notes.state is None
        call.notes.note_events(arrival.value for arrival in by_contact[contact_id])
        call.notes.note_items(items[call.pk])
        call.notes.note_turns(turns[call.pk].news())
        after = call.notes.columns()
        if after != before:
            (new if is_new else changed)[call.pk] = after
    make_notes(new)
    change_notes(changed)
