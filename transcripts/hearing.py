"""The calls that a batch is about: made where missing, locked in order, and noted as heard of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec
from django.db import connection

from calls.models import Call, Instance
from calls.streams.arrival import Arrival
from transcripts.lens import LensEvent
from transcripts.lens.items import Attachments, Event, Item, Transcript, Utterance
from transcripts.notes import COLUMNS, Columns, Notes, are_settled
from transcripts.standing import STANDING

LONGEST_CALL_MS = 7 * 24 * 3600 * 1000  # a nonsensical offset must not leave the calendar

Events = Sequence[Arrival[LensEvent]]  # of one call, as they came


@dataclass(slots=True)
class HeardCall:
    """A call whose row is locked, with what came of it; `number` is the one that this transaction gives it."""

    pk: int
    filed_on: date
    number: int
    came: Events
    stored: Columns  # of the conversation, as the table has them
    items: list[Item] = field(init=False)
    only_speaks: bool = field(init=False)  # leaves the notes as they are, but for what its turns tell
    _notes: Notes | None = None

    def __post_init__(self) -> None:
        self.items = [item for arrival in self.came for item in arrival.value.items]
        self.only_speaks = are_settled(self.stored, [arrival.value for arrival in self.came]) and all(
            isinstance(item, (Utterance, Transcript)) for item in self.items
        )

    @property
    def heard_at(self) -> datetime:
        return self.came[-1].arrived_at

    @property
    def notes(self) -> Notes:
        """Decoded when asked for: most events leave a conversation's notes as they are."""
        if self._notes is None:
            self._notes = Notes.loaded(self.stored)
        return self._notes


class _Heard(msgspec.Struct):
    call_id: int
    channel: str
    first_at: datetime
    last_at: datetime
    began_at: datetime | None
    words_at: datetime | None  # heard of an agent and the customer
    spoken_at: datetime | None
    over_at: datetime | None


# All or none: who locks some, and then waits for a call that another makes, may be what that other waits for.
LOCK = """
WITH known AS MATERIALIZED (
    SELECT id FROM calls_call
    WHERE instance_id = %s AND contact_id = ANY(ARRAY(SELECT jsonb_array_elements_text(%s::jsonb)))
)
SELECT contact_id, id FROM calls_call
WHERE id = ANY(ARRAY(SELECT id FROM known)) AND (SELECT count(*) FROM known) = %s
ORDER BY id FOR UPDATE
"""

UNKNOWN = """
SELECT contact_id FROM jsonb_array_elements_text(%s::jsonb) came(contact_id)
WHERE NOT EXISTS (SELECT FROM calls_call c WHERE c.instance_id = %s AND c.contact_id = came.contact_id)
"""

# Its own statement, after the lock: what one statement reads beside a row that it waited for is of before the wait.
# A contact record has the last word on the beginning and the end.
HEAR = f"""
UPDATE calls_call c SET
    channel = CASE c.channel WHEN '' THEN h.channel ELSE c.channel END,
    first_heard_at = least(c.first_heard_at, h.first_at),
    last_heard_at = greatest(c.last_heard_at, h.last_at),
    began_at = CASE WHEN c.began_at IS NULL OR c.is_began_estimated THEN least(c.began_at, h.began_at)
        ELSE c.began_at END,
    is_began_estimated = c.is_began_estimated OR (c.began_at IS NULL AND h.began_at IS NOT NULL),
    spoken_at = greatest(c.spoken_at, h.spoken_at),
{STANDING}
FROM jsonb_to_recordset(%s::jsonb) h(
    call_id bigint, channel text, first_at timestamptz, last_at timestamptz, began_at timestamptz,
    words_at timestamptz, spoken_at timestamptz, over_at timestamptz)
LEFT JOIN transcripts_conversation v ON v.call_id = h.call_id
WHERE c.id = h.call_id
RETURNING c.contact_id, c.id, c.filed_on, c.number, {", ".join(f"v.{name}" for name in COLUMNS)}
"""  # noqa: S608 - the names are ours


def hear(instance: Instance, by_contact: Mapping[str, Events]) -> list[HeardCall]:
    """The calls of these contact ids. Two statements, and three more if a call is new."""
    contact_ids = msgspec.json.encode(list(by_contact)).decode()
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [instance.pk, contact_ids, len(by_contact)])
        while cursor.rowcount < len(by_contact):
            cursor.execute(UNKNOWN, [contact_ids, instance.pk])
            _make(instance, sorted(contact_id for (contact_id,) in cursor.fetchall()))
            cursor.execute(LOCK, [instance.pk, contact_ids, len(by_contact)])
        heard = [_heard(pk, by_contact[contact_id]) for contact_id, pk in cursor.fetchall()]
        cursor.execute(HEAR, [msgspec.json.encode(heard).decode()])
        return [
            HeardCall(pk, filed_on, number, by_contact[contact_id], columns)
            for contact_id, pk, filed_on, number, *columns in cursor.fetchall()
        ]


def _make(instance: Instance, contact_ids: Sequence[str]) -> None:
    calls = [Call(instance=instance, contact_id=contact_id, root_contact_id=contact_id) for contact_id in contact_ids]
    Call.objects.bulk_create(calls, ignore_conflicts=True)


def _heard(pk: int, came: Events) -> _Heard:
    first, last = came[0], came[-1]
    words_at = next((each.arrived_at for each in came if _has_words(each.value)), None)
    over_at = next((each.arrived_at for each in came if each.value.event in ("COMPLETED", "FAILED")), None)
    spoken_at = next((each.arrived_at for each in reversed(came) if _is_speech(each.value)), None)
    return _Heard(
        pk, first.value.channel, first.arrived_at, last.arrived_at, _began_at(came), words_at, spoken_at, over_at
    )


def _is_speech(event: LensEvent) -> bool:
    return any(isinstance(item, (Utterance, Transcript)) for item in event.items)


def _has_words(event: LensEvent) -> bool:
    """Voice is listened to while an agent is there; a chat from its beginning."""
    if event.channel == "VOICE":
        return event.event in ("STARTED", "SEGMENTS")
    return any(
        isinstance(item, (Transcript, Event, Attachments)) and item.speaker.role == "AGENT" for item in event.items
    )


def _began_at(came: Events) -> datetime | None:
    """Voice tells offsets only: the call began at least so long before the words arrived."""
    began = [
        each.arrived_at - timedelta(milliseconds=min(item.end_ms, LONGEST_CALL_MS))
        for each in came
        for item in each.value.items
        if isinstance(item, (Utterance, Transcript)) and item.end_ms is not None
    ]
    return min(began, default=None)
