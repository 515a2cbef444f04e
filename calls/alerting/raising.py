"""One alert for each cause, however often it is found."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.db import connection

from .cause import Cause

# The rules are held: one that was deleted meanwhile must not turn a writer's batch into bad records. What lasts is
# counted, for it may be over and come again; two who count at once come to the same number, and one alert.
RAISE = """
WITH rule AS MATERIALIZED (
    SELECT id, kind, severity, team_id FROM calls_alertrule WHERE id = ANY(%s) AND is_on ORDER BY id FOR KEY SHARE
), cause AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) c(
        rule_id bigint, call_id bigint, queue_id bigint, fulfilled_by text, detail jsonb)
)
INSERT INTO calls_alert (call_id, queue_id, kind, severity, rule_id, team_id, cause, detail, lasts)
SELECT cause.call_id, cause.queue_id, rule.kind, rule.severity, rule.id, rule.team_id,
    left(rule.id || ' ' || coalesce(cause.fulfilled_by, earlier.number::text), 300), cause.detail,
    cause.fulfilled_by IS NULL
FROM cause JOIN rule ON rule.id = cause.rule_id CROSS JOIN LATERAL (
    SELECT count(*) + 1 AS number, coalesce(bool_or(a.lasts), false) AS lasts FROM calls_alert a
    WHERE (a.call_id = cause.call_id OR a.queue_id = cause.queue_id) AND a.kind = rule.kind AND a.rule_id = rule.id
) earlier
WHERE cause.fulfilled_by IS NOT NULL OR NOT earlier.lasts AND (cause.call_id IS NULL OR EXISTS (
    SELECT FROM calls_call WHERE id = cause.call_id AND is_live))
ORDER BY cause.call_id, cause.queue_id, rule.id
ON CONFLICT DO NOTHING
"""


def raise_alerts(causes: Iterable[Cause]) -> int:
    """How many are new. In a transaction that holds the calls."""
    rows = [
        {
            "rule_id": cause.rule.pk,
            "call_id": cause.call_id,
            "queue_id": cause.queue_id,
            "fulfilled_by": cause.fulfilled_by or None,
            "detail": cause.detail,
        }
        for cause in causes
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [sorted({row["rule_id"] for row in rows}), msgspec.json.encode(rows).decode()])
        return int(cursor.rowcount)
