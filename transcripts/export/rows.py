"""For a spreadsheet: comma-separated, the first row names the columns, times in seconds or ISO 8601."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from calls.models import Call
from transcripts.export.cells import safe_cell
from transcripts.export.entry import Entry, iso

COLUMNS = (
    "kind",
    "begin_s",
    "end_s",
    "said_at",
    "speaker",
    "role",
    "words",
    "sentiment",
    "issue",
    "categories",
    "final",
)
MARK_OF_UTF8 = "\ufeff"  # without it a spreadsheet reads another alphabet


def lines(call: Call, entries: Iterable[Entry]) -> Iterator[str]:
    yield MARK_OF_UTF8 + _written(COLUMNS)
    for entry in entries:
        yield _written(_cells(entry))


def _cells(entry: Entry) -> tuple[str, ...]:
    is_turn = entry.kind == "turn"
    return (
        entry.kind,
        _seconds(entry.begin_ms),
        _seconds(entry.end_ms),
        iso(entry.said_at),
        safe_cell(entry.speaker),
        safe_cell(entry.role.lower()),
        safe_cell(entry.words),
        entry.sentiment,
        ("yes" if entry.has_issue else "no") if is_turn else "",
        safe_cell("; ".join(entry.categories)),
        ("no" if entry.is_partial else "yes") if is_turn else "",
    )


def _seconds(ms: int | None) -> str:
    return "" if ms is None else f"{ms / 1000:.3f}"


def _written(cells: Iterable[str]) -> str:
    row = StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue()
