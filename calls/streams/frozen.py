"""Sessions whose worker froze, or whose machine is gone, in the middle of a COPY.

PostgreSQL ends a session that is idle in a transaction. Within a COPY it counts as active, and while it waits there for
the next row no time-out of the server reaches it: its locks would keep the shard, and the calls of the batch, from
everybody else for as long as the worker is frozen, or until TCP gives it up after hours.
"""

import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger()

END = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database()
    AND application_name = current_setting('application_name')
    AND state = 'active' AND wait_event = 'ClientRead' AND query LIKE 'COPY %%'
    AND query_start < clock_timestamp() - make_interval(secs => %s)
"""


def end_frozen_sessions() -> int:
    """How many there were. They get as long as one that is idle in a transaction; the batch is read again."""
    with connection.cursor() as cursor:
        cursor.execute(END, [settings.IDLE_TRANSACTION_TIMEOUT_S])
        ended = int(cursor.fetchone()[0])
    if ended:
        log.warning("frozen sessions were ended", sessions=ended)
    return ended
