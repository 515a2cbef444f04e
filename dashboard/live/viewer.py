from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calls.scope import Scope

from .frames import Message
from .messages import TOO_SLOW, Hello, Panes
from .notices import Reader
from .standing import Session, Standing
from .watches import PAGES, Watch

if TYPE_CHECKING:
    from .figures import Shown

UNREAD_FRAMES = 2000
UNREAD_S = 20.0


@dataclass(eq=False)
class Viewer:
    """One socket as the feed knows it: who looks at what, since when, and the messages on their way."""

    session: Session
    standing: Standing
    watches: frozenset[Watch]
    hello: Hello
    turning: Panes | None = None  # what was asked since the last look
    panes: frozenset[int] = frozenset()  # calls watched beside the lists
    numbers: Mapping[int, int | None] = field(
        default_factory=dict
    )  # of the calls: up to which they are shown; None: so far
    untold: dict[int, int | None] = field(default_factory=dict)  # calls of the next look: shown up to which number
    is_caught_up: bool = False
    is_closed: bool = False
    sent: int = 0  # frames, as below
    read: int = 0
    beats: deque[Beat] = field(default_factory=deque)
    notice: str = ""  # of what is wrong with the intake, as it was told last
    figures: Shown | None = None  # as they were told last
    outgoing: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue)

    @property
    def scope(self) -> Scope:
        return self.standing.scope

    @property
    def rights(self) -> frozenset[str]:
        return self.standing.rights

    @property
    def time_zone(self) -> str:
        return self.standing.time_zone

    def turn(self) -> None:
        """To the calls that were asked for last. Not while a look goes on: it sees one state of each viewer."""
        if self.turning is None:
            return
        calls, self.turning = self.turning.calls, None
        self.numbers = calls
        self.untold |= {pk: number for pk, number in calls.items() if pk not in self.panes}
        self.panes = frozenset(calls)
        self.untold = {pk: number for pk, number in self.untold.items() if pk in self.panes}
        lists = frozenset(watch for watch in self.watches if PAGES.get(watch.name) != "call")
        asked = {Watch(name, pk) for name in ("call", "marks") for pk in self.panes}
        self.watches = lists | {watch for watch in asked if watch.is_granted(self.rights)}

    @property
    def is_reading(self) -> bool:
        """Nothing is read from the database, nor rendered, for one that stopped: it is told all of it once it reads."""
        return self.sent - self.read <= UNREAD_FRAMES // 2

    def lose(self, panes: Collection[int]) -> None:
        """Calls that are not, or no longer, for this viewer."""
        self.panes -= frozenset(panes)
        self.watches = frozenset(
            watch for watch in self.watches if watch.pk not in panes or PAGES[watch.name] != "call"
        )

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
