"""One moment of the database, and how old the data was then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

# A quiet stream is not old data: age comes from the last read that succeeded, and from how far that was behind. The
# worst shard counts: the calls of one that is stuck are old, however well its neighbours are read. What a person
# stopped is meant to rest; what stopped by itself gets old.
AGE = """
SELECT now(), max(extract(epoch FROM now() - read_at) + coalesce(behind_ms, 0) / 1000.0)::float8
FROM calls_shard JOIN calls_stream ON calls_stream.id = stream_id
WHERE (NOT is_stopped OR stopped_because <> '') AND NOT is_ended
"""


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything that is read within is of one moment, the horizon included."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def now_and_age_s() -> tuple[datetime, float | None]:
    """The database's clock, and the age of the data in seconds; None while no stream has been read."""
    with connection.cursor() as cursor:
        cursor.execute(AGE)
        now, age_s = cursor.fetchone()
        return now, None if age_s is None else max(0.0, round(age_s, 1))
