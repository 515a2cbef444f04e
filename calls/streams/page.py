"""What Kinesis gives in one piece, asked for or pushed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kinesis.type_defs import (
        ChildShardTypeDef,
        GetRecordsOutputTypeDef,
        RecordTypeDef,
        SubscribeToShardEventTypeDef,
    )


@dataclass(frozen=True)
class Page:
    records: Sequence[RecordTypeDef]
    behind_ms: int
    is_last: bool
    children: Sequence[ChildShardTypeDef] = ()

    @classmethod
    def of_answer(cls, answer: GetRecordsOutputTypeDef) -> Page:
        is_last = answer.get("NextShardIterator") is None
        return cls(answer["Records"], answer.get("MillisBehindLatest", 0), is_last, answer.get("ChildShards", ()))

    @classmethod
    def of_event(cls, event: SubscribeToShardEventTypeDef) -> Page:
        children = event.get("ChildShards", ())
        return cls(event["Records"], event.get("MillisBehindLatest", 0), bool(children), children)

    @property
    def arrived(self) -> list[tuple[bytes, datetime]]:
        return [(record["Data"], record["ApproximateArrivalTimestamp"].astimezone(UTC)) for record in self.records]

    @property
    def checkpoint(self) -> str:
        return self.records[-1]["SequenceNumber"]

    @property
    def first_at(self) -> datetime:
        return self.records[0]["ApproximateArrivalTimestamp"].astimezone(UTC)

    @property
    def newest_at(self) -> datetime:
        return self.records[-1]["ApproximateArrivalTimestamp"].astimezone(UTC)
