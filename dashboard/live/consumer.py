"""One browser's socket: plain ASGI, since a thousand of them are open at once and each holds no more than it needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http import parse_cookie

from .admission import Knock
from .door import Door
from .feed import Feed
from .limits import Allowance
from .messages import FOREIGN, NOBODY, NOT_UNDERSTOOD, SILENT, TOO_BIG, Hello, Panes, RefusedError, heard
from .origin import is_own
from .outgoing import Event, Send
from .standing import is_key
from .viewer import Viewer

PATH = "/live/"
HELLO_WITHIN_S = 10.0
LONGEST_MESSAGE = 64 * 1024  # characters; a page of a thousand rows says 15,000

Receive = Callable[[], Awaitable[Event]]


async def live(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await receive()
    if scope["path"] != PATH:
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})  # a refusal before it has no code that a browser could read
    headers = dict(scope["headers"])
    cookie = parse_cookie(headers.get(b"cookie", b"").decode("latin1")).get(settings.SESSION_COOKIE_NAME, "")
    code = NOBODY if is_own(headers) else FOREIGN
    if is_key(cookie) and code != FOREIGN:
        code = await Consumer(cookie, receive, send).serve()
    if code:
        await send({"type": "websocket.close", "code": code})


class Consumer:
    """Asks at the door, joins the feed, and hands on what the browser says."""

    __slots__ = ("allowance", "cookie", "feed", "receive", "send", "viewer")

    def __init__(self, cookie: str, receive: Receive, send: Send) -> None:
        self.cookie, self.receive, self.send = cookie, receive, send
        self.allowance = Allowance()  # until it is known whose it is
        self.viewer: Viewer | None = None
        self.feed: Feed | None = None

    async def serve(self) -> int:
        """Until the browser leaves, or is to be sent away with this code."""
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                event = await self.receive()
            while event["type"] == "websocket.receive":
                await self._hear(event.get("text"))
                event = await self.receive()
        except RefusedError as refused:
            return refused.code
        except TimeoutError:
            return SILENT
        finally:
            self.allowance.give_back()
            await self._leave()
        return 0

    async def _hear(self, text: str | None) -> None:
        self.allowance.say()
        if text and len(text) > LONGEST_MESSAGE:
            raise RefusedError(TOO_BIG)
        message = heard(text)
        if isinstance(message, Hello):
            await self._come(message)
        elif self.viewer is None or self.feed is None:
            raise RefusedError(NOT_UNDERSTOOD)
        elif isinstance(message, Panes):
            self.viewer.turning = message
            self.feed.woken.set()
        else:
            was_reading = self.viewer.is_reading
            self.viewer.outgoing.acknowledge(message.ack)
            if self.viewer.is_reading and not was_reading:
                self.feed.woken.set()  # something is owed to it

    async def _come(self, hello: Hello) -> None:
        if self.viewer:
            raise RefusedError(NOT_UNDERSTOOD)
        answer = await Door.ask(Knock(self.cookie, hello))
        self.allowance = Allowance.of(answer.session)
        self.allowance.come()
        self.viewer = answer.viewer(hello, self.send)
        self.feed = Feed.join(self.viewer)

    async def _leave(self) -> None:
        if self.feed and self.viewer:
            self.viewer.outgoing.end()
            await self.feed.leave(self.viewer)
            self.feed = self.viewer = None
