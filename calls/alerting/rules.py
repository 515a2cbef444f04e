"""The rules that there are."""

from __future__ import annotations

import time

from calls.models import AlertRule

HELD_S = 1.0  # what a writer misses meanwhile the next sweep finds

_held: dict[int, tuple[float, list[AlertRule]]] = {}


def all_rules() -> list[AlertRule]:
    """Those that are off too: they may silence others."""
    return list(AlertRule.objects.select_related("team"))


def rules_of(instance_id: int) -> list[AlertRule]:
    """For the writers, who would ask for each batch: as they were within the last HELD_S."""
    asked_at, rules = _held.get(instance_id, (-HELD_S, []))
    if time.monotonic() - asked_at >= HELD_S:
        rules = list(AlertRule.objects.filter(instance=instance_id).select_related("team"))
        _held[instance_id] = time.monotonic(), rules
    return rules
