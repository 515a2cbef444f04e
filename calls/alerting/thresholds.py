"""Figures of queues that reach a level. A breach is one cause until the figure has been calm for CALM_S."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from calls.models import Alert, AlertRule, Queue
from calls.models.queue_level import Figure

from .behind import behind
from .cause import Cause
from .looking import end
from .queues import QueueTold, breached
from .raising import raise_alerts
from .reach import within_reach

CALM_S = 10
UNHEARD_S = 300  # nobody knows any more what a queue is like of which nothing was heard for so long

Pair = tuple[int | None, int | None]  # of a rule and a queue

BEGIN = """
UPDATE calls_alert SET detail = detail || jsonb_build_object(%(mark)s::text, extract(epoch FROM now()))
WHERE id = ANY(%(pks)s) AND lasts AND NOT detail ? %(mark)s
"""
FORGET = "UPDATE calls_alert SET detail = detail - %(mark)s WHERE id = ANY(%(others)s) AND detail ? %(mark)s"
FOR_LONG = """
SELECT id FROM calls_alert
WHERE id = ANY(%(pks)s) AND (detail ->> %(mark)s)::float <= extract(epoch FROM now()) - %(seconds)s
"""


def watch_queues(rules: Sequence[AlertRule], figures: Collection[Figure]) -> int:
    """How many alerts are new or over. Nothing is counted where no rule asks for one of these figures."""
    own = [rule for rule in rules if rule.is_on and rule.kind == AlertRule.Kind.THRESHOLD and rule.figure in figures]
    if not own:
        return 0
    late = behind()
    heard = _queues(breached()(figures))
    queues = {queue: each for queue, each in heard.items() if (each.instance_id, AlertRule.Kind.THRESHOLD) not in late}
    causes = _causes(own, queues)
    reached: set[Pair] = {(cause.rule.pk, cause.queue_id) for cause in causes}
    ended = _see_to_lasting(own, {queue.pk for queue in queues}, {queue.pk for queue in heard}, reached)
    if reached <= _told_already(own):
        return ended
    with transaction.atomic():
        return raise_alerts(causes) + ended


def _queues(told: Iterable[QueueTold]) -> dict[Queue, QueueTold]:
    by_key = {(each.instance_id, each.queue): each for each in told}
    found = {}
    for queue in Queue.objects.filter(instance__in={instance_id for instance_id, _ in by_key}).order_by("pk"):
        if each := by_key.get((queue.instance_id, queue.arn)) or by_key.get((queue.instance_id, queue.name)):
            found[queue] = each
    return found


def _causes(rules: Iterable[AlertRule], queues: dict[Queue, QueueTold]) -> list[Cause]:
    causes = []
    for rule in rules:
        for queue, told in queues.items():
            is_meant = rule.instance_id == queue.instance_id and rule.queue_name in ("", queue.name)
            if is_meant and (breach := told.breach_of(rule)):
                causes.append(Cause(rule, {"figure": rule.figure, **breach._asdict()}, queue_id=queue.pk))
    return within_reach(causes)


def _told_already(rules: Iterable[AlertRule]) -> set[Pair]:
    return set(Alert.objects.filter(rule__in=list(rules), lasts=True).values_list("rule_id", "queue_id"))


def _see_to_lasting(rules: Iterable[AlertRule], known: set[int], heard: set[int], reached: set[Pair]) -> int:
    """How many are over. What is not known now stays as it is, but not for ever if nothing is heard of it."""
    lasting = Alert.objects.filter(rule__in=list(rules), lasts=True, queue__isnull=False)
    pairs = {pk: (rule, queue) for pk, rule, queue in lasting.values_list("pk", "rule_id", "queue_id")}
    if not pairs:
        return 0
    of_known = {pk for pk, (_, queue) in pairs.items() if queue in known}
    calm = {pk for pk in of_known if pairs[pk] not in reached}
    unheard = {pk for pk, (_, queue) in pairs.items() if queue not in heard}
    over = _for_long("calm_since", CALM_S, calm, of_known - calm)
    return end(over | _for_long("unheard_since", UNHEARD_S, unheard, pairs.keys() - unheard))


def _for_long(mark: str, seconds: float, pks: Collection[int], others: Collection[int]) -> set[int]:
    """Which of these have been so for long. Since when is noted in the alert; of the others it is forgotten."""
    told: dict[str, Any] = {"mark": mark, "seconds": seconds, "pks": list(pks), "others": list(others)}
    with connection.cursor() as cursor:
        cursor.execute(FORGET, told)
        cursor.execute(BEGIN, told)
        cursor.execute(FOR_LONG, told)
        return {pk for (pk,) in cursor.fetchall()}
