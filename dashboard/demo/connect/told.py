"""What the control routes take."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from dashboard.demo.connect.errors import ConnectError

Operation = Literal["DescribeContact", "GetCurrentMetricData", "ListQueues"]
Aware = Annotated[datetime, Meta(tz=True)]
Fields = dict[str, Any]  # of a contact, with its Id among them


class Queue(Struct, forbid_unknown_fields=True, omit_defaults=True):
    arn: Annotated[str, Meta(pattern="/queue/")] = msgspec.field(name="Arn")
    name: str | UnsetType = msgspec.field(name="Name", default=UNSET)
    waiting: int | UnsetType = UNSET
    oldest_since: Aware | UnsetType | None = UNSET
    agents_free: int | UnsetType = UNSET
    callbacks: int | UnsetType = UNSET

    def told(self, more: "Queue") -> "Queue":
        return msgspec.structs.replace(
            self, **{name: value for name, value in msgspec.structs.asdict(more).items() if value is not UNSET}
        )


class Rules(Struct, forbid_unknown_fields=True):
    per_s: Annotated[float, Meta(gt=0)] | None = None
    denied: list[Operation] = []


class Fault(Struct, forbid_unknown_fields=True):
    operation: Operation | None = None
    error: str | None = None
    latency_ms: float = 0
    times: int = 1

    def failure(self) -> ConnectError | None:
        return ConnectError(self.error, "A fault on request.") if self.error else None
