"""From which value on a queue's figure is amber, and from which red."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from calls.models.queue_level import LOW_IS_BAD, OWN_LEVELS, Figure, QueueLevel


class Limits(NamedTuple):
    amber: float
    red: float
    is_low_bad: bool = False

    def level(self, value: float) -> str:
        """Red, amber, or empty while all is well."""
        return "red" if self._is_past(self.red, value) else "amber" if self._is_past(self.amber, value) else ""

    def limit(self, level: str) -> float:
        return self.red if level == "red" else self.amber

    def _is_past(self, limit: float, value: float) -> bool:
        return value <= limit if self.is_low_bad else value >= limit


LimitsOf = dict[Figure, Limits]

# Where nobody has set others.
OWN: LimitsOf = {figure: Limits(*levels, figure in LOW_IS_BAD) for figure, levels in OWN_LEVELS.items()}


class AllLimits:
    """Of each instance, for all of its queues and for single ones."""

    def __init__(self, instances: Collection[int]) -> None:
        self._set: dict[tuple[int, str, str], Limits] = {}
        for it in QueueLevel.objects.filter(instance__in=instances):
            limits = Limits(it.amber, it.red, it.figure in LOW_IS_BAD)
            self._set[it.instance_id, it.queue_name, it.figure] = limits

    def of(self, instance_id: int, queue_name: str) -> LimitsOf:
        """The queue's own, else the instance's, else Ringback's."""
        return {
            figure: self._set.get((instance_id, queue_name, figure)) or self._set.get((instance_id, "", figure)) or own
            for figure, own in OWN.items()
        }
