"""A team's rules look only at what the team sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet, Value

from calls.models import AlertRule, Call, Queue
from calls.scope import Reach

from .cause import Cause


def calls_of(rule: AlertRule) -> Q:
    return Reach.of(rule.team).calls() if rule.team else Q(instance=rule.instance_id)


def queues_of(rule: AlertRule) -> Q:
    return Reach.of(rule.team).team_queues() if rule.team else Q(instance=rule.instance_id)


def within_reach(causes: Iterable[Cause]) -> list[Cause]:
    """In one statement, or none where no team's rule is among them."""
    causes = list(causes)
    teams_own = {cause.rule.pk: cause.rule for cause in causes if cause.rule.team}
    if not teams_own:
        return causes
    calls = {cause.call_id for cause in causes if cause.call_id}
    queues = {cause.queue_id for cause in causes if cause.queue_id}
    asked: list[QuerySet[Any, Any]] = []
    for pk, rule in teams_own.items():
        seen_calls = Call.objects.filter(calls_of(rule), pk__in=calls)
        seen_queues = Queue.objects.filter(queues_of(rule), pk__in=queues)
        asked.append(seen_calls.values_list(Value(pk), Value("call"), "pk"))
        asked.append(seen_queues.values_list(Value(pk), Value("queue"), "pk"))
    seen = set(asked[0].union(*asked[1:], all=True))
    return [cause for cause in causes if not cause.rule.team or _key(cause) in seen]


def _key(cause: Cause) -> tuple[int, str, int | None]:
    return (cause.rule.pk, "call", cause.call_id) if cause.call_id else (cause.rule.pk, "queue", cause.queue_id)
