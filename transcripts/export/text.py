"""To read and to send on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calls.models import Call
from transcripts.export.entry import Entry, clock, iso


def lines(call: Call, entries: Iterable[Entry]) -> Iterator[str]:
    yield f"Call {call.pk}"
    yield f", {call.queue_name}" if call.queue_name else ""
    yield f", began {iso(call.began_at)}\n\n" if call.began_at else "\n\n"
    for entry in entries:
        yield _line(entry)


def _line(entry: Entry) -> str:
    if entry.kind == "gap":
        return f"--- {entry.words} ---\n"
    when = iso(entry.said_at) or ("--:--:--" if entry.begin_ms is None else clock(entry.begin_ms))
    words = " ".join(entry.words.split())
    remarks = f" ({', '.join(entry.remarks)})" if entry.remarks else ""
    return f"[{when}] {entry.speaker}: {words}{remarks}\n"
