"""The feed of one server process: hears hints, looks once for all sockets, and hands the same frames to each."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from channels.layers import get_channel_layer
from django.db import connection

from calls.nudges import GROUP

from . import frames
from .look import Memory, Sight, look
from .viewer import Viewer
from .watches import NOBODY, looked_at_again, sessions_that_last

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 2.0  # without a hint; so a lost one does no harm
REST_S = 0.1  # between two looks, however many hints come

T = TypeVar("T")


class Feed:
    """Starts with the first socket of its event loop and stops with the last."""

    _running: dict[asyncio.AbstractEventLoop, Feed] = {}

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self.memory = Memory()
        self.beats = 0
        self.beat_at = self.rights_at = 0.0
        self.woken = asyncio.Event()
        # One thread: looks follow each other, and a connection lives as long as the feed.
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="feed")
        self.tasks = [asyncio.create_task(self._look_for_ever()), asyncio.create_task(self._listen_for_ever())]

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

    # Looking

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:
                log.exception("A look at the database failed; a later one tells what it missed.")
                await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.sleep(REST_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), max(0, self.beat_at + LOOK_EVERY_S - time.monotonic()))

    async def _look(self) -> None:
        self.woken.clear()
        if time.monotonic() >= self.rights_at + LOOK_EVERY_S:
            await self._look_at_rights()
        viewers = [viewer for viewer in self.viewers if not viewer.is_closed]
        self._hand_on(await self._in_thread(look, viewers, self.memory))

    async def _look_at_rights(self) -> None:
        viewers = list(self.viewers)
        known = await self._in_thread(looked_at_again, {viewer.person_id for viewer in viewers})
        signed_in = await self._in_thread(sessions_that_last, {viewer.session_key for viewer in viewers})
        self.rights_at = time.monotonic()
        for viewer in viewers:
            if viewer.session_key not in signed_in:
                viewer.close(NOBODY)
            scope, rights = known[viewer.person_id]
            watches = frozenset(watch for watch in viewer.watches if watch.is_granted(rights))
            if (scope, watches) != (viewer.scope, viewer.watches):
                viewer.scope, viewer.watches = scope, watches
                viewer.put(frames.message([frames.RELOAD]))

    def _hand_on(self, sight: Sight) -> None:
        self.memory = sight.memory
        self.beats += 1
        beat = frames.beat(self.beats, sight.now, sight.age_s, sight.memory.horizon)
        is_due = time.monotonic() >= self.beat_at + LOOK_EVERY_S - REST_S
        if is_due:
            self.beat_at = time.monotonic()
        messages: dict[tuple[str, ...], frames.Message] = {}  # who is told the same shares the message too
        for viewer, told in sight.frames.items():
            if told or is_due or not viewer.is_caught_up:
                key = (*told, beat)
                if key not in messages:
                    messages[key] = frames.message(key, self.beats)
                viewer.put(messages[key])
            viewer.is_caught_up = True

    async def _in_thread(self, read: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, _reading, read, *args)

    # Listening

    async def _listen_for_ever(self) -> None:
        is_heard = True
        while True:
            try:
                await self._listen()
            except Exception as error:
                if is_heard:
                    log.warning("No hints until Redis is back; looking every 2 s.", error=type(error).__name__)
                is_heard = False
                await asyncio.sleep(LOOK_EVERY_S)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        try:
            await layer.group_add(GROUP, channel)
            while True:
                hint = await layer.receive(channel)
                if self._concerns(hint["calls"]):
                    self.woken.set()
        finally:
            with contextlib.suppress(Exception):
                await layer.group_discard(GROUP, channel)

    def _concerns(self, calls: list[tuple[int, int]]) -> bool:
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
