"""What the database holds of a burst, in one snapshot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, IsolationLevel

SHARDS = "SELECT s.name, h.shard_id, h.checkpoint, h.records FROM calls_shard h JOIN calls_stream s ON s.id = stream_id"
CALLS = "SELECT contact_id, record_updated_at FROM calls_call WHERE contact_id LIKE %s"
TURNS = """
SELECT c.contact_id, split_part(t.turn_id, '#', 1), t.content, t.is_partial, t.pieces
FROM transcripts_segment t JOIN calls_call c ON c.id = t.call_id WHERE c.contact_id LIKE %s AND NOT t.is_gone
"""
LETTERS = """
SELECT s.name, d.data, d.count FROM calls_deadletter d JOIN calls_stream s ON s.id = stream_id
WHERE position(%s::bytea IN d.data) > 0
"""
CASES = """
SELECT caller.key, k.id, k.state, k.drops FROM calls_case k JOIN calls_caller caller ON caller.id = k.caller_id
WHERE caller.id IN (SELECT caller_id FROM calls_call WHERE contact_id LIKE %s)
"""
ENTRIES = """
SELECT c.contact_id, e.words FROM calls_caseentry e JOIN calls_call c ON c.id = e.call_id WHERE c.contact_id LIKE %s
"""
ALERTS = "SELECT c.contact_id FROM calls_alert a JOIN calls_call c ON c.id = a.call_id WHERE c.contact_id LIKE %s"
UNREAD = """
SELECT name, (SELECT coalesce(sum(n::bigint), 0) FROM jsonb_each_text(unread_kinds) kinds(kind, n)) FROM calls_stream
"""


@dataclass
class Held:
    checkpoints: dict[tuple[str, str], str]  # by stream and shard id
    counted: dict[tuple[str, str], int]  # so many records each shard says that it has read
    calls: list[tuple[str, datetime | None]]
    turns: list[tuple[str, str, str, bool, dict[str, Any]]]  # contact, turn, text, whether partial, pieces
    dead: list[tuple[str, bytes, int]]  # stream, bytes, how often
    cases: list[tuple[str, int, str, int]]  # the caller's number, key, state, drops
    entries: list[tuple[str, str]]  # contact, words
    alerts: Counter[str]  # by contact
    unread: dict[str, int]  # by stream

    def __post_init__(self) -> None:
        long_ago = datetime.fromisoformat("1970-01-01T00:00:00Z")
        self.stamps = {contact: stamp or long_ago for contact, stamp in self.calls}
        self.pieces = {(contact, turn): (is_partial, pieces) for contact, turn, _, is_partial, pieces in self.turns}
        self.letters = {(stream, data) for stream, data, _ in self.dead}


def held(connection: Connection, name: str) -> Held:
    """All that belongs to contacts whose ids begin with `name`; of shards and streams everything."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():

        def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
            return connection.execute(query.encode(), values or None).fetchall()

        like = f"{name}-%"
        shards = rows(SHARDS)
        return Held(
            checkpoints={(stream, shard): checkpoint for stream, shard, checkpoint, _ in shards},
            counted={(stream, shard): records for stream, shard, _, records in shards},
            calls=rows(CALLS, like),
            turns=rows(TURNS, like),
            dead=[(stream, bytes(data), count) for stream, data, count in rows(LETTERS, f"{name}-".encode())],
            cases=rows(CASES, like),
            entries=rows(ENTRIES, like),
            alerts=Counter(contact for (contact,) in rows(ALERTS, like)),
            unread=dict(rows(UNREAD)),
        )
