"""Turns out of and into the table of segments: a fixed number of statements, however many calls a batch has.

Only writers who hold the lock of a call's row touch its turns. So a turn that was asked for and not found is new, and
COPY, the fastest way in, cannot meet it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import connection

from transcripts.hearing import HeardCall
from transcripts.lens.items import Attachments, Event, Issues, Item, Transcript, Utterance
from transcripts.partitions import make_partitions
from transcripts.plain import Row
from transcripts.turns import Piece, Turn

LONGEST_TURN_MS = 300_000
MOST_OVERLAPPING = 1000
NEXT, MOST_NEIGHBOURS = 2, 24  # a card number has at most 19 digits, so it runs over at most as many turns

COLUMNS = (
    "filed_on", "call_id", "number", "turn_id", "kind", "role", "participant_id", "display_name", "content", "pieces",
    "is_partial", "begin_ms", "end_ms", "said_at", "sentiment", "issues", "is_redacted", "is_gone",
)  # fmt: skip
KEY, TURN = COLUMNS[:3], COLUMNS[3:]
PIECES, ISSUES = COLUMNS.index("pieces"), COLUMNS.index("issues")
_TURN = ", ".join(f"s.{name}" for name in TURN)

# A final takes the pieces without a turn that it overlaps off the screen, whichever comes first.
# LIMIT and LATERAL: whatever the statistics say, each row is looked up in the index, and no parallel worker is started.
LOAD = f"""
SELECT n.call_id, s.* FROM jsonb_to_recordset(%s::jsonb) n(filed_on date, call_id bigint, turn_id text)
CROSS JOIN LATERAL (
    SELECT {_TURN} FROM transcripts_segment s
    WHERE s.filed_on = n.filed_on AND s.call_id = n.call_id AND s.turn_id = n.turn_id LIMIT 1
) s
UNION ALL
SELECT n.call_id, s.* FROM jsonb_to_recordset(%s::jsonb)
    n(filed_on date, call_id bigint, begin_ms bigint, end_ms bigint, is_lone boolean)
CROSS JOIN LATERAL (
    SELECT {_TURN} FROM transcripts_segment s
    WHERE s.filed_on = n.filed_on AND s.call_id = n.call_id AND s.is_partial <> n.is_lone
        AND s.end_ms BETWEEN n.begin_ms AND n.end_ms + {LONGEST_TURN_MS} AND s.begin_ms <= n.end_ms
    ORDER BY s.end_ms LIMIT {MOST_OVERLAPPING}
) s
"""  # noqa: S608 - the names are ours


def _beside(place: str, near: str, order: str) -> str:
    return f"""(
        SELECT {_TURN} FROM transcripts_segment s
        WHERE s.filed_on = n.filed_on AND s.call_id = n.call_id AND s.{place} {near}
            AND coalesce(nullif(s.participant_id, ''), s.role) = n.speaker AND s.kind = 'turn' AND NOT s.is_gone
            AND s.turn_id <> n.turn_id
        ORDER BY s.{place} {order} LIMIT n.most
    )"""  # noqa: S608 - the names are ours


LOAD_NEIGHBOURS = f"""
SELECT n.call_id, s.* FROM jsonb_to_recordset(%s::jsonb)
    n(filed_on date, call_id bigint, turn_id text, speaker text, end_ms bigint, said_at timestamptz, most int)
CROSS JOIN LATERAL (
    {_beside("end_ms", f"BETWEEN n.end_ms - {LONGEST_TURN_MS} AND n.end_ms", "DESC")} UNION ALL
    {_beside("end_ms", f"BETWEEN n.end_ms AND n.end_ms + {LONGEST_TURN_MS}", "ASC")} UNION ALL
    {_beside("said_at", "BETWEEN n.said_at - interval '5 min' AND n.said_at", "DESC")} UNION ALL
    {_beside("said_at", "BETWEEN n.said_at AND n.said_at + interval '5 min'", "ASC")}
) s
"""  # noqa: S608 - the names are ours

_PIECES = msgspec.json.Decoder(dict[str, Piece])
_ISSUES = msgspec.json.Decoder(list[list[int]])

COPY = f"COPY transcripts_segment ({', '.join(COLUMNS)}) FROM STDIN"

# A mark at a turn keeps its words: they follow it, or they would tell what it does not, such as a card number.
CHANGE = f"""
WITH r AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) r(
        filed_on date, call_id bigint, number bigint, turn_id text, kind text, role text, participant_id text,
        display_name text, content text, pieces jsonb, is_partial boolean, begin_ms bigint, end_ms bigint,
        said_at timestamptz, sentiment text, issues jsonb, is_redacted boolean, is_gone boolean)
), marked AS (
    UPDATE transcripts_bookmark b SET words = r.content FROM r
    WHERE b.call_id = r.call_id AND b.turn_id = r.turn_id
)
UPDATE transcripts_segment s SET number = r.number,
    {", ".join(f"{name} = r.{name}" for name in TURN[1:])}
