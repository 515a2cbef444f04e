"""Puts bursts on the streams, and remembers under which sequence number each record lies."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from tests.faults.burst import Put
from tests.faults.comparison import Fault

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

    from tests.faults.held import Held

Shard = tuple[str, str]  # stream and shard id


class Producer:
    def __init__(self, kinesis: KinesisClient) -> None:
        self.kinesis = kinesis
        self.numbers: defaultdict[Shard, int] = defaultdict(int)  # the last sequence number of each
        self.counts: Counter[Shard] = Counter()
        self._lying: list[tuple[Shard, int, Put]] = []  # of this burst
        self._lock = threading.Lock()

    def begin(self) -> None:
        self._lying = []

    def put(self, puts: Iterable[Put]) -> None:
        """In their order within each stream."""
        for stream, of_stream in groupby(sorted(puts, key=lambda put: put.stream), lambda put: put.stream):
            batch = list(of_stream)
            answer = self.kinesis.put_records(
                StreamName=stream, Records=[{"Data": put.data, "PartitionKey": put.key} for put in batch]
            )
            with self._lock:
                for put, told in zip(batch, answer["Records"], strict=True):
                    shard, number = (stream, told["ShardId"]), int(told["SequenceNumber"])
                    self._lying.append((shard, number, put))
                    self._count(shard, number)

    def put_into(self, stream: str, shard: int, shards: int, data: bytes) -> None:
        """One record into that shard of so many, beside any burst."""
        at = str(2**128 * shard // shards)
        told = self.kinesis.put_record(StreamName=stream, PartitionKey="any", ExplicitHashKey=at, Data=data)
        with self._lock:
            self._count((stream, told["ShardId"]), int(told["SequenceNumber"]))

    def _count(self, shard: Shard, number: int) -> None:
        self.numbers[shard] = max(self.numbers[shard], number)
        self.counts[shard] += 1

    def read(self, held: Held) -> list[Put]:
        """What lies at or before the checkpoints of a snapshot."""
        with self._lock:
            lying = list(self._lying)
        return [put for shard, number, put in lying if number <= int(held.checkpoints.get(shard) or 0)]

    def is_drained(self, checkpoints: dict[Shard, str]) -> bool:
        return all(int(checkpoints.get(shard) or 0) >= number for shard, number in self.numbers.items())

    def miscounted(self, held: Held) -> list[Fault]:
        """Shards that count other than each record once. What is wrong once is not told of every later burst."""
        found = []
        for shard, count in self.counts.items():
            told = held.counted.get(shard, 0)
            if told != count:
                found.append(Fault("doubled row" if told > count else "lost", f"{shard} counts {told}, not {count}"))
                self.counts[shard] = told
        return found
