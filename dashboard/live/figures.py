"""The figures of the wall: counted once for all who are told the same, and sent where they are another than before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from django.db import connection
from django.template.loader import render_to_string

from calls.models.xid import horizon
from dashboard.figures.looker import Looker
from dashboard.figures.rates import Rates, count_rates
from dashboard.figures.wall import WallFigures, wall_figures

from . import frames
from .changes import changes_since

if TYPE_CHECKING:
    from .viewer import Viewer

log = structlog.get_logger(__name__)

COUNT_EVERY_S = 2.0  # at most, while anything changes
RATES_EVERY_S = 10.0
AT_REST_S = 10.0  # times pass, and queues are asked, without a change of any call
WATCHES = ("wall", "screen", "screen-words")


class Place(NamedTuple):
    slot: str
    element_id: str


@dataclass(frozen=True, eq=False)
class Shown:
    """What one looker is shown: each thing, and the frame that places it. Two of them differ by their frames."""

    things: Mapping[Place, object] = field(default_factory=dict)
    frames: Mapping[Place, str] = field(default_factory=dict)

    def after(self, found: WallFigures) -> Shown:
        """Only what changed is rendered."""
        things: dict[Place, object] = {}
        placed: dict[Place, str] = {}
        for place, thing, partial, context in _pieces(found):
            is_same = place in self.frames and self.things[place] == thing
            things[place] = thing
            placed[place] = (
                self.frames[place] if is_same else frames.place(place.slot, render_to_string(partial, context).strip())
            )
        return self if placed == self.frames else Shown(things, placed)

    def news_for(self, before: Shown, elements: Collection[str] = ()) -> tuple[str, ...]:
        """What a page that shows `before`, or these elements, lacks; and what it has too much."""
        news = [frame for place, frame in self.frames.items() if before.frames.get(place) is not frame]
        gone = [place for place in before.frames if place not in self.frames]
        known = {place.element_id for place in self.frames}
        slots = {"queue": "queues", "save": "saves", "more": "queues"}
        for element_id in elements:
            slot = slots.get(element_id.partition("-")[0])
            if slot and element_id not in known:
                gone.append(Place(slot, element_id))
        return (*news, *(frames.gone(*place) for place in gone))


NOTHING = Shown()
Piece = tuple[Place, object, str, dict[str, Any]]


def _pieces(found: WallFigures) -> Iterator[Piece]:
    for figure in found.figures:
        slot = "figures" if figure.is_leading else "more-figures"
        yield Place(slot, f"strip-{figure.name}"), figure, "live/figure.html", {"figure": figure}
    for queue in found.queues:
        levels = [(breach.figure, breach.level) for breach in queue.breaches]  # a wait reaches one with time alone
        thing = (queue, levels)
        yield Place("queues", queue.id), thing, "live/queue_tile.html", {"queue": queue}
    if found.more_queues:
        more = {"more": found.more_queues}
        yield Place("queues", "more-queues"), found.more_queues, "live/more_queues.html", more
    for save in found.saves:
        yield Place("saves", save.id), save, "live/save.html", {"save": save}
    legend = {"legend": found.legend}
    yield Place("legend", "agents-legend"), found.legend, "live/agents_legend.html", legend


@dataclass
class Counted:
    """What was counted for one looker, and when."""

    rates: Rates
    rates_at: float
    shown: Shown
    shown_at: float


class Count:
    """One count after another, in the same few statements for each looker, however many look."""

    def __init__(self) -> None:
        self.counted: dict[Looker, Counted] = {}
        self.horizon = 0

    def again(self, lookers: Iterable[Looker]) -> dict[Looker, Shown]:
        is_changed = self._is_changed()
        known, now = self.counted, time.monotonic()
        self.counted = {looker: self._of(looker, known.get(looker), now, is_changed) for looker in lookers}
        return {looker: counted.shown for looker, counted in self.counted.items()}

    def _is_changed(self) -> bool:
        before, self.horizon = self.horizon, horizon()
        return not before or bool(changes_since(before))

    def _of(self, looker: Looker, before: Counted | None, now: float, is_changed: bool) -> Counted:
        if before and not is_changed and now < before.shown_at + AT_REST_S:
            return before
        are_rates_old = before is None or now >= before.rates_at + RATES_EVERY_S
        rates = count_rates(looker) if before is None or are_rates_old else before.rates
        rates_at = now if before is None or are_rates_old else before.rates_at
        shown = (before.shown if before else NOTHING).after(wall_figures(looker, rates=rates))
        return Counted(rates, rates_at, shown, now)


class Figures:
    """Counts beside the feed, in a thread of its own: what was said is not to wait until a day's calls are counted."""

    def __init__(self, viewers: Collection[Viewer], wake: Callable[[], None]) -> None:
        self._viewers = viewers
        self._wake = wake
        self._count = Count()
        self._shown: dict[Looker, Shown] = {}
        self._news: dict[tuple[Shown, Shown], tuple[str, ...]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="figures")

    async def count_for_ever(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self._count_again()
            except Exception:
                log.exception("The figures could not be counted; a later count tells them.")
            await asyncio.sleep(rest_s(time.monotonic() - began))

    async def stop(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: connection.close())
        self._thread.shutdown()

    async def _count_again(self) -> None:
        lookers = {looker_of(viewer) for viewer in self._viewers if _watches(viewer)}
        shown = await asyncio.get_running_loop().run_in_executor(self._thread, self._counting, lookers)
        if shown != self._shown:
            self._shown, self._news = shown, {}
            self._wake()

    def _counting(self, lookers: set[Looker]) -> dict[Looker, Shown]:
        try:
            return self._count.again(lookers) if lookers else {}
        except BaseException:
            connection.close()  # the next count gets a new one
            raise

    def news(self, viewer: Viewer) -> tuple[str, ...]:
        """What was counted since this viewer was told; the same frames for all who were told the same."""
        if viewer.counted is self._shown:
            return ()
        viewer.counted = self._shown
        shown = self._shown.get(looker_of(viewer)) if _watches(viewer) else None
        before = viewer.figures
        if shown is None or shown is before:
            return ()
        viewer.figures = shown
        if before is None:
            return shown.news_for(NOTHING, viewer.hello.shown)
        if (before, shown) not in self._news:
            self._news[before, shown] = shown.news_for(before)
        return self._news[before, shown]


def rest_s(took_s: float) -> float:
    """After a count: as long as it took at least, so that half of the time is the database's, however many look."""
    return max(COUNT_EVERY_S, took_s)


def looker_of(viewer: Viewer) -> Looker:
    return Looker.of(viewer.scope, viewer.rights, viewer.time_zone)


def _watches(viewer: Viewer) -> bool:
    return any(viewer.watches_list(name) for name in WATCHES)
