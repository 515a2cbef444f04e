"""The one way from records into the database: reader and replay share it, the fence is the reader's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import DataError, IntegrityError, connection, transaction
from psycopg import Cursor
from psycopg import Error as PostgresError
from psycopg.errors import CheckViolation

from calls.models import DeadLetter, Stream
from calls.nudges import nudge

from .arrival import Arrival
from .brake import EXAMPLES, Brake, TooMuch
from .handlers import Decoded, Handler, handlers

log = structlog.get_logger()


class LeaseLost(Exception):  # noqa: N818
    """Another worker holds the shard, or its stream has stopped: nothing of this batch was written."""


class NoPartition(Exception):  # noqa: N818
    """There is no table for the day of a segment: nobody's bad record."""


def write(
    stream: Stream,
    records: Iterable[tuple[bytes, datetime]],
    fence: Callable[..., bool] | None = None,
    brake: Brake | None = None,
) -> int:
    """Bring records (bytes, arrival) in, with the fence's progress, in one transaction; how many were unusable.

    The fence is told what the brake notes. Too many unusable ones stop the stream, and raise LeaseLost.
    """
    decoded = Decoded(stream.instance)
    for data, arrived_at in records:
        decoded.add(data, arrived_at)
    try:
        with transaction.atomic():
            if fence and not fence(**(brake.note(len(decoded.unusable)) if brake else {})):
                raise LeaseLost
            _bring_in(stream, decoded, brake)
    except TooMuch as found:
        assert brake  # noqa: S101 - nobody else raises it
        brake.stop(found, (reason for _, reason in decoded.unusable))
        _bury(stream, decoded.unusable[:EXAMPLES])
        raise LeaseLost from None
    return len(decoded.unusable)


def _bring_in(stream: Stream, decoded: Decoded, brake: Brake | None) -> None:
    if brake:
        brake.check(len(decoded.unusable))
    with connection.cursor() as cursor:
        # Or a broken foreign key would be found by the COMMIT, when nobody can tell any more whose it was.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    changed: dict[int, int] = {}
    for kind, arrivals in sorted(decoded.arrivals.items()):
        changed |= _write(handlers()[kind], decoded, arrivals, brake)
    _bury(stream, decoded.unusable)
    if brake:
        brake.settle(len(decoded.unusable))
    _count_unread(stream, decoded.unread)
    if changed:
        transaction.on_commit(lambda: nudge(changed.items()))


def _write(handler: Handler, decoded: Decoded, arrivals: Sequence[Arrival[Any]], brake: Brake | None) -> dict[int, int]:
    """Only what the database calls bad data or a broken constraint is a bad record; it is found by quartering.

    In as many writes as by halving, of fewer records together.
    """
    try:
        with transaction.atomic():
            return handler.write(decoded.instance, arrivals)
    except (DataError, IntegrityError) as error:
        _check_partition(error)
    if len(arrivals) == 1:
        return _write_one(handler, decoded, arrivals[0], brake)
    changed: dict[int, int] = {}
    size = -(-len(arrivals) // 4)
    for begin in range(0, len(arrivals), size):
        changed |= _write(handler, decoded, arrivals[begin : begin + size], brake)
    return changed


def _write_one(handler: Handler, decoded: Decoded, arrival: Arrival[Any], brake: Brake | None) -> dict[int, int]:
    """A person who opens a case again in this moment breaks a constraint once, a bad record breaks it twice."""
    try:
        with transaction.atomic():
            return handler.write(decoded.instance, [arrival])
    except (DataError, IntegrityError) as error:
        decoded.refuse(arrival.data, _reason(error))
    if brake:
        brake.check(len(decoded.unusable))
    return {}


def _reason(error: Exception) -> str:
    cause = error.__cause__
    if not isinstance(cause, PostgresError):
        return "refused by the database"
    name = cause.diag.constraint_name
    return f"refused by the database: SQLSTATE {cause.sqlstate}{f', {name}' if name else ''}"


def _check_partition(error: Exception) -> None:
    """PostgreSQL tells a missing partition as a broken check; a check of ours has a name."""
    cause = error.__cause__
    if isinstance(cause, CheckViolation) and cause.diag.constraint_name is None:
        # Without its text, which quotes the row.
        raise NoPartition(cause.diag.table_name) from None


BURY = """
INSERT INTO calls_deadletter (stream_id, digest, data, reason, count, first_seen_at, last_seen_at)
SELECT %s, digest, data, left(reason, 300), count, now(), now()
FROM unnest(%b::bytea[], %b::bytea[], %s::text[], %s::int[]) letters(digest, data, reason, count)
ON CONFLICT (stream_id, digest) DO UPDATE
SET count = calls_deadletter.count + excluded.count, reason = excluded.reason, last_seen_at = now(), replayed_at = NULL,
    data = excluded.data, expired_at = NULL
"""


def _bury(stream: Stream, unusable: Iterable[tuple[bytes, str]]) -> None:
    letters: dict[bytes, tuple[bytes, str, int]] = {}
    for data, reason in unusable:
        digest = DeadLetter.digest_of(data)
        letters[digest] = (data, reason, letters.get(digest, (b"", "", 0))[2] + 1)
    if not letters:
        return
    log.warning("dead letters", stream=stream.pk, reasons=sorted({reason for _, reason, _ in letters.values()}))
    rows = sorted((digest, *letter) for digest, letter in letters.items())
    columns = (list(column) for column in zip(*rows, strict=True))
    # Bound by the server: Django's cursors would write the bytes into the statement, several times as many.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(BURY, [stream.pk, *columns])


COUNT = """
UPDATE calls_stream SET unread_kinds = unread_kinds || (
    SELECT jsonb_object_agg(kind, coalesce((unread_kinds ->> kind)::bigint, 0) + seen)
    FROM jsonb_each_text(%s::jsonb) counts(kind, n), LATERAL (SELECT n::bigint AS seen) s
) WHERE id = %s
"""


def _count_unread(stream: Stream, unread: dict[str, int]) -> None:
    if unread:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [json.dumps(unread), stream.pk])
