"""Contact Lens events into calls, conversations and segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from calls.connect.kinds import Unusable
from calls.models import Instance
from calls.streams.arrival import Arrival
from transcripts.alerting.told import alert
from transcripts.cards import lets_through, mask_turns, may_go_on, of_interest
from transcripts.hearing import HeardCall, hear
from transcripts.lens import LensEvent, decode, decode_plain
from transcripts.lens.items import Transcript
from transcripts.notes import Columns, change_notes, felt, make_notes, tells_mood
from transcripts.plain import Plain, plain_item, plain_row
from transcripts.store import MOST_NEIGHBOURS, NEXT, TurnsOfCall, load_neighbours, load_turns, save_turns
from transcripts.turns import final, in_order, merge


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
        heard = hear(instance, _by_contact(arrivals))
        turns = {call.pk: TurnsOfCall(call) for call in heard}
        load_turns(turns)
        plain = {pk: item for pk, each in turns.items() if not each.by_id and (item := plain_item(each.call))}
        rows = [plain_row(turns[pk].call, item) for pk, item in plain.items()]
        others = {pk: each for pk, each in turns.items() if pk not in plain}
        _merge(others)
        noted = _note(others.values(), [(turns[pk].call, item) for pk, item in plain.items()])
        save_turns(others.values(), rows)
        alert(instance, noted)
        return {call.pk: call.number for call in heard}


def _by_contact(arrivals: Sequence[Arrival[LensEvent]]) -> dict[str, list[Arrival[LensEvent]]]:
    by_contact: dict[str, list[Arrival[LensEvent]]] = {}
    for arrival in arrivals:
        by_contact.setdefault(arrival.value.contact_id, []).append(arrival)
    return by_contact


def _merge(calls: Mapping[int, TurnsOfCall]) -> None:
    for turns in calls.values():
        pending = {} if turns.call.only_speaks else turns.call.notes.pending
        turns.changed = merge(turns.by_id, turns.call.items, pending)
    # After merging: a card number may have come in pieces, or over turns.
    suspects = {pk: found for pk, turns in calls.items() if (found := of_interest(turns.news()))}
    at_edge = [(pk, turn) for pk, found in suspects.items() for turn in found if may_go_on(turn)]
    load_neighbours(calls, at_edge, NEXT)
    # Mostly the next ones say something else, and break a number off: only else it may run farther.
    load_neighbours(calls, [(pk, turn) for pk, turn in at_edge if calls[pk].has_beside(lets_through)], MOST_NEIGHBOURS)
    for pk in suspects:
        calls[pk].changed |= mask_turns(in_order(calls[pk].by_id.values()))


def _note(calls: Iterable[TurnsOfCall], plain: Iterable[tuple[HeardCall, Plain]]) -> list[HeardCall]:
    """Those of whom the notes have changed."""
    noted: list[HeardCall] = []
    new: dict[int, Columns] = {}
    changed: dict[int, Columns] = {}
    spoken = [
        (call, [final(item)])
        for call, item in plain
        if isinstance(item, Transcript) and tells_mood(item.speaker.role, item.sentiment)
    ]
    for turns in calls:
        if turns.call.only_speaks:
            spoken.append((turns.call, turns.news()))
            continue
        notes = turns.call.notes
        is_new, before = notes.state is None, notes.columns()
        notes.note_events(arrival.value for arrival in turns.call.came)
        notes.note_items(turns.call.items)
        notes.note_turns(turns.news(), turns.call.heard_at)
        if notes.columns() != before:
            (new if is_new else changed)[turns.call.pk] = notes.columns()
            noted.append(turns.call)
    for call, said in spoken:
        if (telling := felt(said)) and call.notes.note_turns(telling, call.heard_at):
            changed[call.pk] = call.notes.columns()
            noted.append(call)
    make_notes(new)
    change_notes(changed)
    return noted
