"""An application on a loopback port, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from aiohttp import web


class Served:
    """Serves while its `with` block runs, anew with each. `port` 0 takes a free one."""

    def __init__(self, application: Callable[[], web.Application], port: int, name: str) -> None:
        self._application = application
        self._port = port
        self._name = name
        self._thread: threading.Thread
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        listening: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(listening,), name=self._name, daemon=True)
        self._thread.start()
        try:
            self._port = listening.result()
        except BaseException:
            self._thread.join()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self, listening: Future[int]) -> None:
        asyncio.run(self._serve(listening))

    async def _serve(self, listening: Future[int]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port, backlog=1024).start()
            listening.set_result(runner.addresses[0][1])
            await self._stop.wait()
        except OSError as error:
            listening.set_exception(error)
        finally:
            await runner.cleanup()
