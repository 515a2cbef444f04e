from __future__ import annotations

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from .admission import Knock, admitted
from .feed import Feed
from .messages import NOBODY, NOT_UNDERSTOOD, Ack, Hello, Panes, RefusedError, heard
from .viewer import Viewer


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One browser's socket: authorises, joins the feed, forwards."""

    channel_layer_alias = None  # the feed listens for all: a socket of its own on Redis would end with Redis

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer: Viewer | None = None
        self.feed: Feed | None = None
        self.forwarding: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept()  # a refusal before it has no code that a browser could read
        if self.scope["session"].session_key is None:
            await self.close(NOBODY)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            message = heard(text_data)
            if isinstance(message, Hello):
                await self._watch(message)
            else:
                self._answer(message)
        except RefusedError as refused:
            await self._leave()
            await self.close(refused.code)

    async def disconnect(self, code: int) -> None:
        await self._leave()

    async def _watch(self, hello: Hello) -> None:
        cookie = self.scope["session"].session_key or ""
        (answer,) = await database_sync_to_async(admitted)([Knock(cookie, hello)])
        if isinstance(answer, RefusedError):
            raise answer
        await self._leave()
        self.viewer = answer.viewer(hello)
        self.feed = Feed.join(self.viewer)
        self.forwarding = asyncio.create_task(self._forward(self.viewer))

    def _answer(self, message: Panes | Ack) -> None:
        if self.viewer is None or self.feed is None:
            raise RefusedError(NOT_UNDERSTOOD)
        if isinstance(message, Ack):
            self.viewer.acknowledge(message.ack)
        else:
            self.viewer.turning = message
            self.feed.woken.set()

    async def _forward(self, viewer: Viewer) -> None:
        while True:
            message = await viewer.outgoing.get()
            if isinstance(message, int):
                await self.close(message)
                return
            await self.send(text_data=message)

    async def _leave(self) -> None:
        if self.feed and self.viewer and self.forwarding:
            self.forwarding.cancel()
            await self.feed.leave(self.viewer)
            self.feed = self.viewer = self.forwarding = None
