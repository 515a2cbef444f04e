"""The last words of a call, for where calls are listed: read then, so that no turn has to write them."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from calls.models import Call
from transcripts.models import Segment

MOST = 200  # characters


def with_last_words(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Each with the words of the turn that came last, by whom ever, as `last_words`: None when nothing was said."""
    said = Segment.objects.filter(filed_on=OuterRef("filed_on"), call_id=OuterRef("pk"), kind="turn", is_gone=False)
    words = said.exclude(content="").values("content")
    # Each a step in an index, from its end; a conversation tells offsets or times of day.
    by_offset = words.filter(end_ms__isnull=False).order_by("-end_ms")[:1]
    by_time = words.filter(said_at__isnull=False).order_by("-said_at")[:1]
    return calls.annotate(last_words=Coalesce(Subquery(by_offset), Subquery(by_time)))


def end_of(words: str) -> str:
    """As much as a list has room for, from the beginning of a word."""
    if len(words) <= MOST:
        return words
    end = words[-MOST:]
    return "…" + (end.partition(" ")[2] or end)
