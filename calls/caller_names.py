"""What customers are called, and their tier: by the contact attributes that an admin chose for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from calls.models import Call, Caller, Instance, ShownAttribute

# The newest record that has the attribute wins, however late an older one is read.
LEARN = """
UPDATE calls_caller SET {role} = told.value
FROM unnest(%(callers)s::bigint[], %(values)s::text[], %(moments)s::timestamptz[]) told (caller_id, value, at)
WHERE calls_caller.id = told.caller_id AND calls_caller.{role} <> told.value AND NOT EXISTS (
    SELECT FROM calls_call WHERE calls_call.caller_id = told.caller_id AND record_updated_at > told.at
    AND record -> 'Attributes' ->> %(key)s <> '')
"""


ROLES = ShownAttribute.Role.values  # the names of the caller's fields too
MOST_LENGTHS = {field.name: field.max_length for field in Caller._meta.fields if field.name in ROLES}


class Told(NamedTuple):
    caller_id: int
    value: str
    at: datetime


def learn_callers(instance: Instance, calls: Iterable[Call]) -> None:
    """From the records of these calls, which are saved and whose callers are locked.

    In the same few statements for any number of them, and in one where no attribute has a role.
    """
    calls = [call for call in calls if call.caller_id and call.record_updated_at]
    if not calls:
        return
    chosen = ShownAttribute.objects.filter(instance=instance).exclude(role="")
    for role, key in chosen.values_list("role", "key"):
        if told := _newest(calls, role, key):
            _learn(role, key, told)


def _newest(calls: list[Call], role: str, key: str) -> list[Told]:
    length = MOST_LENGTHS[role]
    found: dict[int, Told] = {}
    for call in calls:
        value, at, caller_id = attribute_of(call, key)[:length], call.record_updated_at, call.caller_id
        if value and at and caller_id and (caller_id not in found or at >= found[caller_id].at):
            found[caller_id] = Told(caller_id, value, at)
    return [found[caller_id] for caller_id in sorted(found)]


def attribute_of(call: Call, key: str) -> str:
    """A contact attribute as the newest record of the call has it; empty where it has none."""
    attributes = (call.record or {}).get("Attributes")
    value = attributes.get(key) if isinstance(attributes, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _learn(role: str, key: str, told: list[Told]) -> None:
    asked: dict[str, Any] = {
        "callers": [each.caller_id for each in told],
        "values": [each.value for each in told],
        "moments": [each.at for each in told],
        "key": key,
    }
    with connection.cursor() as cursor:
        cursor.execute(LEARN.format(role=connection.ops.quote_name(role)), asked)
