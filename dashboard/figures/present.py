"""Where the calls in progress are now, by queue: one statement, for the tiles of stages and of queues alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce

from calls.models import Call
from calls.models.call import WAITS, WITH_AGENT, Stage
from calls.models.queue import tail
from calls.scope import Scope

from .queue_key import QueueKey, queue_key


@dataclass
class Waiting:
    """Callers in a queue, the oldest since when; callbacks wait without anybody on the line."""

    callers: int = 0
    callbacks: int = 0
    since: datetime | None = None

    def add(self, callers: int, callbacks: int, since: datetime | None) -> None:
        self.callers += callers
        self.callbacks += callbacks
        self.since = min(filter(None, (self.since, since)), default=None)


@dataclass
class QueueNow:
    name: str = ""
    waiting: Waiting = field(default_factory=Waiting)
    with_agent: int = 0


@dataclass
class Present:
    stages: Counter[str] = field(default_factory=Counter)
    waiting: dict[int, Waiting] = field(default_factory=lambda: defaultdict(Waiting))  # by instance
    callers_waiting: Counter[int] = field(default_factory=Counter)  # by instance: those for whom no phone rings
    queues: dict[QueueKey, QueueNow] = field(default_factory=lambda: defaultdict(QueueNow))

    @property
    def in_progress(self) -> int:
        return self.stages.total()

    @property
    def with_agent(self) -> int:
        return sum(self.stages[stage] for stage in WITH_AGENT)


def present(scope: Scope) -> Present:
    now = Present()
    calls = Call.objects.visible_in(scope).in_progress()
    is_callback = Q(initiation_method="CALLBACK")
    rows = calls.order_by().values_list("instance_id", "queue_arn", "queue_name", "stage").annotate(
        number=Count("pk"),
        callers=Count("pk", filter=WAITS & ~is_callback),
        callbacks=Count("pk", filter=WAITS & is_callback),
        since=Min(Coalesce("enqueued_at", "stage_since"), filter=WAITS & ~is_callback),
    )  # fmt: skip
    for instance_id, arn, name, stage, number, callers, callbacks, since in rows:
        queue = now.queues[queue_key(instance_id, arn, name)]
        queue.name = name or queue.name or tail(arn)
        now.stages[stage] += number
        if stage == Stage.WAITING:
            now.callers_waiting[instance_id] += callers
        if stage in WITH_AGENT:
            queue.with_agent += number
        now.waiting[instance_id].add(callers, callbacks, since)
        queue.waiting.add(callers, callbacks, since)
    return now
