"""Faults on request, outside of AWS's protocol: what a reader must survive and a quiet stand-in would never do."""

import asyncio
from typing import Any, Literal

import msgspec

from dashboard.demo.kinesis.errors import KinesisError


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """The next `times` calls of `operation` (None: of any) wait `latency_ms`, then fail with `error` if named.

    `page` is for GetRecords: an `empty` one says that there is more, as Kinesis does in long stretches without records;
    an `endless` one has no iterator to go on with, though the shard is open.
    """

    operation: str | None = None
    error: str | None = None
    page: Literal["empty", "endless"] | None = None
    latency_ms: float = 0
    times: int = 1


class Faults:
    def __init__(self) -> None:
        self._pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._pending.append(fault)

    async def meet(self, operation: str) -> Fault | None:
        fault = self._take(operation)
        if fault is None:
            return None
        await asyncio.sleep(fault.latency_ms / 1000)
        if fault.error is not None:
            raise KinesisError(fault.error, "A fault on request.")
        return fault

    def _take(self, operation: str) -> Fault | None:
        for fault in self._pending:
            if fault.operation in (None, operation):
                fault.times -= 1
                if fault.times <= 0:
                    self._pending.remove(fault)
                return fault
        return None


def spoilt(page: dict[str, Any], fault: Fault, iterator: str) -> dict[str, Any]:
    """The answer of GetRecords as the fault wants it."""
    if fault.page == "empty":
        return {"Records": [], "NextShardIterator": iterator, "MillisBehindLatest": 1000}
    return {name: value for name, value in page.items() if name != "NextShardIterator"}
