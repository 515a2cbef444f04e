"""The feed of one server process: looks once for all sockets when a hint comes, and hands the same frames to each."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from secrets import randbelow
from typing import Any, TypeVar

import structlog
from django.db import connection

from . import frames
from .figures import Figures
from .handing import Messages
from .hints import Ear, Pairs
from .look import Memory, Sight, look
from .messages import NOT_NOW
from .notices import Reader, notices
from .standing import standings
from .viewer import Viewer

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 2.0  # without a hint; so a lost one does no harm
RIGHTS_EVERY_S = 1.5  # whoever signs out sees no more within two seconds
BEATS_APART = 2**20  # at most: nobody can acknowledge one that he has not read
LONGEST_REST_S = 0.1  # after a look, as long as it took: however many hints come, half of the time is the database's

T = TypeVar("T")


class Feed:
    """Starts with the first socket of its event loop and stops with the last."""

    _running: dict[asyncio.AbstractEventLoop, Feed] = {}

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self.memory = Memory()
        self.notices: dict[Reader, str] = {}
        self.up_to_date: set[Viewer] = set()  # whoever was told the newest of what is no row
        self.ear = Ear(self._hear)
        self.beats = 0
        self.beat_at = self.rights_at = 0.0
        self.woken = asyncio.Event()
        # One thread: looks follow each other, and a connection lives as long as the feed.
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="feed")
        self.figures = Figures(self.viewers, self._count_anew)
        for_ever = (self._look_for_ever(), self.ear.listen_for_ever(), self.figures.count_for_ever())
        self.tasks = [asyncio.create_task(each) for each in for_ever]

    @classmethod
    def join(cls, viewer: Viewer) -> Feed:
        loop = asyncio.get_running_loop()
        if loop not in cls._running:
            cls._running[loop] = cls()
        feed = cls._running[loop]
        feed.viewers.add(viewer)
        feed.woken.set()
        return feed

    async def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        self.up_to_date.discard(viewer)
        loop = asyncio.get_running_loop()
        if not self.viewers and self._running.get(loop) is self:
            del self._running[loop]  # whoever joins from now on starts another
            await self._stop()

    async def _stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        await self._in_thread(lambda: connection.close())  # the thread's own: resolved there
        self.thread.shutdown()
        await self.figures.stop()

    # Looking

    async def _look_for_ever(self) -> None:
        has_failed = False
        while True:
            began = time.monotonic()
            try:
                await self._look()
                has_failed = False
            except Exception:
                log.exception("A look at the database failed; a later one tells what it missed.")
                if has_failed:
                    self._send_newcomers_away()
                has_failed = True
                await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.sleep(min(LONGEST_REST_S, time.monotonic() - began))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), max(0, self._due_at() - time.monotonic()))

    def _due_at(self) -> float:
        return min(self.beat_at + LOOK_EVERY_S, self.rights_at + RIGHTS_EVERY_S)

    async def _look(self) -> None:
        self.woken.clear()
        if time.monotonic() >= self.rights_at + RIGHTS_EVERY_S:
            await self._look_at_rights()
            await self._look_at_the_intake()
        viewers = [viewer for viewer in self.viewers if not viewer.is_closed]
        for viewer in viewers:
            viewer.turn()
        self._hand_on(await self._in_thread(look, viewers, self.memory))

    def _send_newcomers_away(self) -> None:
        """It may be one of them that no look can tell: the others are not to stand still because of it."""
        for viewer in self.viewers - self.memory.told.keys():
            viewer.close(NOT_NOW)

    async def _look_at_rights(self) -> None:
        viewers = list(self.viewers)
        known = await self._in_thread(standings, {viewer.session for viewer in viewers})
        self.rights_at = time.monotonic()
        for viewer in viewers:
            if viewer.session not in known:
                viewer.close(viewer.session.code_when_over)
                continue
            standing = known[viewer.session]
            watches = frozenset(watch for watch in viewer.watches if watch.is_granted(standing.rights))
            if (standing.scope, watches) != (viewer.scope, viewer.watches):
                viewer.put(frames.message([frames.RELOAD]))
            viewer.standing, viewer.watches = standing, watches

    async def _look_at_the_intake(self) -> None:
        try:
            self.notices = await self._in_thread(notices, {viewer.reader for viewer in self.viewers})
            self.up_to_date.clear()
        except Exception:
            log.exception("What is wrong with the intake could not be told; a later look tells it.")

    def _hand_on(self, sight: Sight) -> None:
        self.memory = sight.memory
        self.beats += 1 + randbelow(BEATS_APART)
        is_due = time.monotonic() >= self.beat_at + LOOK_EVERY_S - LONGEST_REST_S
        if is_due:
            self.beat_at = time.monotonic()
        messages = Messages(sight, self.beats, None if self.ear.hears else LOOK_EVERY_S)
        for audience in sight.audiences:
            is_told = bool(audience.frames) or is_due or audience.is_joining
            for viewer in audience.viewers:
                beside = self._beside(viewer) if viewer not in self.up_to_date and audience.is_reading else ()
                if is_told or beside:
                    viewer.put(messages.of(audience, beside))
                viewer.untold = {}
                if audience.lost:
                    viewer.lose(audience.lost)
        if sight.is_owing:
            self.woken.set()

    def _beside(self, viewer: Viewer) -> tuple[str, ...]:
        """What is no row: of the intake, and figures."""
        self.up_to_date.add(viewer)
        return (*viewer.notice_news(self.notices), *self.figures.news(viewer))

    def _count_anew(self) -> None:
        self.up_to_date.clear()
        self.woken.set()

    async def _in_thread(self, read: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, _reading, read, *args)

    # Listening

    def _hear(self, calls: Pairs) -> None:
        if self._concerns(calls):
            self.woken.set()

    def _concerns(self, calls: Pairs) -> bool:
        """A hint costs what is watched, not what happens."""
        return (
            not calls
            or any(number > self.memory.numbers.get(pk, number) for pk, number in calls)
            or any(viewer.watches_more_than_calls for viewer in self.viewers)
        )


def _reading(read: Callable[..., T], *args: Any) -> T:
    try:
        return read(*args)
    except BaseException:
        connection.close()  # the next look gets a new one
        raise
