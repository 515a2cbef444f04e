from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2s
from typing import NamedTuple
from urllib.parse import urlencode

from calls.models.queue_level import Figure

from .levels import Levels
from .limits import LimitsOf
from .present import Waiting
from .queue_key import QueueKey

RANKS = {"red": 0, "amber": 1, "": 2}
A_RANK = 10**11
NOBODY_WAITS = 10**10
IDLE = 2 * 10**10
LEAST_RATED = 10  # calls: of fewer a share alarms nobody


class Breach(NamedTuple):
    """A figure of a queue that has reached a level of it."""

    figure: Figure
    value: float
    level: str
    limit: float


class QueueTile(NamedTuple):
    """One queue; None is what nobody tells."""

    key: QueueKey = (0, "")
    name: str = ""
    waiting: Waiting | None = None  # None where Amazon Connect has not answered yet
    with_agent: int | None = None
    agents_free: int | None = None
    service_level: int | None = None  # percent, today
    abandon_rate: int | None = None
    queued: int = 0  # today
    heard_at: datetime | None = None  # when Amazon Connect was asked; None where the calls tell it
    limits: LimitsOf = {}

    @property
    def id(self) -> str:
        """The same in every look, and in no way the name of a queue."""
        return f"queue-{blake2s(repr(self.key).encode(), digest_size=8).hexdigest()}"

    @property
    def href(self) -> str:
        return f"?{urlencode({'queue': self.name})}#calls"

    @property
    def is_busy(self) -> bool:
        return bool((self.waiting and (self.waiting.callers or self.waiting.callbacks)) or self.with_agent)

    @property
    def breaches(self) -> list[Breach]:
        """The worst first."""
        told = {
            Figure.WAITING: self.waiting.callers if self.waiting else None,
            Figure.OLDEST_S: self._oldest_s,
            Figure.AGENTS_FREE: self.agents_free if self.waiting and self.waiting.callers else None,
            Figure.SERVICE_LEVEL: self.service_level if self.queued >= LEAST_RATED else None,
            Figure.ABANDON_RATE: self.abandon_rate if self.queued >= LEAST_RATED else None,
        }
        found = [(figure, value) for figure, value in told.items() if value is not None and figure in self.limits]
        levels = [(figure, value, self.limits[figure].level(value)) for figure, value in found]
        reached = [Breach(*each, self.limits[each[0]].limit(each[2])) for each in levels if each[2]]
        return sorted(reached, key=lambda breach: RANKS[breach.level])

    @property
    def _oldest_s(self) -> float | None:
        since = self.waiting and self.waiting.since
        return (datetime.now(UTC) - since).total_seconds() if since else None

    @property
    def level(self) -> str:
        return next((breach.level for breach in self.breaches), "")

    def level_of(self, figure: Figure) -> str:
        return next((breach.level for breach in self.breaches if breach.figure == figure), "")

    @property
    def wait_levels(self) -> Levels:
        limits = self.limits[Figure.OLDEST_S]
        return Levels(round(limits.amber), round(limits.red))

    @property
    def order(self) -> int:
        """The worst level first, then the longest wait, then who has anything to do."""
        since = self.waiting and self.waiting.since
        wait = int(since.timestamp()) if since else NOBODY_WAITS if self.is_busy else IDLE
        return RANKS[self.level] * A_RANK + wait
