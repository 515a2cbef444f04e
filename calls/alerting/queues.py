"""What is told of a queue's figures, and by whom: found by dotted path in the settings."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from calls.models import AlertRule
from calls.models.queue_level import Figure, Level

# These look at every call of the day: more seldom.
RATES = (Figure.SERVICE_LEVEL, Figure.ABANDON_RATE)
NOW = tuple(figure for figure in Figure if figure not in RATES)


class Breach(NamedTuple):
    level: str
    value: float
    limit: float


class QueueTold(NamedTuple):
    """A queue that is heard of, and what of it is amber or red; a queue of which nothing is known is not told."""

    instance_id: int
    queue: str  # ARN, or its name where no ARN is told
    breaches: dict[Figure, Breach]

    def breach_of(self, rule: AlertRule) -> Breach | None:
        breach = self.breaches.get(Figure(rule.figure))
        return breach if breach and rule.level in (Level.AMBER, breach.level) else None


class Breached(Protocol):
    def __call__(self, figures: Collection[Figure]) -> list[QueueTold]:
        """Of all queues, in a number of statements that hangs on neither queues nor calls."""


@cache
def breached() -> Breached:
    found: Breached = import_string(settings.QUEUE_FIGURES)
    return found
