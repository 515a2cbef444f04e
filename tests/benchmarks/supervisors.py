"""Supervisors at their pages: signed in, each page with its socket, noting when each segment reaches it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from datetime import datetime

import requests
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

# Of the page's <main>: what its scripts tell the socket.
TOLD = re.compile(r'data-(watch|cursor|epoch|number)="([^"]*)"')
SHOWN = re.compile(r'id="((?:call|alert)-\d+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
MARK = re.compile(rb"mark-(\d+)")
BEAT = re.compile(rb'"type":"beat","now":"([^"]+)".*"n":(\d+)')  # inside of html the quotes would be escaped
ACK_EVERY_S = 1.0
RELOAD = b'"type":"reload"'


def sign_in(url: str, name: str, password: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    token = TOKEN.search(session.get(f"{url}/accounts/login/").text)
    fields = {"username": name, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
    session.post(f"{url}/accounts/login/", fields, headers={"Referer": url}).raise_for_status()
    if "sessionid" not in session.cookies:
        raise RuntimeError(f"{name} could not sign in")
    return session


@dataclass
class Page:
    """The socket of one page, as static/js/live_socket.js speaks on it."""

    session: requests.Session
    url: str
    path: str
    came_at: dict[int, float] = field(default_factory=dict)  # by mark: the first message that shows it
    looked_at: dict[int, float] = field(default_factory=dict)  # by mark: the moment of the look that it comes from
    reloads: int = 0
    messages: int = 0
    is_told: bool = False
    _acked_at: float = 0
    _undated: list[int] = field(default_factory=list)

    async def watch(self) -> None:
        hello = await asyncio.to_thread(self._open)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)
        address = self.url.replace("http", "ws", 1) + "/live/"
        headers = {"Cookie": cookies}
        async with connect(
            address,
            origin=Origin(self.url),
            additional_headers=headers,
            proxy=None,
            max_size=None,
            max_queue=None,
            open_timeout=60,
        ) as socket:
            await socket.send(json.dumps(hello))
            while True:
                await self._take(socket, await socket.recv(decode=False))

    def _open(self) -> dict[str, object]:
        page = self.session.get(self.url + self.path)
        page.raise_for_status()
        tag, _, content = page.text.partition("<main")[2].partition(">")
        told = dict(TOLD.findall(tag))
        hello = {"watch": told["watch"].split(), "cursor": told["cursor"], "epoch": told["epoch"]}
        if "number" in told:
            return hello | {"numbers": {told["watch"].partition("call:")[2].split()[0]: int(told["number"])}}
        return hello | {"shown": SHOWN.findall(content)}

    async def _take(self, socket: ClientConnection, message: bytes) -> None:
        now = time.time()
        self.messages += 1
        self.reloads += message.count(RELOAD)
        for mark in map(int, MARK.findall(message)):
            if mark not in self.came_at:
                self.came_at[mark] = now
                self._undated.append(mark)
        if beat := BEAT.search(message):
            looked_at = datetime.fromisoformat(beat[1].decode()).timestamp()
            self.looked_at |= dict.fromkeys(self._undated, looked_at)
            self._undated.clear()
            self.is_told = True
            if now - self._acked_at >= ACK_EVERY_S:
                self._acked_at = now
                await socket.send(json.dumps({"ack": int(beat[2])}))
