"""Faults on request, outside of AWS's protocol: what a reader must survive and a quiet stand-in would never do."""

import asyncio

import msgspec

from dashboard.demo.kinesis.errors import KinesisError


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """The next `times` calls of `operation` (None: of any) wait `latency_ms`, then fail with `error` if named."""

    operation: str | None = None
    error: str | None = None
    latency_ms: float = 0
    times: int = 1


class Faults:
    def __init__(self) -> None:
        self._pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._pending.append(fault)

    async def meet(self, operation: str) -> None:
        fault = self._take(operation)
        if fault is None:
            return
        await asyncio.sleep(fault.latency_ms / 1000)
        if fault.error is not None:
            raise KinesisError(fault.error, "A fault on request.")

    def _take(self, operation: str) -> Fault | None:
        for fault in self._pending:
            if fault.operation in (None, operation):
                fault.times -= 1
                if fault.times <= 0:
                    self._pending.remove(fault)
                return fault
        return None
