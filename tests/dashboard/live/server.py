"""The web server as it is run, on the test's database, with sockets of a real client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from calls.models import Person
from calls.models.xid import epoch, horizon
from dashboard.processes import procfile
from tests.journeys.stack import ROOT, free_port, until

from .browser import do

PATIENCE_S = 30


def _test_database() -> str:
    return str(connection.settings_dict["NAME"])


class Server:
    def __init__(self, folder: Path, redis_url: str) -> None:
        self.sockets: list[Socket] = []
        self.log = folder / "web.log"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{_test_database()}")
        env = {
            "DATABASE_URL": database.geturl(),
            "REDIS_URL": redis_url,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PUBLIC_URL": self.url,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }
        (command,) = [program.command for program in procfile(ROOT / "Procfile") if program.name == "web"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", command], cwd=ROOT, env={**os.environ, **env}, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until(self._listens, "the server listens")

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", urlsplit(self.url).port or 0), 1):
            return True
        return False

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(PATIENCE_S)

    async def open(self, person: Person | None = None, *, session: Client | None = None, **how: Any) -> Socket:
        headers = {}
        tab = session or Client()
        if person:
            await do(tab.force_login)(person)
        if "sessionid" in tab.cookies:
            headers["Cookie"] = f"sessionid={tab.cookies['sessionid'].value}"
        how = {"origin": Origin(self.url), "proxy": None, "max_size": None, "ping_interval": None, **how}
        address = f"{self.url.replace('http', 'ws', 1)}/live/"
        opened = await connect(address, additional_headers=headers, open_timeout=PATIENCE_S, **how)
        self.sockets.append(Socket(opened, tab))
        return self.sockets[-1]

    async def close_all(self) -> None:
        while self.sockets:
            await self.sockets.pop().leave()

    @property
    def trouble(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if "Traceback" in line or "rror" in line]


class Socket:
    """It reads, and acknowledges what it read."""

    def __init__(self, opened: ClientConnection, tab: Client) -> None:
        self.opened, self.tab = opened, tab
        self.texts: list[str] = []
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> int:
        """The code that it is closed with."""
        try:
            async for text in self.opened:
                self.texts.append(str(text))
                for frame in json.loads(text):
                    self.frames.put_nowait(frame)
                    if frame["type"] == "beat":
                        await self.opened.send(json.dumps({"ack": frame["n"]}))
        except ConnectionClosed:
            pass
        closed = self.opened.protocol.close_rcvd
        return closed.code if closed else 1006

    async def watch(self, *watches: str, **more: object) -> Socket:
        await self.hello(*watches, **more)
        await self.until(lambda frame: frame["type"] == "beat")
        return self

    async def hello(self, *watches: str, **more: object) -> None:
        hello = {"watch": watches, "cursor": str(await do(horizon)()), "epoch": await do(epoch)()}
        await self.opened.send(json.dumps(hello | more))

    async def until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while not is_it(frame := await self.frames.get()):
                pass
            return frame

    async def until_closed(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.shield(self.reading)

    async def say(self, *texts: str | bytes | Iterable[str]) -> None:
        for text in texts:
            with suppress(ConnectionClosed):
                await self.opened.send(text)

    async def leave(self) -> None:
        await self.opened.close()
        await self.reading


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of a file: it holds nothing of those before."""
    server = Server(tmp_path_factory.mktemp("server"), os.environ["REDIS_URL"])
    yield server
    server.end()
