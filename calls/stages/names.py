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

LEARN = """
INSERT INTO {table} (instance_id, arn, {name}, named_at{more})
SELECT %s, arn, name, at{values} FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) told(arn, name, at) ORDER BY arn
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

FILL = """
WITH nameless AS MATERIALIZED (
    SELECT call.id, named.{name} AS name FROM {table} named CROSS JOIN LATERAL (
        SELECT id FROM calls_call WHERE instance_id = named.instance_id AND {arn} = named.arn AND {column} = ''
        AND {arn} <> '' ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED) call
    WHERE named.{name} <> ''
)
UPDATE calls_call call SET {column} = nameless.name FROM nameless WHERE call.id = nameless.id
"""
FILL_QUEUES = FILL.format(table="calls_queue", name="name", arn="queue_arn", column="queue_name")
FILL_AGENTS = FILL.format(table="calls_agent", name="username", arn="agent_arn", column="agent_username")


def learn(instance: Instance, queues: Names, agents: Names) -> None:
    """Before the calls' rows are locked. Nothing is written where all is known; of two names the newer counts."""
    known_queues = Queue.objects.filter(instance=instance, arn__in=queues).values_list("arn", "name", "named_at")
    known_agents = Agent.objects.filter(instance=instance, arn__in=agents).values_list("arn", "username", "named_at")
    is_new = [
        queues and _learn(instance, LEARN_QUEUES, queues, known_queues),
        agents and _learn(instance, LEARN_AGENTS, agents, known_agents),
    ]
    if any(is_new):
        transaction.on_commit(fill_names)


def _learn(instance: Instance, statement: str, told: Names, rows: Iterable[tuple[str, str, datetime | None]]) -> bool:
    known = {arn: Name(name, at or told[arn].at) for arn, name, at in rows}
    news = [(arn, *told[arn]) for arn in sorted(told) if _is_news(told[arn], known.get(arn))]
    if news:
        with connection.cursor() as cursor:
            cursor.execute(statement, [instance.pk, *map(list, zip(*news, strict=True))])
    return bool(news)


def _is_news(told: Name, known: Name | None) -> bool:
    return known is None or (told.name != known.name and told.at >= known.at)


def newest(told: Iterable[tuple[str | None, str | None, datetime]]) -> dict[str, Name]:
    """The newest name of each ARN; of two of one moment the greater."""
    names: dict[str, Name] = {}
    for arn, name, at in told:
        if arn and name:
            came = Name(name, at)
            held = names.get(arn, came)
            names[arn] = max(held, came, key=lambda each: (each.at, each.name))
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
