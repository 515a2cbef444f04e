"""What Ringback's feed is measured beside, on the same server: a Channels group, and nothing but sending.

A socket at /tell says what is sent to all the others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
get_asgi_application()

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

listening: set[Send] = set()


async def raw(scope: Event, receive: Receive, send: Send) -> None:
    """The ceiling: one loop over the sockets."""
    if scope["path"] == "/tell":
        return await _told(receive, send, _to_all)
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "[]"})
    listening.add(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    return listening.discard(send)


class Member(AsyncWebsocketConsumer):  # type: ignore[misc]
    """As Channels' own tutorial has it."""

    groups = ["bench-live"]

    async def connect(self) -> None:
        await self.accept()
        await self.send(text_data="[]")

    async def frame(self, event: Event) -> None:
        await self.send(text_data=event["text"])


_member = Member.as_asgi()


async def group(scope: Event, receive: Receive, send: Send) -> None:
    if scope["path"] == "/tell":
        await _told(receive, send, _to_the_group)
    else:
        await _member(scope, receive, send)


async def _to_all(text: str) -> None:
    for send in list(listening):
        await send({"type": "websocket.send", "text": text})


async def _to_the_group(text: str) -> None:
    await get_channel_layer().group_send("bench-live", {"type": "frame", "text": text})


async def _told(receive: Receive, send: Send, tell: Callable[[str], Awaitable[None]]) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        asked = json.loads(event["text"])
        await tell(asked["text"])
