"""Which transaction changed a row: what lists read by, because ids and times commit out of their order."""

from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    Field = models.Field[int | None, int | None]
else:
    Field = models.Field


class XidField(Field):
    """PostgreSQL's xid8, set by a trigger with each write."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"editable": False, "null": True, **kwargs})

    def db_type(self, connection: object) -> str:
        return "xid8"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(int(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)


def horizon() -> int:
    """The oldest transaction still running: everything that an older one wrote can be seen by now.

    Ask before reading rows, in the same or an earlier statement: then `changed_xid >= horizon` next time misses none.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


# A dump that is restored comes into another cluster, another database, or other files of the same table. A backup of
# the whole cluster may come back under the old names, as may its transaction ids: but never without a restart.
EPOCH = """
SELECT concat_ws('-', system_identifier, timeline_id, pg_database.oid, pg_relation_filenode('calls_call'),
    extract(epoch FROM pg_postmaster_start_time())::numeric)
FROM pg_control_system(), pg_control_checkpoint(), pg_database WHERE datname = current_database()
"""


def epoch() -> str:
    """Changes when the database is restored: then transaction ids begin anew, and what was read by them is void."""
    with connection.cursor() as cursor:
        cursor.execute(EPOCH)
        return str(cursor.fetchone()[0])
