"""Many sockets in one process, each as cheap as can be: beside them, the server is what is measured."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

STAMP = re.compile(rb"sent-at-(\d+)")  # nanoseconds, in the text of a row
BEAT = re.compile(rb'"cursor":"(\d+)","n":(\d+)')
PLACED = b'{"type":"place","slot":"calls"'
ACK_EVERY_S = 1.0


@dataclass
class Sockets:
    """Counted over all of them."""

    messages: int = 0
    frames: int = 0  # rows placed
    deliveries: int = 0  # messages with a row
    octets: int = 0
    waited_ms: list[float] = field(default_factory=list)
    closed: dict[int, int] = field(default_factory=dict)


class Socket(asyncio.Protocol):
    """One that says `hello` when it is open, and acknowledges as static/js/live_socket.js does."""

    def __init__(self, url: str, headers: dict[str, str], hello: bytes, of: Sockets) -> None:
        self.url, self.headers, self.hello, self.of = url, headers, hello, of
        self.buffer = bytearray()
        self.is_open = False
        self.acked_at = 0.0
        self.newest = 0
        self.opened = asyncio.get_running_loop().create_future()
        self.told = asyncio.get_running_loop().create_future()
        self.ended = asyncio.get_running_loop().create_future()
        self.heard: Callable[[Socket, bytes], None] | None = None

    async def connect(self) -> None:
        address = urlsplit(self.url)
        await asyncio.get_running_loop().create_connection(lambda: self, address.hostname or "", address.port or 80)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        address = urlsplit(self.url)
        asked = {
            "Host": address.netloc, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Origin": f"http://{address.netloc}", **self.headers,
        }  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        transport.write(f"GET {address.path} HTTP/1.1\r\n{lines}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.is_open and not self._open():
            return
        while (payload := self._next()) is not None:
            self._take(*payload)

    def _open(self) -> bool:
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.transport.abort()
            return False
        self.buffer, self.is_open = bytearray(rest), True
        self.opened.set_result(None)
        if self.hello:
            self.say(self.hello)
        return True

    def _next(self) -> tuple[int, bytes] | None:
        """Opcode and payload of a whole frame: servers neither mask nor, here, split them."""
        if len(self.buffer) < 2:
            return None
        size, at = self.buffer[1], 2
        if size > 125:
            at = 4 if size == 126 else 10
            if len(self.buffer) < at:
                return None
            size = int.from_bytes(self.buffer[2:at], "big")
        if len(self.buffer) < at + size:
            return None
        opcode, payload = self.buffer[0] & 15, bytes(self.buffer[at : at + size])
        del self.buffer[: at + size]
        return opcode, payload

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self._write(10, payload)
        elif opcode == 8:
            code = int.from_bytes(payload[:2], "big")
            self.of.closed[code] = self.of.closed.get(code, 0) + 1
            self._write(8, payload[:2])
        elif opcode == 1:
            self._hear(payload)

    def _hear(self, payload: bytes) -> None:
        self.of.messages += 1
        self.of.octets += len(payload)
        rows = payload.count(PLACED)
        self.of.frames += rows
        self.of.deliveries += rows > 0
        for stamp in sorted({int(stamp) for stamp in STAMP.findall(payload)}):
            if stamp > self.newest:
                self.newest = stamp
                self.of.waited_ms.append((time.time_ns() - stamp) / 1e6)
        if not self.told.done():
            self.told.set_result(None)
        now = time.monotonic()
        if now - self.acked_at >= ACK_EVERY_S and (beat := BEAT.search(payload)):
            self.acked_at = now
            self.say(b'{"ack":%b}' % beat[2])
        if self.heard:
            self.heard(self, payload)

    def say(self, text: bytes) -> None:
        self._write(1, text)

    def _write(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = struct.pack("!BH", 254, size) if size > 125 else bytes([128 | size])
        if size > 65535:
            length = struct.pack("!BQ", 255, size)
        self.transport.write(bytes([128 | opcode]) + length + bytes(4) + payload)  # masked by noughts

    def stop_reading(self) -> None:
        self.transport.pause_reading()

    def connection_lost(self, error: Exception | None) -> None:
        for each in (self.opened, self.told):
            if not each.done():
                each.set_exception(ConnectionError("closed before"))
                each.exception()  # asked for, or not
        if not self.ended.done():
            self.ended.set_result(None)
