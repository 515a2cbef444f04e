"""The figures that look at every call of the day, and of days before: counted more seldom than the others."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from . import abandon_rate, service_level
from .abandon_rate import AbandonRate, abandon_rates
from .looker import Looker
from .queue_key import QueueKey
from .service_level import ServiceLevel, service_levels
from .usual_drops import usual_drops


class Rated(TypedDict):
    """Of one queue, in percent; None of nothing."""

    service_level: int | None
    abandon_rate: int | None
    queued: int  # calls, of which that is a share


class Rates(NamedTuple):
    levels: dict[QueueKey, ServiceLevel]
    abandoned: dict[QueueKey, AbandonRate]
    usual_drops: float | None

    def of(self, *keys: QueueKey) -> Rated:
        """A queue's, under all the keys that its calls have it by."""
        levels = [self.levels[key] for key in dict.fromkeys(keys) if key in self.levels]
        abandoned = [self.abandoned[key] for key in dict.fromkeys(keys) if key in self.abandoned]
        level, rate = service_level.total(levels), abandon_rate.total(abandoned)
        return {"service_level": level.percent, "abandon_rate": rate.percent, "queued": rate.queued}

    @property
    def service_level(self) -> ServiceLevel:
        return service_level.total(self.levels.values())

    @property
    def abandon_rate(self) -> AbandonRate:
        return abandon_rate.total(self.abandoned.values())


def count_rates(looker: Looker) -> Rates:
    scope, since = looker.scope, looker.midnight
    return Rates(service_levels(scope, since), abandon_rates(scope, since), usual_drops(looker.scope, looker.time_zone))
