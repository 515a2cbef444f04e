"""A stand-in for Amazon Kinesis: the real protocol on a real port, the records in memory."""

import asyncio
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from aiohttp import web

from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.server import Server


class KinesisStandIn:
    """Serves while its `with` block runs; what it holds is gone afterwards.

    For boto3: `endpoint_url=stand_in.url`, or AWS_ENDPOINT_URL_KINESIS. `port` 0 takes a free one. Limits are Amazon's:
    an iterator lasts `iterator_age_s`, a shard answers `reads_per_s` GetRecords. Tests ask for faults by POST:
    /_stand_in/fault {"operation", "error", "page", "latency_ms", "times"}, /_stand_in/expire (all iterators) and
    /_stand_in/age {"by_s"} (everything in the streams becomes that much older).

    A consumer is active `registration_s` after it was registered; a subscription lasts `subscription_s`, and for the
    first `resubscribe_s` of it another one to the same shard is refused. A fault of the "operation"
    SubscribeToShardEvent meets a subscription before its next event.
    """

    def __init__(
        self,
        port: int = 0,
        iterator_age_s: float = 300,
        reads_per_s: int = 5,
        subscription_s: float = 300,
        resubscribe_s: float = 5,
        registration_s: float = 0,
    ) -> None:
        self.account = Account(iterator_age_s, reads_per_s, subscription_s, resubscribe_s, registration_s)
        self._port = port
        self._thread: threading.Thread
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        listening: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, args=(listening,), name="kinesis-stand-in", daemon=True)
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
        runner = web.AppRunner(Server(self.account).application(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port, backlog=1024).start()
            listening.set_result(runner.addresses[0][1])
            await self._stop.wait()
        except OSError as error:
            listening.set_exception(error)
        finally:
            await runner.cleanup()