FROM r WHERE s.filed_on = r.filed_on AND s.call_id = r.call_id AND s.turn_id = r.turn_id
"""  # noqa: S608 - the names are ours


@dataclass(slots=True)
class TurnsOfCall:
    """The turns that a batch may touch, of one call whose row is locked; `changed` are to be saved."""

    call: HeardCall
    by_id: dict[str, Turn] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def news(self) -> list[Turn]:
        return [self.by_id[turn_id] for turn_id in self.changed]

    def has_beside(self, is_wanted: Callable[[Turn], bool]) -> bool:
        """Whether a turn out of the table, that did not change, is such a one."""
        return any(is_wanted(self.by_id[turn_id]) for turn_id in self.stored - self.changed)


class _Named(msgspec.Struct):
    filed_on: date
    call_id: int
    turn_id: str


class _Said(msgspec.Struct):
    filed_on: date
    call_id: int
    begin_ms: int
    end_ms: int
    is_lone: bool


class _Beside(msgspec.Struct):
    filed_on: date
    call_id: int
    turn_id: str
    speaker: str
    end_ms: int | None
    said_at: datetime | None
    most: int


def load_turns(calls: Mapping[int, TurnsOfCall]) -> None:
    """The turns that what came names, and the pieces and finals that these take off the screen; by the calls' keys."""
    make_partitions({turns.call.filed_on for turns in calls.values()})
    named: list[_Named] = []
    said: list[_Said] = []
    for pk, turns in calls.items():
        filed_on, items = turns.call.filed_on, turns.call.items
        named += [_Named(filed_on, pk, turn_id) for turn_id in _named(items)]
        said += [_Said(filed_on, pk, *place) for place in _overlapping(items)]
    _load(calls, LOAD, named, said)


def load_neighbours(calls: Mapping[int, TurnsOfCall], turns: Iterable[tuple[int, Turn]], most: int) -> None:
    """What the same speaker said shortly before and after these turns, each with its call's key."""
    wanted = [
        _Beside(calls[pk].call.filed_on, pk, turn.turn_id, turn.speaker, turn.end_ms, turn.said_at, most)
        for pk, turn in turns
    ]
    if wanted:
        _load(calls, LOAD_NEIGHBOURS, wanted)


def _load(calls: Mapping[int, TurnsOfCall], statement: str, *wanted: Sequence[object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_json(wishes) for wishes in wanted])
        for call_id, *columns in cursor.fetchall():
            turns, turn = calls[call_id], _turn(columns)
            turns.stored.add(turn.turn_id)
            turns.by_id.setdefault(turn.turn_id, turn)  # what is known already may have changed since


def _named(items: Iterable[Item]) -> set[str]:
    turn_ids: set[str] = set()
    for item in items:
        if isinstance(item, Utterance):
            turn_ids.add(item.turn_id)
        elif isinstance(item, (Transcript, Event, Attachments)):
            turn_ids.add(item.id)
        elif isinstance(item, Issues):
            turn_ids.update(turn_id for turn_id, _, _ in item.found)
    return turn_ids


def _overlapping(items: Iterable[Item]) -> Iterator[tuple[int, int, bool]]:
    """Where finals are said, which look for pieces without a turn, and such pieces, which look for finals."""
    for item in items:
        if not isinstance(item, (Utterance, Transcript)) or item.begin_ms is None or item.end_ms is None:
            continue
        is_lone = isinstance(item, Utterance)
        if not isinstance(item, Utterance) or item.turn_id == item.id:
            yield item.begin_ms, item.end_ms, is_lone


def _turn(columns: Sequence[Any]) -> Turn:
    turn = Turn(*columns)
    # Django's connections hand over jsonb as text.
    turn.pieces = _PIECES.decode(columns[PIECES - len(KEY)])
    turn.issues = _ISSUES.decode(columns[ISSUES - len(KEY)])
    return turn


def save_turns(calls: Iterable[TurnsOfCall], new: list[Row]) -> None:
    """New turns by COPY, beside rows that are new already; those that were there by one UPDATE."""
    known: list[Row] = []
    for turns in calls:
        for turn_id in sorted(turns.changed):
            row = _row(turns.call, turns.by_id[turn_id])
            if turn_id in turns.stored:
                known.append(row)
            else:
                new.append(
                    (
                        *row[:PIECES],
                        _json(row[PIECES]),
                        *row[PIECES + 1 : ISSUES],
                        _json(row[ISSUES]),
                        *row[ISSUES + 1 :],
                    )
                )
    if known:
        with connection.cursor() as cursor:
            cursor.execute(CHANGE, [_json([dict(zip(COLUMNS, row, strict=True)) for row in known])])
    if new:
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for row in new:
                copy.write_row(row)


def _row(call: HeardCall, turn: Turn) -> Row:
    # A final turn has no use for its pieces: they are dropped, or they would hold what its text does not.
    pieces = turn.pieces if turn.is_partial else {}
    return (
        call.filed_on, call.pk, call.number, turn.turn_id, turn.kind, turn.role, turn.participant_id,
        turn.display_name, turn.content, pieces, turn.is_partial, turn.begin_ms, turn.end_ms, turn.said_at,
        turn.sentiment, turn.issues, turn.is_redacted, turn.is_gone,
    )  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
