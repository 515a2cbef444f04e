from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

Value = TypeVar("Value")


class Arrival(Struct, Generic[Value], frozen=True, gc=False):
    """One thing that came on a stream: what a handler made of it, its bytes, and when Kinesis had it."""

    value: Value
    data: bytes
    arrived_at: datetime
