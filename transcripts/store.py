"""Turns out of and into the table of segments: two statements, however many calls a batch has."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls.models import Call
from transcripts.lens import LensEvent
from transcripts.lens.items import Attachments, Event, Issues, Transcript, Utterance
from transcripts.partitions import make_partitions
from transcripts.turns import Piece, Turn

NEAR_MS = 15_000  # a card number may run over turns that stand so close
LONGEST_TURN_MS = 300_000
AFTER, BEFORE = timedelta(milliseconds=NEAR_MS), timedelta(milliseconds=LONGEST_TURN_MS)

TURN_COLUMNS = (
    "turn_id", "kind", "role", "participant_id", "display_name", "content", "pieces", "is_partial",
    "begin_ms", "end_ms", "said_at", "sentiment", "issues", "is_redacted", "is_gone",
)  # fmt: skip

LOAD = f"""
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
    w(filed_on date, call_id bigint, turn_ids text[],
      from_ms bigint, to_ms bigint, from_at timestamptz, to_at timestamptz)
)
SELECT s.call_id, {", ".join(f"s.{name}" for name in TURN_COLUMNS)}
FROM wanted w CROSS JOIN LATERAL unnest(w.turn_ids) named(turn_id)
JOIN transcripts_segment s ON s.filed_on = w.filed_on AND s.call_id = w.call_id AND s.turn_id = named.turn_id
UNION
SELECT s.call_id, {", ".join(f"s.{name}" for name in TURN_COLUMNS)}
FROM wanted w
JOIN transcripts_segment s ON s.filed_on = w.filed_on AND s.call_id = w.call_id
    AND (s.begin_ms BETWEEN w.from_ms AND w.to_ms OR s.said_at BETWEEN w.from_at AND w.to_at)
"""  # noqa: S608 - the names are ours

_TYPES = (
    "turn_id varchar, kind varchar, role varchar, participant_id varchar, display_name varchar, content text,"
    " pieces jsonb, is_partial boolean, begin_ms bigint, end_ms bigint, said_at timestamptz, sentiment varchar,"
    " issues jsonb, is_redacted boolean, is_gone boolean"
)

SAVE = f"""
INSERT INTO transcripts_segment (filed_on, call_id, number, {", ".join(TURN_COLUMNS)})
SELECT filed_on, call_id, number, {", ".join(TURN_COLUMNS)}
FROM jsonb_to_recordset(%s::jsonb) r(filed_on date, call_id bigint, number bigint, {_TYPES})
ON CONFLICT (filed_on, call_id, turn_id) DO UPDATE
SET number = excluded.number, {", ".join(f"{name} = excluded.{name}" for name in TURN_COLUMNS[1:])}
"""  # noqa: S608 - the names are ours


@dataclass
class TurnsOfCall:
    """The turns that a batch may touch, of one call whose row is locked; `changed` are to be saved."""

    call: Call
    by_id: dict[str, Turn] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)


def load_turns(events: dict[Call, list[LensEvent]]) -> dict[int, TurnsOfCall]:
    """The turns that the events name, and those that stand near them in time."""
    found = {call.pk: TurnsOfCall(call) for call in events}
    make_partitions(call.filed_on for call in events)
    wanted = [_wanted(call, came) for call, came in events.items()]
    with connection.cursor() as cursor:
        cursor.execute(LOAD, [json.dumps(wanted)])
        for call_id, *columns in cursor.fetchall():
            turn = _turn(dict(zip(TURN_COLUMNS, columns, strict=True)))
            found[call_id].by_id[turn.turn_id] = turn
    return found


def _wanted(call: Call, events: Iterable[LensEvent]) -> dict[str, object]:
    turn_ids: set[str] = set()
    offsets: list[int] = []
    times: list[datetime] = []
    for event in events:
        for item in event.items:
            if isinstance(item, Utterance):
                turn_ids.add(item.transcript_id or item.id)
            elif isinstance(item, Transcript | Event | Attachments):
                turn_ids.add(item.id)
            elif isinstance(item, Issues):
                turn_ids |= {turn_id for turn_id, _, _ in item.found}
            if isinstance(item, Utterance | Transcript):
                offsets += [offset for offset in (item.begin_ms, item.end_ms) if offset is not None]
            if isinstance(item, Transcript) and item.said_at:
                times.append(item.said_at)
    return {
        "filed_on": call.filed_on.isoformat(),
        "call_id": call.pk,
        "turn_ids": sorted(turn_ids),
        "from_ms": min(offsets) - LONGEST_TURN_MS if offsets else None,
        "to_ms": max(offsets) + NEAR_MS if offsets else None,
        "from_at": (min(times) - BEFORE).isoformat() if times else None,
        "to_at": (max(times) + AFTER).isoformat() if times else None,
    }


def _turn(row: dict[str, Any]) -> Turn:
    for name in ("pieces", "issues"):
        row[name] = json.loads(row[name])  # Django's connections hand over jsonb as text
    pieces = row.pop("pieces")
    turn = Turn(**row)
    turn.pieces = {piece_id: Piece(*values) for piece_id, values in pieces.items()}
    return turn


def save_turns(turns: Iterable[TurnsOfCall]) -> None:
    """Each with the number that its call has after this transaction, which a trigger counts up by one."""
    rows = [
        _row(turn_of_call.by_id[turn_id])
        | {
            "filed_on": turn_of_call.call.filed_on,
            "call_id": turn_of_call.call.pk,
            "number": turn_of_call.call.number + 1,
        }
        for turn_of_call in turns
        for turn_id in sorted(turn_of_call.changed)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(SAVE, [json.dumps(rows, default=str)])


def _row(turn: Turn) -> dict[str, object]:
    # A final turn has no use for its pieces: they are dropped, or they would hold what its text does not.
    pieces = turn.pieces if turn.is_partial else {}
    return {
        **{name: value for name, value in asdict(turn).items() if name in TURN_COLUMNS},
        "pieces": {
            piece_id: [piece.text, piece.begin_ms, piece.end_ms, piece.sentiment] for piece_id, piece in pieces.items()
        },
    }
