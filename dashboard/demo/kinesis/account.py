"""The account that the streams belong to: names, the clock and the limits that hold for all of them."""

import time
from collections import defaultdict, deque
from typing import Final

from dashboard.demo.kinesis.errors import KinesisError, invalid, not_found
from dashboard.demo.kinesis.stream import Stream
from dashboard.demo.kinesis.tokens import NextShards, ShardIterator

_NEXT_TOKEN_AGE_S: Final = 300


class Account:
    def __init__(
        self,
        iterator_age_s: float,
        reads_per_s: int,
        subscription_s: float,
        resubscribe_s: float,
        registration_s: float,
    ) -> None:
        self.streams: dict[str, Stream] = {}
        self.subscription_s = subscription_s
        self.resubscribe_s = resubscribe_s
        self.registration_s = registration_s
        self.heartbeat_s: float = 5
        self._iterator_age_s = iterator_age_s
        self._iterators_from_ns = 0
        self.limit_reads(reads_per_s)

    def limit_reads(self, per_s: int) -> None:
        self._reads: dict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=per_s))

    def now(self) -> float:
        return time.time()

    def create(self, name: str, shard_count: int, max_record_kib: int = 1024) -> None:
        if name in self.streams:
            raise KinesisError("ResourceInUseException", f"Stream {name} already exists.")
        self.streams[name] = Stream(name, shard_count, self.now(), max_record_kib)

    def stream(self, name: str | None, arn: str | None = None) -> Stream:
        # Only the name in an ARN counts: a stand-in has no other account and no other region.
        from_arn = arn.rpartition("/")[2] if arn else None
        if name and from_arn and name != from_arn:
            raise invalid("StreamName and StreamARN name different streams.")
        wanted = name or from_arn
        if not wanted:
            raise invalid("Either StreamName or StreamARN is needed.")
        if wanted not in self.streams:
            raise not_found(f"Stream {wanted} not found.")
        return self.streams[wanted]

    def iterator(self, text: str) -> ShardIterator:
        try:
            iterator = ShardIterator.read(text)
        except ValueError:
            raise invalid("Invalid ShardIterator.") from None
        if iterator.age_s > self._iterator_age_s or iterator.issued_ns <= self._iterators_from_ns:
            message = f"Iterator expired. It is older than the {self._iterator_age_s} seconds that one lasts."
            raise KinesisError("ExpiredIteratorException", message)
        return iterator

    def expire_iterators(self) -> None:
        self._iterators_from_ns = time.time_ns()

    def next_shards(self, text: str) -> NextShards:
        try:
            token = NextShards.read(text)
        except ValueError:
            raise invalid("Invalid NextToken.") from None
        if token.age_s > _NEXT_TOKEN_AGE_S:
            raise KinesisError("ExpiredNextTokenException", f"NextToken is older than {_NEXT_TOKEN_AGE_S} seconds.")
        return token

    def admit_read(self, stream: str, shard: str) -> None:
        """Counts a GetRecords; raises when the shard has had as many as it allows in the last second."""
        recent, now = self._reads[stream, shard], time.monotonic()
        if len(recent) == recent.maxlen and now - recent[0] < 1:
            message = f"Rate exceeded for shard {shard} in stream {stream}."
            raise KinesisError("ProvisionedThroughputExceededException", message)
        recent.append(now)
