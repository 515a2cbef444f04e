"""Many rows in one statement, however many there are."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def save_rows(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows that exist. Django's bulk_update grows with rows times fields; this does not."""
    rows = list(rows)
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in map(meta.get_field, names) if isinstance(field, models.Field)]
    sets = ", ".join(f"{field.column} = r.{field.column}" for field in fields)
    # Names of tables, columns and types come from the models: nothing of a record is in the statement.
    _execute(
        f"UPDATE {meta.db_table} t SET {sets} FROM {_recordset([meta.pk, *fields])} WHERE t.{meta.pk.column} = "  # noqa: S608
        f"r.{meta.pk.column}",
        rows,
        [meta.pk, *fields],
    )


def add_rows(rows: Iterable[models.Model]) -> None:
    """Those that no constraint says are there already. They do not learn their keys."""
    rows = list(rows)
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if any(_is_given(row, field) for row in rows)]
    columns = ", ".join(str(field.column) for field in fields)
    _execute(
        f"INSERT INTO {meta.db_table} ({columns}) SELECT {columns} FROM {_recordset(fields)} ON CONFLICT DO NOTHING",  # noqa: S608
        rows,
        fields,
    )


def change_free(rows: "models.QuerySet[Any]", **columns: object) -> int:
    """Write these columns of rows that nobody else holds; how many. In a transaction."""
    free = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)
    same = rows.model._default_manager.filter(pk__in=list(free.values_list("pk", flat=True)))
    return int(same.update(**columns))


def _is_given(row: models.Model, field: "models.Field[Any, Any]") -> bool:
    value = getattr(row, field.attname)
    return value is not None and not isinstance(value, DatabaseDefault)


def _recordset(fields: Iterable["models.Field[Any, Any]"]) -> str:
    types = ", ".join(f"{field.column} {field.rel_db_type(connection)}" for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) r({types})"


def _execute(statement: str, rows: Iterable[models.Model], fields: Iterable["models.Field[Any, Any]"]) -> None:
    names = [(str(field.column), field.attname) for field in fields]
    payload = [{column: getattr(row, name) for column, name in names} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement, [msgspec.json.encode(payload, enc_hook=str).decode()])
