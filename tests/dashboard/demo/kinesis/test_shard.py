from collections.abc import Iterator
from typing import Any

from dashboard.demo.kinesis.shard import Record, Shard, sequence_number
from dashboard.demo.kinesis.stream import Stream

NOON = 1_790_000_000.0


class Watched(list[Record]):
    """A list that counts what is looked at, and cannot be walked through."""

    looked_at = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.looked_at += len(found) if isinstance(place, slice) else 1
        return found

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("walked through the whole shard")


def test_a_long_shard_is_searched_and_not_walked_through() -> None:
    shard = Shard(0, 0, 2**128 - 1, sequence_number(0, 0), NOON)
    numbers = [sequence_number(tick, 0) for tick in range(1, 100_001)]
    for number in numbers:
        shard.append(number, "alice", b"x", NOON)
    shard.records = Watched(shard.records)
    page = shard.page(numbers[70_000], 10, NOON)
    assert [record.number for record in page.records] == numbers[70_000:70_010]
    assert shard.records.looked_at < 100


def test_numbers_and_arrivals_grow_even_when_the_clock_steps_back() -> None:
    stream = Stream("calls", 1, NOON)
    (_, first), (_, second) = [stream.put("alice", None, b"x", now) for now in (NOON + 10, NOON - 10)]
    assert second.number > first.number
    assert second.arrived_at == first.arrived_at


def test_a_thousand_shards_share_the_hash_keys_evenly() -> None:
    shards = Stream("calls", 1000, NOON).shards(NOON)
    widths = {shard.last_hash - shard.first_hash + 1 for shard in shards}
    assert sum(shard.last_hash - shard.first_hash + 1 for shard in shards) == 2**128
    assert max(widths) - min(widths) <= 1
