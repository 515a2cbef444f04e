"""Figures of queues that reach a level. A breach is one cause until the figure has been calm for CALM_S."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

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

Pair = tuple[int | None, int | None]  # of a rule and a queue

CALM = """
UPDATE calls_alert SET detail = detail || jsonb_build_object('calm_since', extract(epoch FROM now()))
WHERE id = ANY(%s) AND lasts AND NOT detail ? 'calm_since'
"""
AGAIN = "UPDATE calls_alert SET detail = detail - 'calm_since' WHERE id = ANY(%s) AND detail ? 'calm_since'"
CALM_FOR_LONG = """
SELECT id FROM calls_alert
WHERE id = ANY(%s) AND (detail ->> 'calm_since')::float <= extract(epoch FROM now()) - %s
"""


def watch_queues(rules: Sequence[AlertRule], figures: Collection[Figure]) -> int:
    """How many alerts are new or over. Nothing is counted where no rule asks for one of these figures."""
    own = [rule for rule in rules if rule.is_on and rule.kind == AlertRule.Kind.THRESHOLD and rule.figure in figures]
    if not own:
        return 0
    late = behind()
    told = [each for each in breached()(figures) if (each.instance_id, AlertRule.Kind.THRESHOLD) not in late]
    queues = _queues(told)
    causes = _causes(own, queues)
    reached: set[Pair] = {(cause.rule.pk, cause.queue_id) for cause in causes}
    ended = _see_to_lasting(own, {queue.pk for queue in queues}, reached)
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


def _see_to_lasting(rules: Iterable[AlertRule], known: set[int], reached: set[Pair]) -> int:
    """How many are over. What is not known now stays as it is."""
    lasting = Alert.objects.filter(rule__in=list(rules), lasts=True, queue__in=known)
    pairs = {pk: (rule, queue) for pk, rule, queue in lasting.values_list("pk", "rule_id", "queue_id")}
    again = [pk for pk, pair in pairs.items() if pair in reached]
    calm = [pk for pk, pair in pairs.items() if pair not in reached]
    if not pairs:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [again])
        cursor.execute(CALM, [calm])
        cursor.execute(CALM_FOR_LONG, [calm, CALM_S])
        over = [pk for (pk,) in cursor.fetchall()]
    return end(over)
