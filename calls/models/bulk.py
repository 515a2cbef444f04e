"""Many rows in one statement, however many there are."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection, models


def save_rows(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows that exist. Django's bulk_update grows with rows times fields; this does not."""
    rows = list(rows)
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in map(meta.get_field, names) if isinstance(field, models.Field)]
    columns = {str(field.column): field.db_type(connection) for field in fields}
    key = meta.pk.column
    payload = [{"key": row.pk} | {column: getattr(row, column) for column in columns} for row in rows]
    sets = ", ".join(f"{column} = r.{column}" for column in columns)
    types = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    with connection.cursor() as cursor:
        # Names of tables, columns and types come from the models: nothing of a record is in the statement.
        cursor.execute(
            f"UPDATE {meta.db_table} t SET {sets}"  # noqa: S608
            f" FROM jsonb_to_recordset(%s::jsonb) r(key bigint, {types}) WHERE t.{key} = r.key",
            [json.dumps(payload, default=str)],
        )
