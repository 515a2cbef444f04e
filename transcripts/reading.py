"""The turns of a call as they are read: in the order in which they were said, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import BigIntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Extract

from calls.models import Call
from transcripts.models import Segment

AFTER_ALL = 2**52  # turns that do not say when come last


class Place(NamedTuple):
    """Where a turn stands: its time of day or its offset, in milliseconds, and its id."""

    ms: int
    turn_id: str


def place_of(turn: Segment) -> Place:
    said_ms = round(turn.said_at.timestamp() * 1000) if turn.said_at else turn.begin_ms
    return Place(AFTER_ALL if said_ms is None else said_ms, turn.turn_id)


def turns_of(call: Call, *, before: Place | None = None, after: Place | None = None) -> QuerySet[Segment]:
    said_ms = Cast(Extract("said_at", "epoch") * 1000, BigIntegerField())
    turns = Segment.objects.filter(filed_on=call.filed_on, call_id=call.pk, is_gone=False).alias(
        place=Coalesce(said_ms, "begin_ms", Value(AFTER_ALL), output_field=BigIntegerField())
    )
    if before:
        turns = turns.filter(Q(place__lt=before.ms) | Q(place=before.ms, turn_id__lt=before.turn_id))
    if after:
        turns = turns.filter(Q(place__gt=after.ms) | Q(place=after.ms, turn_id__gt=after.turn_id))
    return turns.order_by("place", "turn_id")


def last_turns(call: Call, most: int, before: Place | None = None) -> tuple[list[Segment], bool]:
    """The last so many, of all or of those before a place; and whether there are earlier ones."""
    found = list(turns_of(call, before=before).reverse()[: most + 1])
    return found[:most][::-1], len(found) > most


def turns_in_chunks(call: Call, most: int) -> Iterator[list[Segment]]:
    """All of them. Each chunk is read by itself: whoever takes them slowly holds neither rows nor a connection."""
    after = None
    while chunk := list(turns_of(call, after=after)[:most]):
        yield chunk
        after = place_of(chunk[-1])
