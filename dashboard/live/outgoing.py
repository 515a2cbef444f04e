from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple

import structlog

from .frames import Message
from .messages import NOT_NOW, NOT_UNDERSTOOD, TOO_SLOW, RefusedError

UNREAD_S = 20.0
# A page acknowledges once a second. Beyond this, nothing is read from the database nor rendered for it until it does.
UNREAD_FRAMES = 1000
UNREAD_CHARACTERS = 512 * 1024
TIMES_OVER = 4  # beyond so many times as much there is no waiting for it either

log = structlog.get_logger(__name__)

Event = dict[str, Any]
Send = Callable[[Event], Awaitable[None]]


class Sent(NamedTuple):
    frames: int = 0
    characters: int = 0


class Beat(NamedTuple):
    n: int
    at: float
    sent: Sent  # up to and with it


class Outgoing:
    """The messages on their way to one socket.

    No server says when a browser has read: Daphne takes whatever it is given, and keeps it for a browser that reads
    no more. So only the browser's own word counts.
    """

    __slots__ = ("acknowledged", "beats", "is_closed", "read", "send", "sent", "waiting", "writing")

    def __init__(self, send: Send) -> None:
        self.send = send
        self.sent = self.read = Sent()
        self.beats: deque[Beat] = deque()
        self.acknowledged = 0
        self.waiting: deque[Event] = deque()
        self.writing: asyncio.Task[None] | None = None  # only while something waits: a socket is mostly quiet
        self.is_closed = False

    @property
    def is_reading(self) -> bool:
        return self._is_within(1)

    def _is_within(self, times: int) -> bool:
        frames, characters = self.sent.frames - self.read.frames, self.sent.characters - self.read.characters
        return frames <= times * UNREAD_FRAMES and characters <= times * UNREAD_CHARACTERS

    def put(self, message: Message) -> None:
        if self.is_closed:
            return
        self.sent = Sent(self.sent.frames + message.frames, self.sent.characters + len(message.text))
        if message.beat is not None:
            self.beats.append(Beat(message.beat, time.monotonic(), self.sent))
        is_late = bool(self.beats) and time.monotonic() - self.beats[0].at > UNREAD_S
        if is_late or not self._is_within(TIMES_OVER):
            self.close(TOO_SLOW)
        else:
            self._write({"type": "websocket.send", "text": message.text})

    def acknowledge(self, n: int) -> None:
        """RefusedError for a beat that was not sent: what nobody read must not count as read."""
        if n <= self.acknowledged:
            return
        if all(beat.n != n for beat in self.beats):
            raise RefusedError(NOT_UNDERSTOOD)
        self.acknowledged = n
        while self.beats and self.beats[0].n <= n:
            self.read = self.beats.popleft().sent

    def close(self, code: int) -> None:
        """At once, before the messages that are still waiting."""
        if not self.is_closed:
            self.end()
            self._write({"type": "websocket.close", "code": code})

    def end(self) -> None:
        """Nothing more is sent; a server that waits for the browser to read is not waited for."""
        self.is_closed = True
        self.waiting.clear()
        if self.writing:
            self.writing.cancel()

    def _write(self, event: Event) -> None:
        self.waiting.append(event)
        if self.writing is None or self.writing.done() or self.is_closed:
            self.writing = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        try:
            while self.waiting:
                await self.send(self.waiting.popleft())
        except Exception as error:  # it went away, or what it was sent could not be: it comes back for it
            log.info("A socket took no more.", error=type(error).__name__)
            self.is_closed = True
            self.waiting.clear()
            with suppress(Exception):
                await self.send({"type": "websocket.close", "code": NOT_NOW})
