"""What the wall's address asks of its list: which calls, in which order, with which columns.

The page's script reads the same address (static/js/wall_asks.js). What is said and who calls stand in its fragment,
which no server sees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from calls.models import Call
from calls.models.call import Stage
from dashboard.templatetags.stages import agent_shown, in_stage_since, is_urgent, queue_shown, wall_order

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

    def has(self, call: Call) -> bool:
        if self.is_flagged and not hasattr(call, "flag"):
            return False
        return all(not values.isdisjoint(VALUES[name](call)) for name, values in self.several.items())

    def in_order(self, calls: list[Call]) -> list[Call]:
        """Those that it asks for. Sorting by the lesser key first keeps it where the greater is equal."""
        found = sorted(filter(self.has, calls), key=lambda call: call.pk)
        for key in reversed(self.sort):
            found.sort(key=KEYS[key.removeprefix("-")], reverse=key.startswith("-"))
        return found


def _mood(call: Call) -> str:
    return call.conversation.mood if hasattr(call, "conversation") else ""


def _categories(call: Call) -> tuple[str, ...]:
    return tuple(call.conversation.categories) if hasattr(call, "conversation") else ()


def _name(call: Call) -> tuple[bool, str]:
    name = call.caller.name if call.caller else ""
    return (not name, name.casefold())


def _last_if_empty(text: str) -> tuple[bool, str]:
    return (not text, text.casefold())


def _seconds(moment: Any) -> float:
    return moment.timestamp() if moment else float("inf")


VALUES: dict[str, Callable[[Call], tuple[str, ...]]] = {
    "queue": lambda call: (queue_shown(call),),
    "agent": lambda call: (agent_shown(call),),
    "stage": lambda call: (call.stage,),
    "mood": lambda call: (_mood(call) or NOT_TOLD,),
    "category": _categories,
}
KEYS: dict[str, Callable[[Call], Any]] = {
    "worst": lambda call: (not is_urgent(call), wall_order(call) // WORST_RANK),
    "began": lambda call: wall_order(call) % WORST_RANK,
    "caller": _name,
    "stage": lambda call: STAGES.index(call.stage) if call.stage in STAGES else len(STAGES),
    "since": lambda call: _seconds(in_stage_since(call)),
    "queue": lambda call: _last_if_empty(queue_shown(call)),
    "agent": lambda call: _last_if_empty(agent_shown(call)),
    "mood": lambda call: MOODS.index(_mood(call)) if _mood(call) in MOODS else MOODS.index("NEUTRAL"),
    "age": lambda call: _seconds(call.last_heard_at),
    "flagged": lambda call: not hasattr(call, "flag"),
}
