"""Names of queues and agents, learned wherever they are told, and put into the calls that have only their ARNs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from calls.models import Agent, Call, Instance, Queue
from calls.nudges import nudge


class Name(NamedTuple):
    name: str
    at: datetime  # the moment that the record which tells it is about


Names = Mapping[str, Name]  # by ARN

# What is known is not in the INSERT at all: a conflict would lock its row.
LEARN = """
INSERT INTO {table} (instance_id, arn, {name}, named_at{more})
SELECT %(instance)s, arn, name, at{values}
FROM unnest(%(arns)s::text[], %(names)s::text[], %(moments)s::timestamptz[]) told(arn, name, at)
WHERE NOT EXISTS (
    SELECT FROM {table} known WHERE known.instance_id = %(instance)s AND known.arn = told.arn
    AND (known.{name} = told.name OR known.named_at > told.at))
ORDER BY arn
ON CONFLICT (instance_id, arn) DO UPDATE SET {name} = excluded.{name}, named_at = excluded.named_at
WHERE coalesce({table}.named_at <= excluded.named_at, true)
"""
LEARN_QUEUES = LEARN.format(table="calls_queue", name="name", more="", values="")
LEARN_AGENTS = LEARN.format(
    table="calls_agent",
    name="username",
    more=", first_name, last_name, status, status_type, next_status, routing_profile, concurrency, contacts, event_id",
    values=", '', '', '', '', '', '', '[]', '[]', ''",
)

# Through the indexes, whatever the planner thinks of how many there are.
FILL = """
WITH nameless AS MATERIALIZED (
    SELECT call.id FROM {table} named CROSS JOIN LATERAL (
        SELECT id FROM calls_call WHERE instance_id = named.instance_id AND {arn} = named.arn AND {column} = ''
        AND {arn} <> '' LIMIT 1000 FOR UPDATE SKIP LOCKED) call
    WHERE named.{name} <> ''
)
UPDATE calls_call call SET {column} = named.{name} FROM {table} named
WHERE call.id = ANY(ARRAY(SELECT id FROM nameless)) AND named.instance_id = call.instance_id AND named.arn = call.{arn}
"""
FILL_QUEUES = FILL.format(table="calls_queue", name="name", arn="queue_arn", column="queue_name")
FILL_AGENTS = FILL.format(table="calls_agent", name="username", arn="agent_arn", column="agent_username")


def learn(instance: Instance, queues: Names, agents: Names) -> None:
    """Before the calls' rows are locked. Of two names the newer counts."""
    is_news = [_learn(instance, LEARN_QUEUES, queues), _learn(instance, LEARN_AGENTS, agents)]
    if any(is_news):
        transaction.on_commit(fill_names)


def _learn(instance: Instance, statement: str, told: Names) -> bool:
    arns = sorted(told)
    if not arns:
        return False
    names, moments = [told[arn].name for arn in arns], [told[arn].at for arn in arns]
    with connection.cursor() as cursor:
        cursor.execute(statement, {"instance": instance.pk, "arns": arns, "names": names, "moments": moments})
        return bool(cursor.rowcount)


def newest(told: Iterable[tuple[str | None, str | None, datetime]]) -> dict[str, Name]:
    """The newest name of each ARN; of two of one moment the greater."""
    names: dict[str, Name] = {}
    for arn, name, at in told:
        if arn and name:
            held = names.get(arn)
            if held is None or (at, name) > (held.at, held.name):
                names[arn] = Name(name, at)
    return names


def name_calls(instance: Instance, calls: Iterable[Call]) -> None:
    """Calls about to be saved whose ARNs have no names yet. Two statements."""
    calls = list(calls)
    queues = {call.queue_arn for call in calls if call.queue_arn and not call.queue_name}
    agents = {call.agent_arn for call in calls if call.agent_arn and not call.agent_username}
    queue_names = dict(Queue.objects.filter(instance=instance, arn__in=queues).values_list("arn", "name"))
    usernames = dict(Agent.objects.filter(instance=instance, arn__in=agents).values_list("arn", "username"))
    for call in calls:
        call.queue_name = call.queue_name or queue_names.get(call.queue_arn, "")
        call.agent_username = call.agent_username or usernames.get(call.agent_arn, "")


def fill_names() -> None:
    """Calls that came before the names of their queues and agents. Those that somebody writes now are for the next."""
    with transaction.atomic(), connection.cursor() as cursor:
        filled = 0
        for statement in (FILL_QUEUES, FILL_AGENTS):
            cursor.execute(statement)
            filled += cursor.rowcount
        if filled:
            transaction.on_commit(nudge)
