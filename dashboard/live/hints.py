"""The ear of a feed: hints come over Redis, and only an echo shows that they would."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import structlog
from channels.layers import get_channel_layer

from calls.nudges import GROUP

log = structlog.get_logger(__name__)

ECHO_EVERY_S = 2.0
DEAF_AFTER_S = 7.0
AGAIN_S = 2.0

Pairs = list[tuple[int, int]]


class Ear:
    """A Redis that hangs says nothing, and one that came back empty may have forgotten who listens: silence alone
    proves nothing. So each feed talks to all of them, and whoever hears nothing at all is deaf and subscribes anew.
    """

    def __init__(self, hear: Callable[[Pairs], None]) -> None:
        self._hear = hear
        self._heard_at = time.monotonic()  # until it is known better
        self._was_heard = True

    @property
    def hears(self) -> bool:
        return time.monotonic() < self._heard_at + DEAF_AFTER_S

    async def listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:
                self._heard_at = -DEAF_AFTER_S
                if self._was_heard:
                    log.warning("No hints until Redis is back; looking every 2 s.", error=_name(error))
                self._was_heard = False
            await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        try:
            async with asyncio.timeout(DEAF_AFTER_S):
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._talk(layer))
                both.create_task(self._take(layer, channel))
        except Exception:
            with contextlib.suppress(Exception):  # it may hang as well
                async with asyncio.timeout(AGAIN_S):
                    await layer.flush()  # the next try begins with connections of its own
            raise
        finally:
            with contextlib.suppress(Exception):
                await layer.group_discard(GROUP, channel)

    async def _talk(self, layer: Any) -> None:
        while True:
            await layer.group_send(GROUP, {"type": "echo"})
            await asyncio.sleep(ECHO_EVERY_S)

    async def _take(self, layer: Any, channel: str) -> None:
        while True:
            async with asyncio.timeout(DEAF_AFTER_S):
                message = await layer.receive(channel)
            self._heard_at = time.monotonic()
            if not self._was_heard:
                log.info("Hints are heard again.")
            self._was_heard = True
            if message["type"] == "nudge":
                self._hear(message["calls"])


def _name(error: Exception) -> str:
    """Of the first of a group: tasks that fail together fail for one reason."""
    return type(error.exceptions[0] if isinstance(error, ExceptionGroup) else error).__name__
