"""The wire between the product and PostgreSQL, which can lose the answer to a COMMIT.

It follows PostgreSQL's protocol just enough to see a COMMIT go by: after the first message, which is a length and no
more, each is a letter, a length that counts itself, and the rest.
"""

import asyncio
import threading
from contextlib import suppress
from pathlib import Path

NAME = ".s.PGSQL.5432"
DONE = b"C\x00\x00\x00\x0bCOMMIT\x00"
CHUNK = 64 * 1024


class Line:
    """One session. `is_batch`: its transaction has moved a shard's checkpoint."""

    def __init__(self, wire: "Wire") -> None:
        self.wire = wire
        self.is_batch = self.is_doomed = False
        self._rest = bytearray()
        self._has_begun = False

    def said(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) >= 5:
            head = 1 if self._has_begun else 0
            length = head + int.from_bytes(self._rest[head : head + 4], "big")
            if len(self._rest) < length:
                return
            if self._has_begun and self._rest[0] in b"QP":
                self._query(bytes(self._rest[5:length]))
            self._has_begun = True
            del self._rest[:length]

    def _query(self, text: bytes) -> None:
        if b"calls_shard" in text and b'"checkpoint" =' in text:
            self.is_batch = True
        elif text.strip(b"\0") == b"COMMIT":
            self.is_doomed = self.is_batch and self.wire.take_order()
            self.is_batch = False
        elif text.strip(b"\0") == b"ROLLBACK":
            self.is_batch = False


class Wire:
    """A context manager: a thread of its own. `folder` is what clients name as the host."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self.server = folder, server
        self.cuts = 0
        self._orders = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)

    def __enter__(self) -> "Wire":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def lose_the_next_answer(self) -> None:
        """Of the next COMMIT that moves a checkpoint: the server has done it, and its client never hears so."""
        self._orders += 1

    def take_order(self) -> bool:
        if not self._orders:
            return False
        self._orders -= 1
        return True

    async def _listen(self) -> None:
        self._listener = await asyncio.start_unix_server(self._serve, self.folder / NAME)

    async def _close(self) -> None:
        self._listener.close()
        serving = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        to_server = None
        with suppress(OSError, asyncio.CancelledError):
            server, to_server = await asyncio.open_unix_connection(self.server / NAME)
            line = Line(self)
            both = [
                asyncio.ensure_future(self._up(line, client, to_server)),
                asyncio.ensure_future(self._down(line, server, to_client)),
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in both:
                    way.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        for writer in filter(None, (to_client, to_server)):
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _up(self, line: Line, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while data := await client.read(CHUNK):
            line.said(data)
            to_server.write(data)
            await to_server.drain()

    async def _down(self, line: Line, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while data := await server.read(CHUNK):
            if line.is_doomed:
                self.cuts += DONE in data
                return
            to_client.write(data)
            await to_client.drain()
