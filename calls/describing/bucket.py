"""How often an instance may be asked: a token bucket in its row, filled by the database's clock."""

from typing import NamedTuple

from django.db import connection

from calls.models import Instance
from calls.models.moments import in_seconds


class Taken(NamedTuple):
    granted: int
    next_s: float  # until there is another one, or until the pause is over


# A bucket that was filled "in the future" pauses until then. It holds what a second brings, and one at least.
TAKE = """
WITH bucket AS MATERIALIZED (
    SELECT id, describe_per_s AS per_s, GREATEST(1, describe_per_s) AS most, describe_tokens AS tokens,
        describe_filled_at AS filled_at, statement_timestamp() AS now
    FROM calls_instance WHERE id = %s FOR UPDATE
), filled AS (
    SELECT id, per_s, now, GREATEST(now, filled_at) AS filled_at, CASE WHEN filled_at IS NULL THEN most ELSE
        LEAST(most, tokens + GREATEST(0, EXTRACT(epoch FROM now - filled_at)) * per_s) END AS tokens
    FROM bucket
), taken AS (
    SELECT id, per_s, now, filled_at, tokens, LEAST(%s, floor(tokens)) AS granted FROM filled
)
UPDATE calls_instance SET describe_tokens = tokens - granted, describe_filled_at = filled_at
FROM taken WHERE calls_instance.id = taken.id
RETURNING granted::int,
    (EXTRACT(epoch FROM filled_at - now) + GREATEST(0, 1 - tokens + granted) / per_s)::float
"""


def take(instance: Instance, most: int) -> Taken:
    """Up to so many, as one statement: those who take at the same time share what there is."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [instance.pk, most])
        return Taken(*cursor.fetchone())


def pause(instance: Instance, seconds: float) -> None:
    """Nobody takes any for so long."""
    Instance.objects.filter(pk=instance.pk).update(describe_tokens=0, describe_filled_at=in_seconds(seconds))
