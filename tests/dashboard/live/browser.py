"""A browser as the socket knows it: signed in by a cookie, at the real application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from calls.models import Person
from calls.models.xid import epoch, horizon
from dashboard.asgi import application

PATIENCE_S = 20
COUNTED = ("notice", "figures", "more-figures", "queues", "saves", "legend")

do = database_sync_to_async


class Browser:
    def __init__(
        self, person: Person | None, *, origin: str = settings.PUBLIC_URL, host: str = "testserver", acks: bool = True
    ) -> None:
        self.person, self.acks = person, acks
        self.headers = [(b"origin", origin.encode()), (b"host", host.encode())]
        self.tab = Client()
        self.frames: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.waiting: list[dict[str, Any]] = []  # come in one message with those before

    async def connect(self) -> bool:
        headers = list(self.headers)
        if self.person:
            headers.append((b"cookie", await do(self._cookie)()))
        self.socket = WebsocketCommunicator(application, "/live/", headers)
        return bool((await self.socket.connect(PATIENCE_S))[0])

    def _cookie(self) -> bytes:
        assert self.person
        self.tab.force_login(self.person)
        return f"sessionid={self.tab.cookies['sessionid'].value}".encode()

    def sign_out(self) -> None:
        """In another tab."""
        self.tab.logout()

    async def watch(
        self, *watches: str, numbers: Mapping[int, int] | None = None, shown: Iterable[str] = ()
    ) -> Browser:
        """As a page that was rendered now."""
        return await self.come_back(*watches, cursor=str(await do(horizon)()), numbers=numbers, shown=shown)

    async def come_back(
        self,
        *watches: str,
        cursor: str,
        epoch_: str | None = None,
        numbers: Mapping[int, int] | None = None,
        shown: Iterable[str] = (),
    ) -> Browser:
        assert await self.connect()
        hello = {"watch": watches, "cursor": cursor, "epoch": epoch_ or await do(epoch)(), "numbers": numbers or {}}
        await self.socket.send_json_to(hello | {"shown": list(shown)})
        await self.until(lambda frame: frame["type"] == "beat")
        return self

    async def until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first frame of which that holds, from the next one on."""
        async with asyncio.timeout(PATIENCE_S):  # beats never end
            while not is_it(frame := await self._next()):
                pass
            return frame

    async def until_placed(self, *words: str) -> dict[str, Any]:
        return await self.until(lambda frame: frame["type"] == "place" and all(it in frame["html"] for it in words))

    async def until_gone(self, slot: str, element_id: str) -> dict[str, Any]:
        return await self.until(lambda frame: frame == {"type": "gone", "slot": slot, "id": element_id})

    async def until_told_of_everything(self) -> list[dict[str, Any]]:
        """All news so far, once everything committed by now has had its turn."""
        now = await do(horizon)()
        await self.until(lambda frame: frame["type"] == "beat" and int(frame["cursor"]) >= now)
        return self.news

    @property
    def news(self) -> list[dict[str, Any]]:
        """All frames so far but beats, how much is to come, figures, and what is told of the intake itself."""
        others = ("beat", "rest")
        return [frame for frame in self.frames if frame["type"] not in others and frame.get("slot") not in COUNTED]

    @property
    def cursor(self) -> str:
        return str([frame["cursor"] for frame in self.frames if frame["type"] == "beat"][-1])

    async def _next(self) -> dict[str, Any]:
        if not self.waiting:
            self.waiting += json.loads(await self.socket.receive_from(PATIENCE_S))
        self.frames.append(self.waiting.pop(0))
        self.texts.append(json.dumps(self.frames[-1], ensure_ascii=False))
        if self.acks and self.frames[-1]["type"] == "beat":
            await self.socket.send_json_to({"ack": self.frames[-1]["n"]})
        return self.frames[-1]

    async def until_closed(self) -> int:
        while True:
            event = await self.socket.receive_output(PATIENCE_S)
            if event["type"] == "websocket.close":
                return int(event["code"])

    async def leave(self) -> None:
        await self.socket.disconnect(timeout=PATIENCE_S)
