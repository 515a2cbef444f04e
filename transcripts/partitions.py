"""Segments lie in a partition for each month of their call's filed_on."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction


def make_partitions(days: Iterable[date]) -> None:
    """The partitions that hold these days. Asked of the database each time: what a process remembers may be undone."""
    for month in sorted({day.replace(day=1) for day in days}):
        name = f"transcripts_segment_{month:%Y_%m}"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone() != (None,):
                continue
            # Of two who make a table at once, one would be told that it exists: it waits, and then sees it.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('transcripts_segment'))")
            end = (month + timedelta(days=32)).replace(day=1)
            # The name and the days come from a date: nothing of a record is in this statement.
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF transcripts_segment"
                f" FOR VALUES FROM ('{month}') TO ('{end}')"
            )
