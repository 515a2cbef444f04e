"""How many waited in a queue, and how long, at each moment of a day: reckoned from the waits of its calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Now

from calls.models import AlertRule, Call, QueueLevel
from calls.models.call import NO_CALLERS
from calls.models.queue_level import OWN_LEVELS, Figure, Level

from .cause import Trial
from .long_wait import CALLBACK, WAITING
from .reach import calls_of
from .thresholds import CALM_S

UNKNOWN = "What agents did, and rates at each moment, are not kept: history does not tell."
RECKONED = "Reckoned from the waits that contact records have told."


class Wait(NamedTuple):
    begin: datetime
    end: datetime


def trial_of_threshold(rule: AlertRule, since: datetime) -> Trial:
    if rule.figure not in (Figure.WAITING, Figure.OLDEST_S):
        return Trial([], remark=UNKNOWN)
    fired = 0
    for queue, waits in _waits(rule, since).items():
        limit = _limit(rule, queue)
        if rule.figure == Figure.OLDEST_S:
            late = [Wait(wait.begin + timedelta(seconds=limit), wait.end) for wait in waits]
            fired += breaches([wait for wait in late if wait.begin < wait.end], 1)
        else:
            fired += breaches(waits, limit)
    return Trial([], fired, RECKONED)


def _waits(rule: AlertRule, since: datetime) -> dict[str, list[Wait]]:
    told = Q(wait_s__isnull=False) | WAITING
    queues = Q(queue_name=rule.queue_name) if rule.queue_name else ~Q(queue_name="")
    calls = Call.objects.filter(told, calls_of(rule), queues, enqueued_at__gte=since).exclude(CALLBACK)
    asked = calls.exclude(channel__in=NO_CALLERS).annotate(now=Now())
    waits: defaultdict[str, list[Wait]] = defaultdict(list)
    for queue, begin, seconds, now in asked.values_list("queue_name", "enqueued_at", "wait_s", "now"):
        if begin:
            waits[queue].append(Wait(begin, now if seconds is None else begin + timedelta(seconds=seconds)))
    return waits


def _limit(rule: AlertRule, queue: str) -> float:
    """The queue's own, else the instance's, else Ringback's."""
    levels = QueueLevel.objects.filter(instance=rule.instance_id, figure=rule.figure, queue_name__in=("", queue))
    if found := levels.order_by("-queue_name").first():
        return found.limit(Level(rule.level))
    amber, red = OWN_LEVELS[Figure(rule.figure)]
    return red if rule.level == Level.RED else amber


def breaches(waits: Iterable[Wait], limit: float) -> int:
    """How often at least so many waited at once, calm spells of less than CALM_S not counted."""
    steps = sorted(step for wait in waits for step in ((wait.begin, 1), (wait.end, -1)))
    waiting, found = 0, 0
    calm_since: datetime | None = None
    is_breached = False
    for at, change in steps:
        if is_breached and calm_since and (at - calm_since).total_seconds() >= CALM_S:
            is_breached = False
        waiting += change
        if waiting < limit:
            calm_since = calm_since or at
            continue
        found += not is_breached
        is_breached, calm_since = True, None
    return found
