"""Hints to the server processes that something changed: which calls, up to which number, and nothing else."""

import asyncio
import os
import threading
from collections.abc import Iterable
from typing import Any

import structlog
from channels.layers import get_channel_layer

GROUP = "feed"
MOST_PAIRS = 500  # in a message
MOST_MESSAGES = 4  # of one hint, whatever it names
MOST_WAITING = 100

log = structlog.get_logger(__name__)


def nudge(calls: Iterable[tuple[int, int]] = ()) -> None:
    """Tell every feed to look at these calls: (pk, number) each; at everything if none or more than 2,000 are named.

    Returns at once and never raises: a hint that cannot be given is lost, and the feeds look by themselves.
    """
    pairs = [[pk, number] for pk, number in calls]
    if len(pairs) > MOST_PAIRS * MOST_MESSAGES:
        pairs = []
    for begin in range(0, len(pairs) or 1, MOST_PAIRS):
        _publisher().publish({"type": "nudge", "calls": pairs[begin : begin + MOST_PAIRS]})


class Publisher:
    """A thread with one loop and one connection: async_to_sync would make new ones for each hint."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        self._is_heard = True
        threading.Thread(target=self._loop.run_until_complete, args=[self._run()], name="nudges", daemon=True).start()

    def publish(self, message: dict[str, Any]) -> None:
        self._loop.call_soon_threadsafe(self._take, message)

    def _take(self, message: dict[str, Any]) -> None:
        if not self._waiting.full():  # else Redis hangs, and one more hint is lost
            self._waiting.put_nowait(message)

    async def _run(self) -> None:
        while True:
            message = await self._waiting.get()
            try:
                await get_channel_layer().group_send(GROUP, message)
                self._is_heard = True
            except Exception as error:
                if self._is_heard:
                    log.warning("Hints are lost until Redis is back.", error=type(error).__name__)
                self._is_heard = False


_publishers: dict[int, Publisher] = {}
_making = threading.Lock()


def _publisher() -> Publisher:
    with _making:
        pid = os.getpid()  # a thread does not survive a fork: the child makes its own
        if pid not in _publishers:
            _publishers[pid] = Publisher()
        return _publishers[pid]


def _forget_the_parent() -> None:
    global _making
    _making = threading.Lock()  # another thread may have held it while we were forked
    _publishers.clear()


os.register_at_fork(after_in_child=_forget_the_parent)
