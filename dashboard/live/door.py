from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import InterfaceError, OperationalError, connection

from .admission import Admitted, Knock, admitted
from .messages import NOT_NOW, RefusedError

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 200
AWAY = (InterfaceError, OperationalError)  # the database is: for all of them

Answer = Admitted | RefusedError


class Door:
    """Whoever comes while the database is asked for others waits, and is asked for together with all who wait.

    It stands only while somebody waits at it: a socket that is let in leaves nothing of it behind.
    """

    _open: dict[asyncio.AbstractEventLoop, Door] = {}

    def __init__(self) -> None:
        self.waiting: list[tuple[Knock, asyncio.Future[Answer]]] = []
        self.asking = asyncio.create_task(self._ask_for_all())

    @classmethod
    async def ask(cls, knock: Knock) -> Admitted:
        """RefusedError with the code to close with."""
        loop = asyncio.get_running_loop()
        if loop not in cls._open:
            cls._open[loop] = cls()
        answer: asyncio.Future[Answer] = loop.create_future()
        cls._open[loop].waiting.append((knock, answer))
        told = await answer
        if isinstance(told, RefusedError):
            raise told
        return told

    async def _ask_for_all(self) -> None:
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="door")  # the one for synchronous code is busy with pages
        try:
            while self.waiting:
                batch, self.waiting = self.waiting[:MOST_AT_ONCE], self.waiting[MOST_AT_ONCE:]
                told = await loop.run_in_executor(thread, _answers, [knock for knock, _ in batch])
                for (_, answer), each in zip(batch, told, strict=True):
                    if not answer.done():  # who left meanwhile waits for none
                        answer.set_result(each)
        finally:
            del self._open[loop]
            thread.submit(lambda: connection.close())  # the thread's own: resolved there
            thread.shutdown(wait=False)


def _answers(knocks: list[Knock]) -> list[Answer]:
    try:
        return admitted(knocks)
    except Exception as error:
        log.exception("Sockets could not be let in; their browsers come again.")
        connection.close()  # the next batch gets a new one
        if len(knocks) == 1 or isinstance(error, AWAY):
            return [RefusedError(NOT_NOW)] * len(knocks)
    return [answer for knock in knocks for answer in _answers([knock])]  # one that cannot be asked for refuses itself
