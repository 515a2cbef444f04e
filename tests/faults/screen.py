"""Alice's wall, as her browser has it: the page, then the socket, and both again whenever the connection is lost."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable

import requests
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.journeys.stack import Stack, until

# Of the page's <main>: what its scripts tell the socket.
TOLD = re.compile(r'data-(watch|cursor|epoch)="([^"]*)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
MARK = re.compile(r"mark-[0-9a-z-]+")
BEAT = re.compile(r'"type":"beat".*"n":(\d+)')
AGAIN_AFTER_S = 0.5


class Screen:
    """A context manager. `seen` says when each mark was first there, by the monotonic clock."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.seen: dict[str, float] = {}
        self._is_told = threading.Event()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="screen", daemon=True)

    def __enter__(self) -> Screen:
        self._sign_in()
        self._thread.start()
        until(self._is_told.is_set, "the wall is live")
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def last_seen(self, marks: Iterable[str], within_s: float) -> float | None:
        """When the last of the marks came; None if not all of them did."""
        deadline = time.monotonic() + within_s
        wanted = set(marks)
        while not wanted <= self.seen.keys():
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)
        return max(self.seen[mark] for mark in wanted)

    def _sign_in(self) -> None:
        http, url = self.stack.http, self.stack.url
        token = TOKEN.search(http.get(f"{url}/accounts/login/").text)
        fields = {
            "username": "alice",
            "password": self.stack.password,
            "csrfmiddlewaretoken": token[1] if token else "",
        }
        http.post(f"{url}/accounts/login/", fields, headers={"Referer": url}).raise_for_status()

    def _watch(self) -> None:
        while not self._is_over.is_set():
            try:
                self._watch_once()
            except (requests.RequestException, WebSocketException, OSError, TimeoutError):
                self._is_over.wait(AGAIN_AFTER_S)

    def _watch_once(self) -> None:
        page = self.stack.http.get(f"{self.stack.url}/")
        page.raise_for_status()
        self._see(page.text)
        told = dict(TOLD.findall(page.text))
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.stack.http.cookies)
        address = self.stack.url.replace("http", "ws", 1) + "/live/"
        with connect(
            address, origin=Origin(self.stack.url), additional_headers={"Cookie": cookies}, max_size=None, proxy=None
        ) as socket:
            socket.send(json.dumps({"watch": told["watch"].split(), "cursor": told["cursor"], "epoch": told["epoch"]}))
            while not self._is_over.is_set():
                try:
                    message = str(socket.recv(timeout=1))
                except TimeoutError:
                    continue
                self._see(message)
                if beat := BEAT.search(message):
                    self._is_told.set()
                    socket.send(json.dumps({"ack": int(beat[1])}))

    def _see(self, text: str) -> None:
        for mark in MARK.findall(text):
            self.seen.setdefault(mark, time.monotonic())
