from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from calls.scope import Scope

from .watches import TOO_SLOW, Hello, Watch

UNREAD_FRAMES = 2000
UNREAD_S = 20.0


@dataclass(eq=False)
class Viewer:
    """One socket as the feed knows it: who looks at what, since when, and the frames on their way."""

    person_id: int
    scope: Scope
    watches: frozenset[Watch]
    hello: Hello
    session_key: str
    is_caught_up: bool = False
    is_closed: bool = False
    sent: int = 0
    read: int = 0
    beats: deque[Beat] = field(default_factory=deque)
    outgoing: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue)

    def watches_list(self, name: str) -> bool:
        return Watch(name) in self.watches

    @property
    def watches_more_than_calls(self) -> bool:
        return any(watch.name != "call" for watch in self.watches)

    def pks(self, name: str) -> set[int]:
        return {watch.pk for watch in self.watches if watch.name == name and watch.pk is not None}

    def put(self, frame: str) -> None:
        if self.is_closed:
            return
        self.sent += 1
        self.outgoing.put_nowait(frame)
        if self.sent - self.read > UNREAD_FRAMES:
            self.close(TOO_SLOW)

    def put_beat(self, frame: str, n: int) -> None:
        self.put(frame)
        self.beats.append(Beat(n, time.monotonic(), self.sent))
        if time.monotonic() - self.beats[0].at > UNREAD_S:
            self.close(TOO_SLOW)

    def acknowledge(self, n: int) -> None:
        """The server buffers without end for a browser that stopped reading: only its own word says that it reads."""
        while self.beats and self.beats[0].n <= n:
            self.read = self.beats.popleft().sent

    def close(self, code: int) -> None:
        """At once, before the frames that are still waiting."""
        if not self.is_closed:
            self.is_closed = True
            while not self.outgoing.empty():
                self.outgoing.get_nowait()
            self.outgoing.put_nowait(code)


@dataclass(frozen=True)
class Beat:
    n: int
    at: float
    sent: int  # frames up to and with it
