"""What the wall's address asks of its list: which calls, in which order, with which columns.

The page's script reads the same address (static/js/wall_asks.js). What is said and who calls stand in its fragment,
which no server sees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from calls.models.call import Stage
from dashboard.templatetags.stages import agent_shown, in_stage_since, is_urgent, queue_shown, wall_order

from .light_call import LightCall

SEVERAL = ("queue", "agent", "stage", "mood", "category")
COLUMNS = ("caller", "stage", "since", "queue", "agent", "mood", "matches", "words", "age")
NOT_TOLD = "none"  # a mood that nobody has told
WORST_RANK = 10**10
MOODS = ("NEGATIVE", "MIXED", "NEUTRAL", "POSITIVE", "")
STAGES = tuple(Stage.values)
MOST_KEYS = 2
DEFAULT_SORT = ("worst", "began")


@dataclass(frozen=True)
class WallQuery:
    """Values of one filter are alternatives; all filters must hold. A key with a minus in front turns its order."""

    several: dict[str, frozenset[str]]
    is_flagged: bool = False
    sort: tuple[str, ...] = DEFAULT_SORT
    columns: tuple[str, ...] = COLUMNS

    @classmethod
    def of(cls, asked: QueryDict) -> WallQuery:
        several = {name: frozenset(filter(None, asked.getlist(name))) for name in SEVERAL}
        sort = [key for key in asked.get("sort", "").split(",") if key.removeprefix("-") in KEYS]
        columns = asked.get("cols", "").split(",")
        return cls(
            {name: values for name, values in several.items() if values},
            bool(asked.get("flagged")),
            tuple(sort[:MOST_KEYS]) or DEFAULT_SORT,
            tuple(name for name in COLUMNS if name in columns) or COLUMNS,
        )

    @property
    def is_everything(self) -> bool:
        return not self.several and not self.is_flagged

    def has(self, call: LightCall) -> bool:
        if self.is_flagged and call.flagged is None:
            return False
        return all(not values.isdisjoint(VALUES[name](call)) for name, values in self.several.items())

    def in_order(self, calls: list[LightCall]) -> list[LightCall]:
        """Those that it asks for. Sorting by the lesser key first keeps it where the greater is equal.

        Both keys of the default stand in one number, which is worked out once.
        """
        found = sorted(calls if self.is_everything else filter(self.has, calls), key=lambda call: call.pk)
        if self.sort == DEFAULT_SORT:
            return sorted(found, key=_worst_first)
        for key in reversed(self.sort):
            found.sort(key=KEYS[key.removeprefix("-")], reverse=key.startswith("-"))
        return found


def _worst_first(call: Any) -> tuple[bool, int]:
    return (not is_urgent(call), wall_order(call))


def _last_if_empty(text: str) -> tuple[bool, str]:
    return (not text, text.casefold())


def _seconds(moment: Any) -> float:
    return moment.timestamp() if moment else float("inf")


# Filters of templates, which take whole calls, take light ones as well.
VALUES: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "queue": lambda call: (queue_shown(call),),
    "agent": lambda call: (agent_shown(call),),
    "stage": lambda call: (call.stage,),
    "mood": lambda call: (call.mood or NOT_TOLD,),
    "category": lambda call: tuple(call.categories or ()),
}
KEYS: dict[str, Callable[[Any], Any]] = {
    "worst": lambda call: (not is_urgent(call), wall_order(call) // WORST_RANK),
    "began": lambda call: wall_order(call) % WORST_RANK,
    "caller": lambda call: _last_if_empty(call.name or ""),
    "stage": lambda call: STAGES.index(call.stage) if call.stage in STAGES else len(STAGES),
    "since": lambda call: _seconds(in_stage_since(call)),
    "queue": lambda call: _last_if_empty(queue_shown(call)),
    "agent": lambda call: _last_if_empty(agent_shown(call)),
    "mood": lambda call: MOODS.index(call.mood or "") if (call.mood or "") in MOODS else MOODS.index("NEUTRAL"),
    "age": lambda call: _seconds(call.last_heard_at),
    "flagged": lambda call: call.flagged is None,
}
