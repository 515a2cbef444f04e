"""Segments lie in a partition for each month of their call's filed_on: made ahead, and dropped whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

log = structlog.get_logger(__name__)

NAME = "transcripts_segment_{:%Y_%m}"


def make_partitions(days: Iterable[date]) -> None:
    """The partitions that hold these days. Asked of the database each time: what a process remembers may be undone."""
    months = {NAME.format(day): day.replace(day=1) for day in days}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NULL", [sorted(months)])
        missing = cursor.fetchall()
    for (name,) in missing:
        _make(name, months[name])


def make_ahead(today: date) -> None:
    """This month's and the next one's, before the first call that needs them."""
    make_partitions([today, _next_month(today)])


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _make(name: str, month: date) -> None:
    """Attached, not made in its place: that would keep readers and writers of every month waiting."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Of two who make a table at once, one would be told that it exists: it waits, and then sees it.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('transcripts_segment'))")
        # Of the table itself: to_regclass may still answer by what it cached before the wait.
        cursor.execute("SELECT FROM pg_class WHERE relname = %s AND relkind = 'r'", [name])
        if cursor.rowcount:
            return
        # The name and the days come from a date: nothing of a record is in these statements.
        cursor.execute(f"CREATE TABLE {name} (LIKE transcripts_segment INCLUDING ALL EXCLUDING INDEXES)")
        cursor.execute(
            f"ALTER TABLE transcripts_segment ATTACH PARTITION {name}"
            f" FOR VALUES FROM ('{month}') TO ('{_next_month(month)}')"
        )


# One that was detached, and then not dropped, is of no parent any more.
EXPIRED = """
SELECT relname, inhdetachpending
FROM pg_class LEFT JOIN pg_inherits ON inhrelid = pg_class.oid
WHERE relkind = 'r' AND relname ~ '^transcripts_segment_\\d{4}_\\d\\d$' AND relname < %s
ORDER BY relname
"""

# A summary goes with the turns, and so does what marks keep of them: who marked, where and why stays. In slices: there
# is a summary for each call of the month.
FORGET = (
    """
DELETE FROM transcripts_conversation WHERE call_id IN (
    SELECT call_id FROM transcripts_conversation JOIN calls_call ON calls_call.id = call_id
    WHERE filed_on < %s LIMIT 5000
)
""",
    """
UPDATE transcripts_bookmark SET words = '' WHERE id IN (
    SELECT transcripts_bookmark.id FROM transcripts_bookmark JOIN calls_call ON calls_call.id = call_id
    WHERE words <> '' AND filed_on < %s LIMIT 5000
)
""",
)


def drop_expired(today: date) -> None:
    """Words of calls filed in a month that has been over for WORDS_KEPT_MONTHS. Not to be called in a transaction."""
    oldest = oldest_kept(today)
    with connection.cursor() as cursor, _alone(cursor) as is_alone:
        if not is_alone:
            return
        cursor.execute(EXPIRED, [NAME.format(oldest)])
        for name, is_detaching in cursor.fetchall():
            _drop(cursor, name, is_detaching)
            log.info("words are past their retention", partition=name)
        for forget in FORGET:
            cursor.execute(forget, [oldest])
            while cursor.rowcount:
                cursor.execute(forget, [oldest])


def oldest_kept(today: date) -> date:
    """The first day whose calls still have their words: of this month and WORDS_KEPT_MONTHS before it."""
    year, month = divmod(today.year * 12 + today.month - 1 - settings.WORDS_KEPT_MONTHS, 12)
    return date(year, month + 1, 1)


@contextmanager
def _alone(cursor: CursorWrapper) -> Iterator[bool]:
    """Whether nobody else drops at this moment: of two who detach a table, one would fail."""
    cursor.execute("SELECT pg_try_advisory_lock(hashtext('transcripts_segment'), 0)")
    is_alone = cursor.fetchone() == (True,)
    try:
        yield is_alone
    finally:
        if is_alone:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('transcripts_segment'), 0)")


def _drop(cursor: CursorWrapper, name: str, is_detaching: bool | None) -> None:
    """Detached first, which waits for those who read and keeps nobody waiting; a plain DROP would stop all of them."""
    if is_detaching is not None:
        how = "FINALIZE" if is_detaching else "CONCURRENTLY"  # one that was cut short is brought to its end
        cursor.execute(f"ALTER TABLE transcripts_segment DETACH PARTITION {name} {how}")
    cursor.execute(f"DROP TABLE {name}")
