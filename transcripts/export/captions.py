"""WebVTT: captions beside a recording, timed from the beginning of the call (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from calls.models import Call
from transcripts.export.entry import Entry, clock

SHORTEST_MS = 1000  # a cue must end after it begins


def lines(call: Call, entries: Iterable[Entry]) -> Iterator[str]:
    yield "WEBVTT\n\n"
    first: datetime | None = None
    for entry in entries:
        first = first or entry.said_at
        yield _note(entry.words) if entry.kind == "gap" else _cue(entry, first)


def _note(words: str) -> str:
    return f"NOTE {words}\n\n"


def _cue(entry: Entry, first: datetime | None) -> str:
    """A chat, which tells times of day, is timed from its first message. What has no time is on no screen."""
    begin_ms = entry.begin_ms
    if entry.said_at and first:
        begin_ms = round((entry.said_at - first).total_seconds() * 1000)
    if begin_ms is None or entry.kind != "turn" or not entry.words.strip():
        return ""
    end_ms = max(entry.end_ms or 0, begin_ms + SHORTEST_MS)
    times = f"{clock(begin_ms, is_precise=True)} --> {clock(end_ms, is_precise=True)}"
    return f"{times}\n<v {_text(entry.speaker)}>{_text(entry.words)}\n\n"


def _text(words: str) -> str:
    """On one line, since an empty one ends a cue; no tag, and no arrow that would begin another."""
    return escape(" ".join(words.split()), quote=False)
