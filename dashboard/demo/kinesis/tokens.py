"""What Kinesis hands out for the next call: opaque text that ages."""

import base64
import binascii
import time
from typing import Annotated, Self

import msgspec


class Token(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    issued_ns: int = msgspec.field(default_factory=time.time_ns)

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for a text that no server of this kind wrote."""
        try:
            return msgspec.json.decode(base64.b64decode(text, altchars=b"-_", validate=True), type=cls)
        except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
            raise ValueError("not a token") from error

    @property
    def age_s(self) -> float:
        return (time.time_ns() - self.issued_ns) / 1e9


class ShardIterator(Token, frozen=True, kw_only=True):
    stream: str
    shard: str
    position: Annotated[str, msgspec.Meta(pattern=r"^\d{1,60}$")]  # too long for JSON's usual integers

    @property
    def number(self) -> int:
        return int(self.position)


class NextShards(Token, frozen=True, kw_only=True):
    stream: str
    after: str
    only: dict[str, str | float | None] | None = None  # the ShardFilter of the first page
