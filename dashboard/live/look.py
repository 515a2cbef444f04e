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
from .dues import tell_lists
from .lists import LISTS, Held, LiveList
from .moment import now_and_age_s, one_moment
from .pages import tell_call_pages, tell_case_pages
from .rendering import Kept, Rendering
from .rows import rows, visible
from .told import Audience, Told, gathered
from .viewer import Viewer

KINDS = ("call", "alert", "case", "agent")
OLDEST_CURSOR = 20_000  # transactions ago; a page that slept longer is fetched anew


@dataclass(frozen=True)
class Memory:
    """What the last look has handed on already."""

    epoch: str = ""
    horizon: int = 0
    handed: frozenset[Change] = frozenset()  # of the transactions that the next look reads again
    held: Held = field(default_factory=dict)  # by slot and scope
    told: dict[Viewer, Told] = field(default_factory=dict)
    kept: Kept = field(default_factory=dict)  # a look that fails may leave some in it: its next one drops what changed

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Of the calls that are shown whole: up to which number everybody was told."""
        least: dict[int, int] = {}
        for told in {id(told): told for told in self.told.values()}.values():
            for pk, number in told.numbers:
                least[pk] = min(number, least.get(pk, number))
        return least


@dataclass(frozen=True)
class Sight:
    memory: Memory
    audiences: list[Audience]
    now: datetime
    age_s: float | None

    @property
    def frames(self) -> dict[Viewer, list[str]]:
        return {viewer: audience.frames for audience in self.audiences for viewer in audience.viewers}

    @property
    def is_owing(self) -> bool:
        return any(audience.is_reading and any(audience.owed.values()) for audience in self.audiences)


def look(viewers: Collection[Viewer], memory: Memory) -> Sight:
    with one_moment():
        return Look(viewers, memory).sight()


class Look:
    def __init__(self, viewers: Collection[Viewer], memory: Memory) -> None:
        self.epoch, self.horizon = epoch(), horizon()
        # The first look, or the database was restored: nothing remembered holds.
        is_void = memory.epoch != self.epoch or self.horizon < memory.horizon
        if is_void:
            memory = Memory(self.epoch, self.horizon, told=dict.fromkeys(memory.told, Told(self.horizon)))
        self.memory = memory
        self.audiences = gathered(viewers, memory.told)
        for audience in self.audiences:
            audience.is_reloading = is_void and not audience.is_joining
        self.since = {audience: self._since(audience) for audience in self.audiences}
        self.changes = changes_since(min([memory.horizon, *self.since.values()]))
        self.rendering = Rendering(self._kept())

    def _since(self, audience: Audience) -> int:
        """From which transaction on; where the browser's own cursor says nothing, its page is fetched anew."""
        if isinstance(audience.came, Told):
            return self.memory.horizon
        cursor = audience.came.cursor
        is_known = cursor.isascii() and cursor.isdigit() and audience.came.epoch == self.epoch
        if is_known and self.horizon - OLDEST_CURSOR <= int(cursor) <= self.horizon:
            return int(cursor)
        audience.is_reloading = True
        return self.horizon

    def _kept(self) -> Kept:
        """What was rendered, but for what changed since."""
        kept = self.memory.kept
        for live_list in LISTS:
            for pk in self.fresh[live_list.kind]:
                kept.pop((live_list.slot, pk), None)
        return kept

    @cached_property
    def fresh(self) -> dict[str, set[int]]:
        """What no look has handed on yet, by kind."""
        return _by_kind({it for it in self.changes if it.xid >= self.memory.horizon} - self.memory.handed)

    @cached_property
    def _missed(self) -> dict[int, dict[str, set[int]]]:
        cursors = {self.since[audience] for audience in self.audiences if audience.is_joining}
        return {since: _by_kind({it for it in self.changes if it.xid >= since}) for since in cursors}

    def missed(self, audience: Audience) -> dict[str, set[int]]:
        """What changed since the page that comes back was told of anything."""
        return self._missed[self.since[audience]]

    def on_page(self, audience: Audience, kind: str) -> set[int]:
        """What it shows whole and must be told: what changed, or all of it to a page that comes back."""
        pks = audience.pks(kind)
        return pks if audience.is_joining else pks & (self.fresh[kind] | audience.owes(kind))

    @cached_property
    def seen(self) -> dict[str, dict[Scope, set[int]]]:
        """Of what changed and what is shown whole: what each scope sees, by kind."""
        scopes = {audience.scope for audience in self.audiences}
        return {kind: visible(kind, self._asked(kind), scopes) for kind in KINDS}

    def _asked(self, kind: str) -> set[int]:
        names = {it.watch for it in LISTS if it.kind == kind}
        is_listed = any(not names.isdisjoint(audience.lists) for audience in self.audiences)
        on_pages = (self.on_page(audience, kind) for audience in self.audiences)
        return set().union(self.fresh[kind] if is_listed else (), *on_pages)

    def sees(self, audience: Audience, kind: str, pk: int) -> bool:
        return pk in self.seen[kind].get(audience.scope, ())

    @cached_property
    def rows(self) -> dict[str, dict[int, Any]]:
        return {kind: rows(kind, set().union(*self.seen[kind].values())) for kind in KINDS}

    def read(self, kind: str, pks: Collection[int]) -> None:
        """Rows beside those that changed."""
        self.rows[kind] |= rows(kind, set(pks).difference(self.rows[kind]))

    def placed(self, live_list: LiveList, pk: int) -> list[str]:
        key = (live_list.slot, pk)
        if key in self.rendering.kept:
            return self.rendering.kept[key]
        frame = self.rendering.place(live_list.slot, self.rows[live_list.kind][pk])
        if live_list.is_kept:
            self.rendering.kept[key] = frame
        return frame

    def sight(self) -> Sight:
        held = tell_lists(self)
        tell_call_pages(self)
        tell_case_pages(self)
        handed = frozenset(change for change in self.changes if change.xid >= self.horizon)
        memory = Memory(self.epoch, self.horizon, handed, held, self._told(), self.rendering.kept)
        return Sight(memory, self.audiences, *now_and_age_s())

    def _told(self) -> dict[Viewer, Told]:
        """Equal ones are one, so that telling them apart costs nothing."""
        known: dict[Told, Told] = {}
        told: dict[Viewer, Told] = {}
        for audience in self.audiences:
            if audience.is_reloading:
                audience.frames = [frames.RELOAD]
            audience.cursor = self._cursor(audience)
            new = audience.told()
            told |= dict.fromkeys(audience.viewers, known.setdefault(new, new))
        return told

    def _cursor(self, audience: Audience) -> int:
        if not any(audience.owed.values()):
            return self.horizon
        return audience.came.cursor if isinstance(audience.came, Told) else self.since[audience]


def _by_kind(changes: set[Change]) -> dict[str, set[int]]:
    return {kind: {change.pk for change in changes if change.kind == kind} for kind in KINDS}
