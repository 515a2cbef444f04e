"""The calls that a batch of events names: made where missing, and locked in order."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from calls.models import Call, Instance
from calls.models.bulk import add_rows

UNKNOWN = """
SELECT contact_id FROM unnest(%s::text[]) named(contact_id)
WHERE NOT EXISTS (SELECT FROM calls_call c WHERE c.instance_id = %s AND c.contact_id = named.contact_id)
"""

# A leg and the one before it may be made by two writers at once, who do not see each other's rows: the second waits
# for the first. In 256 buckets, because PostgreSQL has room for a limited number of locks; beside those of records.
LOCK_NEW = """
SELECT pg_advisory_xact_lock(-%s, bucket)
FROM (SELECT DISTINCT hashtext(named) & 255 AS bucket FROM unnest(%s::text[]) named ORDER BY bucket) buckets
"""

# A look into the index for each, whatever the planner thinks of the table.
LOCK = """
WITH named AS MATERIALIZED (
    SELECT call.id FROM unnest(%(named)s::text[]) named(contact_id) CROSS JOIN LATERAL (
        SELECT id FROM calls_call WHERE instance_id = %(instance)s AND contact_id = named.contact_id LIMIT 1) call
    ORDER BY id
)
SELECT call.* FROM named CROSS JOIN LATERAL (
    SELECT * FROM calls_call WHERE id = named.id LIMIT 1 FOR UPDATE) call
"""


def lock_calls(instance: Instance, own: Iterable[str], others: Iterable[str] = ()) -> dict[str, Call]:
    """The calls of these contact ids: their own, made where missing, and others that are there."""
    own = set(own)
    named = own.union(others)
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN, [sorted(named), instance.pk])
        unknown = {contact_id for (contact_id,) in cursor.fetchall()}
        if unknown:
            cursor.execute(LOCK_NEW, [instance.pk, sorted(unknown)])
    add_rows(
        Call(instance=instance, contact_id=contact_id, root_contact_id=contact_id)
        for contact_id in sorted(unknown & own)
    )
    found = Call.objects.raw(LOCK, {"instance": instance.pk, "named": sorted(named)})
    return {call.contact_id: call for call in found}
