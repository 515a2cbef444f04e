"""What a stream still holds of a time, read beside the live readers: their leases and checkpoints are not touched."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.utils import timezone

from calls.models import Stream
from calls.streams.kinesis import kinesis_for
from calls.streams.reader import THROTTLED

from .source import Found, Position, Remark, SourceError

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import GetRecordsOutputTypeDef

# Kinesis gives all readers of a shard five reads and 2 MB a second together: most of both is left to the live reader.
LIMIT = 250
PAUSE_S = 1.0
TRIES = 5


class KinesisRange:
    def __init__(self, stream: Stream, from_at: datetime, to_at: datetime) -> None:
        self.stream, self.from_at, self.to_at = stream, from_at, to_at
        self._waiting = threading.Event()  # never set

    @cached_property
    def client(self) -> KinesisClient:
        return kinesis_for(self.stream.instance)

    @cached_property
    def shard_ids(self) -> list[str]:
        """Parents before their children, which are numbered later; closed ones too."""
        with _told():
            answer = self.client.list_shards(**self.stream.address)
            found = answer["Shards"]
            while token := answer.get("NextToken"):
                answer = self.client.list_shards(NextToken=token)
                found += answer["Shards"]
        return sorted(shard["ShardId"] for shard in found)

    @property
    def _each_ms(self) -> int:
        return (self.to_at - self.from_at) // timedelta(milliseconds=1)

    def total(self, beat: Callable[[], None]) -> int:
        return len(self.shard_ids) * self._each_ms

    def records(self, after: Position, beat: Callable[[], None]) -> Iterator[Found | Remark]:
        for number, shard_id in enumerate(self.shard_ids):
            if shard_id >= after.get("shard", ""):
                last = after["number"] if shard_id == after.get("shard") else ""
                yield from self._records(shard_id, last, number * self._each_ms, beat)

    def _records(self, shard_id: str, last: str, done: int, beat: Callable[[], None]) -> Iterator[Found]:
        iterator: str | None = self._iterator(shard_id, last)
        while iterator:
            beat()
            answer = self._read(iterator)
            for record in answer["Records"]:
                arrived_at = record["ApproximateArrivalTimestamp"].astimezone(UTC)
                if arrived_at < self.to_at:
                    place = {"shard": shard_id, "number": record["SequenceNumber"]}
                    passed = max(timedelta(0), arrived_at - self.from_at) // timedelta(milliseconds=1)
                    yield Found(record["Data"], arrived_at, place, done + passed)
            iterator = None if self._is_past(answer) else answer.get("NextShardIterator")
            if iterator:
                self._waiting.wait(PAUSE_S)

    def _is_past(self, answer: GetRecordsOutputTypeDef) -> bool:
        """The next records had not arrived before `to_at`; an empty page tells by how far behind it is."""
        if answer["Records"]:
            return answer["Records"][-1]["ApproximateArrivalTimestamp"] >= self.to_at
        return timezone.now() - timedelta(milliseconds=answer.get("MillisBehindLatest", 0)) >= self.to_at

    def _iterator(self, shard_id: str, last: str) -> str:
        request: dict[str, Any] = {**self.stream.address, "ShardId": shard_id}
        if last:
            request |= {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": last}
        else:
            request |= {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": self.from_at}
        with _told():
            return self.client.get_shard_iterator(**request)["ShardIterator"]

    def _read(self, iterator: str) -> GetRecordsOutputTypeDef:
        for _ in range(TRIES):
            try:
                with _told():
                    return self.client.get_records(ShardIterator=iterator, Limit=LIMIT)
            except _Throttled:
                self._waiting.wait(2 * PAUSE_S)
        raise _Throttled


class _Throttled(SourceError):  # noqa: N818
    def __init__(self) -> None:
        super().__init__("Kinesis is too busy with other readers of this stream.")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in THROTTLED:
            raise _Throttled from None
        raise SourceError(f"Kinesis refuses: {code}.") from None
    except BotoCoreError as error:
        raise SourceError(f"Kinesis does not answer: {type(error).__name__}.") from None
