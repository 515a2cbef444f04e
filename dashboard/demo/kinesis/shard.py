"""One shard: its records in the order of their sequence numbers, its place among parents and children."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

ANSWER_BYTES = 10 * 1024 * 1024

# 56 digits, as Amazon's are: so numbers also sort as text, and no reader can get away with a 64-bit integer.
_FIRST_NUMBER = 49 * 10**54
_PER_TICK = 10**38


def sequence_number(tick: int, shard_index: int) -> int:
    return _FIRST_NUMBER + tick * _PER_TICK + shard_index


class Record(msgspec.Struct, rename="pascal"):
    """A record as GetRecords writes it; the arrival in seconds since 1970."""

    sequence_number: str
    approximate_arrival_timestamp: float
    data: bytes
    partition_key: str

    @property
    def number(self) -> int:
        return int(self.sequence_number)

    @property
    def arrived_at(self) -> float:
        return self.approximate_arrival_timestamp

    @property
    def size(self) -> int:
        return len(self.data) + len(self.partition_key.encode())


@dataclass(frozen=True)
class Page:
    records: list[Record]
    next_position: int
    behind_ms: int
    is_last: bool


@dataclass
class Shard:
    index: int
    first_hash: int
    last_hash: int
    first_number: int
    opened_at: float
    parents: tuple[str, ...] = ()
    last_number: int | None = None
    closed_at: float | None = None
    records: list[Record] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"shardId-{self.index:012d}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def gave(self, number: int) -> bool:
        return _FIRST_NUMBER <= number < _FIRST_NUMBER + 10**54 and number % _PER_TICK == self.index

    def append(self, number: int, key: str, data: bytes, now: float) -> Record:
        # The clock may step back; a search by arrival needs arrivals in order.
        latest = self.records[-1].arrived_at if self.records else 0.0
        record = Record(str(number), max(round(now, 3), latest), data, key)
        self.records.append(record)
        return record

    def close(self, number: int, now: float) -> None:
        self.last_number, self.closed_at = number, now

    def trim(self, horizon: float) -> None:
        if self.records and self.records[0].arrived_at < horizon:
            del self.records[: self._first_at(horizon)]

    def position_at(self, moment: float) -> int | None:
        """The number of the first record that arrived at or after `moment`; None when there is none yet."""
        first = self._first_at(moment)
        return self.records[first].number if first < len(self.records) else None

    def page(self, position: int, limit: int, now: float) -> Page:
        start = bisect_left(self.records, position, key=lambda record: record.number)
        records = list(_fitting(self.records[start : start + limit]))
        if start + len(records) < len(self.records):
            last = records[-1]
            return Page(records, last.number + 1, max(1, int((now - last.arrived_at) * 1000)), is_last=False)
        return Page(records, records[-1].number + 1 if records else position, 0, is_last=not self.is_open)

    def age(self, by_s: float) -> None:
        for record in self.records:
            record.approximate_arrival_timestamp -= by_s
        self.opened_at -= by_s
        if self.closed_at is not None:
            self.closed_at -= by_s

    def hash_range(self) -> dict[str, str]:
        return {"StartingHashKey": str(self.first_hash), "EndingHashKey": str(self.last_hash)}

    def description(self) -> dict[str, Any]:
        numbers = {"StartingSequenceNumber": str(self.first_number)}
        if self.last_number is not None:
            numbers["EndingSequenceNumber"] = str(self.last_number)
        parents = dict(zip(("ParentShardId", "AdjacentParentShardId"), self.parents, strict=False))
        return {"ShardId": self.id, **parents, "HashKeyRange": self.hash_range(), "SequenceNumberRange": numbers}

    def _first_at(self, moment: float) -> int:
        return bisect_left(self.records, moment, key=lambda record: record.arrived_at)


def _fitting(records: list[Record]) -> Iterator[Record]:
    room = ANSWER_BYTES
    for record in records:
        room -= record.size
        if room < 0:
            return
        yield record
