"""The one way from records into the database: reader and replay share it, the fence is the reader's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import DataError, IntegrityError, connection, transaction

from calls.models import Call, DeadLetter, Stream
from calls.nudges import nudge

from .arrival import Arrival
from .handlers import Decoded, Handler, handlers

log = structlog.get_logger()


class LeaseLost(Exception):  # noqa: N818
    """Another worker holds the shard: nothing of this batch was written."""


def write(stream: Stream, records: Iterable[tuple[bytes, datetime]], fence: Callable[[], bool] | None = None) -> int:
    """Bring records (bytes, arrival) in, with the fence's progress, in one transaction; how many were unusable."""
    decoded = Decoded(stream.instance)
    for data, arrived_at in records:
        decoded.add(data, arrived_at)
    with transaction.atomic():
        if fence and not fence():
            raise LeaseLost
        changed: set[int] = set()
        for kind, arrivals in sorted(decoded.arrivals.items()):
            changed |= _write(handlers()[kind], decoded, arrivals)
        _bury(stream, decoded.unusable)
        _count_unread(stream, decoded.unread)
        if changed:
            numbers = list(Call.objects.filter(pk__in=changed).values_list("pk", "number"))
            transaction.on_commit(lambda: nudge(numbers))
    return len(decoded.unusable)


def _write(
    handler: Handler, decoded: Decoded, arrivals: Sequence[Arrival[Any]], *, is_last_try: bool = False
) -> set[int]:
    """Only what the database calls bad data or a broken constraint is a bad record; it is found by halving.

    A person who opens a case again in this moment breaks a constraint once, a bad record breaks it twice.
    """
    try:
        with transaction.atomic():
            return handler.write(decoded.instance, arrivals)
    except (DataError, IntegrityError) as error:
        if len(arrivals) == 1:
            if not is_last_try:
                return _write(handler, decoded, arrivals, is_last_try=True)
            state = getattr(error.__cause__, "sqlstate", None)
            decoded.unusable.append((arrivals[0].data, f"refused by the database: SQLSTATE {state}"))
            return set()
    middle = len(arrivals) // 2
    return _write(handler, decoded, arrivals[:middle]) | _write(handler, decoded, arrivals[middle:])


BURY = """
INSERT INTO calls_deadletter (stream_id, digest, data, reason, count, first_seen_at, last_seen_at)
SELECT %s, digest, data, left(reason, 300), count, now(), now()
FROM unnest(%s::bytea[], %s::bytea[], %s::text[], %s::int[]) letters(digest, data, reason, count)
ON CONFLICT (stream_id, digest) DO UPDATE
SET count = calls_deadletter.count + excluded.count, reason = excluded.reason, last_seen_at = now(), replayed_at = NULL
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
    with connection.cursor() as cursor:
        cursor.execute(BURY, [stream.pk, *(list(column) for column in zip(*rows, strict=True))])


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
