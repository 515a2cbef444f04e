"""What was said in many calls, looked at again: when nobody spoke, and how the customer felt."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from calls.models import Call

MOMENT = "coalesce((extract(epoch FROM s.said_at) * 1000)::bigint, s.end_ms, s.begin_ms, 0)"

# A run of negative turns, and a time of bad mood, each is an island among the customer's turns that tell a sentiment.
# The mood is reckoned as `transcripts.notes.mood` does. A time of bad mood ends with the turn that made it better.
BAD_MOODS = f"""
WITH felt AS (
    SELECT s.call_id, {MOMENT} AS ms, s.turn_id,
        CASE s.sentiment WHEN 'NEGATIVE' THEN -1 WHEN 'POSITIVE' THEN 1 ELSE 0 END AS value
    FROM transcripts_segment s JOIN unnest(%(calls)s::bigint[], %(days)s::date[]) c(id, day)
        ON s.call_id = c.id AND s.filed_on = c.day
    WHERE s.kind = 'turn' AND s.role = 'CUSTOMER' AND NOT s.is_partial AND NOT s.is_gone AND s.sentiment <> ''
), moods AS (
    SELECT *, 2 * sum(value) OVER lately <= -count(*) OVER lately AS is_bad FROM felt
    WINDOW lately AS (PARTITION BY call_id ORDER BY ms, turn_id ROWS 2 PRECEDING)
), islands AS (
    SELECT *, count(*) FILTER (WHERE value >= 0) OVER so_far AS run,
        count(*) FILTER (WHERE value >= 0 AND NOT is_bad) OVER so_far AS episode,
        lead(ms) OVER so_far AS next_ms
    FROM moods WINDOW so_far AS (PARTITION BY call_id ORDER BY ms, turn_id)
), runs AS (
    SELECT call_id, episode, run, count(*) FILTER (WHERE value < 0) AS turns FROM islands GROUP BY 1, 2, 3
), times AS (
    SELECT call_id, episode, max(coalesce(next_ms, ms)) FILTER (WHERE is_bad) - min(ms) FILTER (WHERE is_bad) AS ms
    FROM islands GROUP BY 1, 2
)
SELECT call_id FROM (
    SELECT call_id, episode FROM runs WHERE turns >= %(turns)s
    UNION SELECT call_id, episode FROM times WHERE ms > %(seconds)s::bigint * 1000
) fulfilling ORDER BY call_id, episode
"""  # noqa: S608 - the names are ours

SILENCES = """
SELECT call_id FROM (
    SELECT s.call_id, s.begin_ms, max(s.end_ms) OVER (
        PARTITION BY s.call_id ORDER BY s.begin_ms, s.end_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS heard_ms
    FROM transcripts_segment s JOIN unnest(%(calls)s::bigint[], %(days)s::date[]) c(id, day)
        ON s.call_id = c.id AND s.filed_on = c.day
    WHERE s.kind = 'turn' AND NOT s.is_gone AND s.begin_ms IS NOT NULL
) turns WHERE begin_ms - heard_ms > %(seconds)s::bigint * 1000 ORDER BY call_id
"""

NEVER = 2**31 - 1


def bad_moods(calls: QuerySet[Call], turns: int | None, seconds: int | None) -> list[int]:
    """The calls, each as often as its customer's mood turned as bad as that."""
    return _ask(BAD_MOODS, calls, {"turns": turns or NEVER, "seconds": seconds or NEVER})


def silences(calls: QuerySet[Call], seconds: int) -> list[int]:
    """The calls, each as often as nobody spoke between two turns for longer than that."""
    return _ask(SILENCES, calls, {"seconds": seconds})


def _ask(statement: str, calls: QuerySet[Call], more: dict[str, Any]) -> list[int]:
    asked = list(calls.values_list("pk", "filed_on"))
    with connection.cursor() as cursor:
        keys: dict[str, Any] = {"calls": [pk for pk, _ in asked], "days": [day for _, day in asked]}
        cursor.execute(statement, keys | more)
        return [pk for (pk,) in cursor.fetchall()]
