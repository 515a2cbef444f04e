"""The live lists: who is in them for which scope, what came and what went."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calls.models import Agent, Alert, Call, Case
from calls.scope import Scope

from .rows import listed, worst_first
from .told import Audience, Joining

if TYPE_CHECKING:
    from .look import Look

Held = dict[tuple[str, Scope], frozenset[int]]


@dataclass(frozen=True)
class LiveList:
    watch: str
    slot: str
    kind: str
    element: str  # how the ids of its elements begin: a call is a row of several lists
    members: Callable[[], Any]
    has: Callable[[Any], bool]
    is_long: bool = False  # a page carries its first rows; the rest follows
    is_kept: bool = False  # a row that is rendered stays so until it changes: it hangs on nothing that is not told of
    in_order: Callable[[Collection[int]], list[int]] = sorted  # as the rest follows

    def held(self, look: Look) -> Held:
        """What each scope that watches the list holds of it now."""
        scopes = {audience.scope for audience in look.audiences if self.watch in audience.lists}
        fresh = look.fresh[self.kind]
        unknown = [scope for scope in scopes if (self.slot, scope) not in look.memory.held]
        held = {(self.slot, scope): frozenset(pks) for scope, pks in listed(self.members, unknown).items()}
        for scope in scopes:
            before = look.memory.held.get((self.slot, scope))
            if before is not None:
                held[self.slot, scope] = before - fresh | self._members(look, scope, fresh) if fresh else before
        return held

    def _members(self, look: Look, scope: Scope, pks: Collection[int]) -> frozenset[int]:
        rows = look.rows[self.kind]
        return frozenset(pk for pk in look.seen[self.kind][scope].intersection(pks) if self.has(rows[pk]))

    def dues(self, look: Look, held: Held) -> list[Due]:
        """What is to be told, once for all to whom the same is."""
        dues: dict[tuple[object, ...], Due] = {}
        for audience in look.audiences:
            if self.watch in audience.lists:
                key = (audience.scope, audience.is_reading, self._state(audience))
                if key not in dues:
                    dues[key] = self._due(look, audience, held[self.slot, audience.scope])
                dues[key].audiences.append(audience)
        return list(dues.values())

    def _state(self, audience: Audience) -> object:
        return audience.came if audience.is_joining else audience.owes(self.slot)

    def _due(self, look: Look, audience: Audience, held: frozenset[int]) -> Due:
        if isinstance(audience.came, Joining):
            shown = self._shown(audience.came)
            missed = held & look.missed(audience)[self.kind]
            owed = missed | (held - shown) if self.is_long else missed
            return Due(self, held, shown - held, owed, audience.is_reading)
        known = held | look.memory.held.get((self.slot, audience.scope), frozenset())
        return Due(self, held, known & look.fresh[self.kind], audience.owes(self.slot), audience.is_reading)

    def _shown(self, joining: Joining) -> frozenset[int]:
        ids = (element_id.partition("-") for element_id in joining.shown)
        return frozenset(int(pk) for element, _, pk in ids if element == self.element and _is_pk(pk))

    def element_id(self, pk: int) -> str:
        return f"{self.element}-{pk}"


def _is_pk(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@dataclass(eq=False)
class Due:
    """What a list has to tell to some: first the news, then as much as there is room for of what is owed."""

    of: LiveList
    held: frozenset[int]
    news: frozenset[int]
    owed: frozenset[int]
    is_reading: bool
    audiences: list[Audience] = field(default_factory=list)


def _calls(watch: str, slot: str) -> LiveList:
    return LiveList(
        watch,
        slot,
        "call",
        "call",
        lambda: Call.objects.in_progress(),
        lambda call: call.is_live,
        is_long=True,
        is_kept=True,
        in_order=worst_first,
    )


LISTS = (
    _calls("wall", "calls"),
    LiveList(
        "wall",
        "agents",
        "agent",
        "agent",
        lambda: Agent.objects.signed_in(),
        lambda agent: agent.is_signed_in,
        is_long=True,
    ),
    LiveList("alerts", "alerts", "alert", "alert", lambda: Alert.objects.unseen(), lambda alert: alert.is_unseen),
    LiveList("cases", "cases", "case", "case", lambda: Case.objects.open(), lambda case: case.is_open),
    _calls("screen", "screen"),
    _calls("screen-words", "screen-words"),
)
