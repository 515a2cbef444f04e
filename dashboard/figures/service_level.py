from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from calls.scope import Scope

from .abandon_rate import ABANDONED
from .legs import IS_WAITING, TALKED, legs_queued
from .percent import percent
from .queue_key import QUEUE, QueueKey, queue_key
from .sources import SERVICE_LEVEL_S


class ServiceLevel(NamedTuple):
    """Connect's way: whoever left the queue in time, by any way out, of all queued; whoever still waits counts once
    the time is over. Strict: whoever was answered in time, of all answered and abandoned but the short ones.
    """

    met: int
    queued: int
    answered_in_time: int
    answered: int
    abandoned: int

    @property
    def percent(self) -> int | None:
        return percent(self.met, self.queued)

    @property
    def strict_percent(self) -> int | None:
        return percent(self.answered_in_time, self.answered + self.abandoned)


NONE = ServiceLevel(0, 0, 0, 0, 0)


def service_level(scope: Scope, since: datetime) -> ServiceLevel:
    return total(service_levels(scope, since).values())


def total(levels: Iterable[ServiceLevel]) -> ServiceLevel:
    return ServiceLevel(*map(sum, zip(*levels, NONE, strict=True)))


def service_levels(scope: Scope, since: datetime) -> dict[QueueKey, ServiceLevel]:
    """Of each queue."""
    legs = legs_queued(scope, since).annotate(within_s=Coalesce("instance__policy__service_level_s", SERVICE_LEVEL_S))
    in_time = Q(waited_s__lte=F("within_s"))
    waits_in_time = in_time & IS_WAITING
    counted = (
        legs.order_by()
        .values("instance_id", *QUEUE)
        .annotate(
            met=Count("pk", filter=in_time & ~IS_WAITING),
            queued=Count("pk", filter=Q(waited_s__isnull=False) & ~waits_in_time),
            answered_in_time=Count("pk", filter=in_time & TALKED),
            answered=Count("pk", filter=TALKED),
            abandoned=Count("pk", filter=Q(outcome__in=ABANDONED) & ~TALKED),
        )
    )
    found: dict[QueueKey, ServiceLevel] = {}
    for row in counted:
        key = queue_key(row.pop("instance_id"), *(row.pop(name) for name in QUEUE))
        found[key] = total([found.get(key, NONE), ServiceLevel(**row)])
    return found
