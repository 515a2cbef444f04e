"""One stream: its shards, open and closed, and where a key belongs. It has no clock: callers say what time it is."""

import asyncio
import hashlib
from bisect import bisect_right
from itertools import pairwise
from typing import Any

from dashboard.demo.kinesis.consumer import Consumer
from dashboard.demo.kinesis.errors import invalid, not_found
from dashboard.demo.kinesis.shard import Record, Shard, sequence_number

HASH_KEYS = 2**128


class Stream:
    def __init__(self, name: str, shard_count: int, now: float, max_record_kib: int = 1024) -> None:
        self.name = name
        self.created_at = now
        self.retention_h = 24
        self.max_record_kib = max_record_kib
        self.consumers: dict[str, Consumer] = {}
        self._woken = asyncio.Event()
        self._shards: dict[str, Shard] = {}
        self._open: list[Shard] = []
        self._made = 0
        self._tick = 0
        edges = [HASH_KEYS * index // shard_count for index in range(shard_count + 1)]
        for first, after in pairwise(edges):
            self._add(first, after - 1, (), now)

    @property
    def arn(self) -> str:
        return f"arn:aws:kinesis:us-east-1:123456789012:stream/{self.name}"

    @property
    def open_shard_count(self) -> int:
        return len(self._open)

    def shards(self, now: float) -> list[Shard]:
        """Open shards, and closed ones for as long as a record in them could be kept."""
        horizon = self._horizon(now)
        for shard in list(self._shards.values()):
            if shard.closed_at is not None and shard.closed_at < horizon:
                del self._shards[shard.id]
        return list(self._shards.values())

    def shards_at(self, moment: float, now: float) -> list[Shard]:
        """Those that were open at the moment; one before the trim horizon stands for the horizon."""
        since = max(moment, self._horizon(now), self.created_at)
        return [shard for shard in self.shards_from(since, now) if shard.opened_at <= since]

    def shards_from(self, moment: float, now: float) -> list[Shard]:
        """Those that were open at the moment or later."""
        return [shard for shard in self.shards(now) if shard.closed_at is None or shard.closed_at >= moment]

    def shard(self, shard_id: str, now: float) -> Shard:
        """The shard, trimmed to what is still kept."""
        self.shards(now)
        if shard_id not in self._shards:
            raise not_found(f"Could not find shard {shard_id} in stream {self.name}.")
        shard = self._shards[shard_id]
        shard.trim(self._horizon(now))
        return shard

    def children(self, parent: Shard) -> list[Shard]:
        return [shard for shard in self._shards.values() if parent.id in shard.parents]

    def put(self, key: str, hash_key: int | None, data: bytes, now: float) -> tuple[Shard, Record]:
        shard = self._shard_for(_hash(key) if hash_key is None else hash_key)
        shard.trim(self._horizon(now))
        self._wake()
        return shard, shard.append(self._next_number(shard.index, now), key, data, now)

    def woken(self) -> asyncio.Event:
        """Set at the next change, once: who waits asks for it before looking."""
        return self._woken

    def tip(self, shard: Shard, now: float) -> int:
        """A position behind every record of the shard and before every one to come."""
        return self._next_number(shard.index, now)

    def split(self, shard_id: str, at: int, now: float) -> None:
        parent = self._open_shard(shard_id, now)
        if not parent.first_hash + 1 < at < parent.last_hash:
            raise invalid(
                f"NewStartingHashKey {at} used in SplitShard() on shard {shard_id} in stream {self.name} is not both "
                f"greater than one plus the shard's StartingHashKey {parent.first_hash} and less than the shard's "
                f"EndingHashKey {parent.last_hash}."
            )
        self._close(parent, now)
        self._add(parent.first_hash, at - 1, (parent.id,), now)
        self._add(at, parent.last_hash, (parent.id,), now)

    def merge(self, shard_id: str, adjacent_id: str, now: float) -> None:
        pair = [self._open_shard(shard_id, now), self._open_shard(adjacent_id, now)]
        low, high = sorted(pair, key=lambda shard: shard.first_hash)
        if low.last_hash + 1 != high.first_hash:
            raise invalid(f"Shards {shard_id} and {adjacent_id} in stream {self.name} are not an adjacent pair.")
        for parent in pair:
            self._close(parent, now)
        self._add(low.first_hash, high.last_hash, (shard_id, adjacent_id), now)

    def keep_for(self, hours: int) -> None:
        if hours < self.retention_h:
            raise invalid(
                f"Requested retention period ({hours} hours) for stream {self.name} can not be shorter than existing "
                f"retention period ({self.retention_h} hours)."
            )
        self.retention_h = hours

    def age(self, by_s: float) -> None:
        self.created_at -= by_s
        for shard in self._shards.values():
            shard.age(by_s)

    def summary(self) -> dict[str, Any]:
        return {
            "StreamName": self.name,
            "StreamARN": self.arn,
            "StreamStatus": "ACTIVE",
            "StreamModeDetails": {"StreamMode": "PROVISIONED"},
            "StreamCreationTimestamp": self.created_at,
        }

    def description(self) -> dict[str, Any]:
        return self.summary() | {
            "RetentionPeriodHours": self.retention_h,
            "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
            "EncryptionType": "NONE",
        }

    def _wake(self) -> None:
        self._woken.set()
        self._woken = asyncio.Event()

    def _shard_for(self, hash_key: int) -> Shard:
        return self._open[bisect_right(self._open, hash_key, key=lambda shard: shard.first_hash) - 1]

    def _open_shard(self, shard_id: str, now: float) -> Shard:
        shard = self.shard(shard_id, now)
        if not shard.is_open:
            raise invalid(f"Shard {shard_id} in stream {self.name} is closed already.")
        return shard

    def _add(self, first_hash: int, last_hash: int, parents: tuple[str, ...], now: float) -> None:
        shard = Shard(self._made, first_hash, last_hash, self._next_number(self._made, now), now, parents)
        self._made += 1
        self._shards[shard.id] = shard
        self._open = sorted([*self._open, shard], key=lambda shard: shard.first_hash)

    def _close(self, shard: Shard, now: float) -> None:
        shard.close(self._next_number(shard.index, now), now)
        self._open.remove(shard)
        self._wake()

    def _next_number(self, shard_index: int, now: float) -> int:
        # From the time, so that a checkpoint of an earlier run lies before every record of this one.
        self._tick = max(self._tick + 1, int(now * 1_000_000))
        return sequence_number(self._tick, shard_index)

    def _horizon(self, now: float) -> float:
        return now - self.retention_h * 3600


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.md5(key.encode(), usedforsecurity=False).digest())
