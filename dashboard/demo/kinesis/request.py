"""What requests share. msgspec checks types and bounds while it decodes; its complaints name a field, never a value."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.stream import Stream

Answer = dict[str, Any]

Name = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_.-]+$")]
Arn = Annotated[str, Meta(max_length=2048, pattern=r"^arn:aws.*:kinesis:.*:\d{12}:stream/[a-zA-Z0-9_.-]+$")]
Digits = Annotated[str, Meta(pattern=r"^(0|[1-9]\d{0,128})$")]
Count = Annotated[int, Meta(ge=1, le=10_000)]


class Request(msgspec.Struct, rename="pascal", kw_only=True, frozen=True):
    pass


class StreamRequest(Request, kw_only=True, frozen=True):
    stream_name: Name | None = None
    stream_arn: Arn | None = msgspec.field(default=None, name="StreamARN")

    def stream(self, account: Account) -> Stream:
        return account.stream(self.stream_name, self.stream_arn)
