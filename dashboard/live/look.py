"""One look at the database for all sockets of this process: what came, changed and went, and for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from calls.models.xid import epoch, horizon
from calls.scope import Scope

from . import frames
from .changes import Change, changes_since
from .lists import LISTS
from .moment import now_and_age_s, one_moment
from .pages import tell_call_pages, tell_case_pages
from .rendering import Rendering
from .rows import rows, visible
from .viewer import Viewer

KINDS = ("call", "alert", "case", "agent")
OLDEST_CURSOR = 20_000  # transactions ago; a page that slept longer is fetched anew
MOST_FRAMES = 500  # for one socket in one look; beyond it the page is fetched anew


@dataclass(frozen=True)
class Memory:
    """What the last look has handed on already."""

    epoch: str = ""
    horizon: int = 0
    handed: frozenset[Change] = frozenset()  # of the transactions that the next look reads again
    held: dict[tuple[str, Scope], frozenset[int]] = field(default_factory=dict)  # by slot and scope
    numbers: dict[int, int] = field(default_factory=dict)  # of the calls whose pages are open


@dataclass(frozen=True)
class Sight:
    memory: Memory
    frames: dict[Viewer, list[str]]
    lost: dict[Viewer, set[int]]  # calls beside the lists that are not for the viewer
    now: datetime
    age_s: float | None


def look(viewers: Collection[Viewer], memory: Memory) -> Sight:
    with one_moment():
        return Look(viewers, memory).sight()


class Look:
    def __init__(self, viewers: Collection[Viewer], memory: Memory) -> None:
        self.viewers = viewers
        self.frames: dict[Viewer, list[str]] = {viewer: [] for viewer in viewers}
        self.lost: dict[Viewer, set[int]] = {}
        self.epoch, self.horizon = epoch(), horizon()
        self.memory = memory
        # The first look, or the database was restored: nothing remembered holds.
        if memory.epoch != self.epoch or self.horizon < memory.horizon:
            self.memory = Memory(self.epoch, self.horizon)
            self.reload(*(viewer for viewer in viewers if viewer.is_caught_up))
        self.since = {viewer: self.since_when(viewer) for viewer in viewers}
        self.changes = changes_since(min([self.memory.horizon, *self.since.values()]))
        self.rendering = Rendering()

    def since_when(self, viewer: Viewer) -> int:
        """From which transaction on; where the browser's own cursor says nothing, its page is fetched anew."""
        if viewer.is_caught_up:
            return self.memory.horizon
        cursor = viewer.hello.cursor
        is_known = cursor.isascii() and cursor.isdigit() and viewer.hello.epoch == self.epoch
        if is_known and self.horizon - OLDEST_CURSOR <= int(cursor) <= self.horizon:
            return int(cursor)
        self.reload(viewer)
        return self.horizon

    def reload(self, *viewers: Viewer) -> None:
        for viewer in viewers:
            self.frames[viewer].append(frames.RELOAD)

    @cached_property
    def fresh(self) -> dict[str, set[int]]:
        """What no look has handed on yet, by kind."""
        return _by_kind({it for it in self.changes if it.xid >= self.memory.horizon} - self.memory.handed)

    @cached_property
    def _missed(self) -> dict[int, dict[str, set[int]]]:
        cursors = {self.since[viewer] for viewer in self.viewers if not viewer.is_caught_up}
        return {since: _by_kind({it for it in self.changes if it.xid >= since}) for since in cursors}

    def news(self, viewer: Viewer, kind: str) -> set[int]:
        return (self.fresh if viewer.is_caught_up else self._missed[self.since[viewer]])[kind]

    def on_page(self, viewer: Viewer, kind: str) -> set[int]:
        """What the viewer's own page shows and must be told: what changed, or all of it to a page that comes back."""
        pks = viewer.pks(kind)
        if not viewer.is_caught_up:
            return pks
        return pks & (self.fresh[kind] | viewer.untold.keys() if kind == "call" else self.fresh[kind])

    @cached_property
    def seen(self) -> dict[str, dict[Scope, set[int]]]:
        """Of all that is to be told: what each scope sees, by kind."""
        scopes = {viewer.scope for viewer in self.viewers}
        return {kind: visible(kind, self._asked(kind), scopes) for kind in KINDS}

    def _asked(self, kind: str) -> set[int]:
        names = {it.watch for it in LISTS if it.kind == kind}
        asked: set[int] = set()
        for viewer in self.viewers:
            asked |= self.on_page(viewer, kind)
            if any(viewer.watches_list(name) for name in names):
                asked |= self.news(viewer, kind)
        return asked

    def sees(self, viewer: Viewer, kind: str, pk: int) -> bool:
        return pk in self.seen[kind].get(viewer.scope, ())

    @cached_property
    def rows(self) -> dict[str, dict[int, Any]]:
        return {kind: rows(kind, set().union(*self.seen[kind].values())) for kind in KINDS}

    def sight(self) -> Sight:
        held = {key: pks for live_list in LISTS for key, pks in live_list.tell(self).items()}
        numbers = tell_call_pages(self)
        tell_case_pages(self)
        handed = frozenset(change for change in self.changes if change.xid >= self.horizon)
        told = {viewer: self._bounded(told) for viewer, told in self.frames.items()}
        return Sight(Memory(self.epoch, self.horizon, handed, held, numbers), told, self.lost, *now_and_age_s())

    @staticmethod
    def _bounded(told: list[str]) -> list[str]:
        return [frames.RELOAD] if frames.RELOAD in told or len(told) > MOST_FRAMES else told


def _by_kind(changes: set[Change]) -> dict[str, set[int]]:
    return {kind: {change.pk for change in changes if change.kind == kind} for kind in KINDS}
