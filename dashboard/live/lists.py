"""The live lists: who is in them for which scope, what came and what went."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calls.models import Agent, Alert, Call, Case
from calls.scope import Scope

from . import frames
from .rows import listed

if TYPE_CHECKING:
    from .look import Look
    from .viewer import Viewer

Held = dict[tuple[str, Scope], frozenset[int]]


@dataclass(frozen=True)
class LiveList:
    watch: str
    slot: str
    kind: str
    element: str  # how the ids of its elements begin: a call is a row of several lists
    members: Callable[[], Any]
    has: Callable[[Any], bool]

    def tell(self, look: Look) -> Held:
        """Frames for everybody who watches the list, and what each scope holds of it now."""
        viewers = [viewer for viewer in look.viewers if viewer.watches_list(self.watch)]
        held = self._held(look, {viewer.scope for viewer in viewers})
        frames_for: dict[tuple[Scope, int | None], list[str]] = {}
        for viewer in viewers:
            key = (viewer.scope, None if viewer.is_caught_up else look.since[viewer])
            if key not in frames_for:
                frames_for[key] = self._frames(look, viewer)
            look.frames[viewer] += frames_for[key]
            if not viewer.is_caught_up:
                look.frames[viewer] += self._gone_meanwhile(viewer, held[self.slot, viewer.scope])
        return held

    def _held(self, look: Look, scopes: Collection[Scope]) -> Held:
        fresh = look.fresh[self.kind]
        unknown = [scope for scope in scopes if (self.slot, scope) not in look.memory.held]
        held = {(self.slot, scope): frozenset(pks) for scope, pks in listed(self.members(), unknown).items()}
        for scope in scopes:
            before = look.memory.held.get((self.slot, scope))
            if before is not None:
                held[self.slot, scope] = before - fresh | self._members(look, scope, fresh)
        return held

    def _members(self, look: Look, scope: Scope, pks: Collection[int]) -> frozenset[int]:
        rows = look.rows[self.kind]
        return frozenset(pk for pk in look.seen[self.kind][scope].intersection(pks) if self.has(rows[pk]))

    def _frames(self, look: Look, viewer: Viewer) -> list[str]:
        news = look.news(viewer, self.kind)
        came = self._members(look, viewer.scope, news)
        # What went from a page that comes back, that page's own list says.
        known = look.memory.held.get((self.slot, viewer.scope), frozenset()) if viewer.is_caught_up else frozenset()
        placed = [frame for pk in sorted(came) for frame in look.rendering.place(self.slot, look.rows[self.kind][pk])]
        return placed + [self._gone(pk) for pk in sorted(known & news - came)]

    def _gone_meanwhile(self, viewer: Viewer, held: Collection[int]) -> list[str]:
        shown = (element_id.partition("-") for element_id in viewer.hello.shown)
        pks = {int(pk) for element, _, pk in shown if element == self.element and pk.isascii() and pk.isdigit()}
        return [self._gone(pk) for pk in sorted(pks.difference(held))]

    def _gone(self, pk: int) -> str:
        return frames.gone(self.slot, f"{self.element}-{pk}")


LISTS = (
    LiveList("wall", "calls", "call", "call", lambda: Call.objects.in_progress(), lambda call: call.is_live),
    LiveList("wall", "agents", "agent", "agent", lambda: Agent.objects.signed_in(), lambda agent: agent.is_signed_in),
    LiveList(
        "alerts",
        "alerts",
        "alert",
        "alert",
        lambda: Alert.objects.unseen(),
        lambda alert: alert.is_unseen,
    ),
    LiveList("cases", "cases", "case", "case", lambda: Case.objects.open(), lambda case: case.is_open),
    LiveList("screen", "screen", "call", "call", lambda: Call.objects.in_progress(), lambda call: call.is_live),
    LiveList(
        "screen-words", "screen-words", "call", "call", lambda: Call.objects.in_progress(), lambda call: call.is_live
    ),
)
