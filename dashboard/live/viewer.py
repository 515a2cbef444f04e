from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.scope import Scope

from .frames import Message
from .notices import Reader
from .watches import TOO_SLOW, Hello, Session, Watch

UNREAD_FRAMES = 2000
UNREAD_S = 20.0


@dataclass(eq=False)
class Viewer:
    """One socket as the feed knows it: who looks at what, since when, and the messages on their way."""

    person_id: int
    scope: Scope
    rights: frozenset[str]
    watches: frozenset[Watch]
    hello: Hello
    session: Session
    is_caught_up: bool = False
    is_closed: bool = False
    sent: int = 0  # frames, as below
    read: int = 0
    beats: deque[Beat] = field(default_factory=deque)
    notice: str = ""  # of what is wrong with the intake, as it was told last
    outgoing: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue)

    def watches_list(self, name: str) -> bool:
        return Watch(name) in self.watches

    @property
    def watches_more_than_calls(self) -> bool:
        return any(watch.name != "call" for watch in self.watches)

    @property
    def reader(self) -> Reader:
        return Reader.of(self.scope, self.rights)

    def notice_news(self, notices: Mapping[Reader, str]) -> list[str]:
        """The frame of the notice if it is another than the last; whoever joined since they were read waits for it."""
        notice = notices.get(self.reader, self.notice)
        if notice == self.notice:
            return []
        self.notice = notice
        return [notice]

    def pks(self, name: str) -> set[int]:
        return {watch.pk for watch in self.watches if watch.name == name and watch.pk is not None}

    def put(self, message: Message) -> None:
        if self.is_closed:
            return
        self.sent += message.frames
        self.outgoing.put_nowait(message.text)
        if message.beat is not None:
            self.beats.append(Beat(message.beat, time.monotonic(), self.sent))
        if self.sent - self.read > UNREAD_FRAMES or (self.beats and time.monotonic() - self.beats[0].at > UNREAD_S):
            self.close(TOO_SLOW)

    def acknowledge(self, n: int) -> None:
        """The server buffers without end for a browser that stopped reading: only its own word says that it reads."""
        while self.beats and self.beats[0].n <= n:
            self.read = self.beats.popleft().sent

    def close(self, code: int) -> None:
        """At once, before the messages that are still waiting."""
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
