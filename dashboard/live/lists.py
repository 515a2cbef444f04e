"""The live lists: who is in them for which scope, what came and what went."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calls.models import Alert, Call, Case
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
                look.frames[viewer] += self._gone_meanwhile(viewer, held[self.watch, viewer.scope])
        return held

    def _held(self, look: Look, scopes: Collection[Scope]) -> Held:
        fresh = look.fresh[self.kind]
        unknown = [scope for scope in scopes if (self.watch, scope) not in look.memory.held]
        held = {(self.watch, scope): frozenset(pks) for scope, pks in listed(self.members(), unknown).items()}
        for scope in scopes:
            before = look.memory.held.get((self.watch, scope))
            if before is not None:
                held[self.watch, scope] = before - fresh | self._members(look, scope, fresh)
        return held

    def _members(self, look: Look, scope: Scope, pks: Collection[int]) -> frozenset[int]:
        rows = look.rows[self.kind]
        return frozenset(pk for pk in look.seen[self.kind][scope].intersection(pks) if self.has(rows[pk]))

    def _frames(self, look: Look, viewer: Viewer) -> list[str]:
        news = look.news(viewer, self.kind)
        came = self._members(look, viewer.scope, news)
        known = set(look.memory.held.get((self.watch, viewer.scope), ()))
        if not viewer.is_caught_up:  # its page may show what left the list before anybody of this scope looked
            known |= look.seen[self.kind][viewer.scope]
        placed = [frame for pk in sorted(came) for frame in look.rendering.place(self.slot, look.rows[self.kind][pk])]
        return placed + [self._gone(pk) for pk in sorted(known & news - came)]

    def _gone_meanwhile(self, viewer: Viewer, held: Collection[int]) -> list[str]:
        shown = (element_id.partition("-") for element_id in viewer.hello.shown)
        pks = {int(pk) for kind, _, pk in shown if kind == self.kind and pk.isascii() and pk.isdigit()}
        return [self._gone(pk) for pk in sorted(pks.difference(held))]

    def _gone(self, pk: int) -> str:
        return frames.gone(self.slot, f"{self.kind}-{pk}")


LISTS = (
    LiveList("wall", "calls", "call", lambda: Call.objects.in_progress(), lambda call: call.is_live),
    LiveList("alerts", "alerts", "alert", lambda: Alert.objects.unseen(), lambda alert: alert.acknowledged_at is None),
    LiveList("cases", "cases", "case", lambda: Case.objects.open(), lambda case: case.is_open),
)
