from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Arrival(Generic[Value]):
    """One thing that came on a stream: what a handler made of it, its bytes, and when Kinesis had it."""

    value: Value
    data: bytes
    arrived_at: datetime
