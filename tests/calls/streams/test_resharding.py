"""Split, merge, and a split of a split, while a producer puts and several readers read: nothing lost, nothing doubled.

Every call has one partition key, and its records are put one after another. What the database saw of it, and in which
order, is what the stream's history says.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from mypy_boto3_kinesis import KinesisClient
from pytest_django import Settings

from calls.models import Call, Gap, Shard, Stream
from calls.streams import reader
from calls.streams.listing import list_shards
from calls.streams.turn import take_turn
from dashboard.demo.kinesis import KinesisStandIn
from tests.calls.streams.reading import NAME
from tests.calls.world import World, dropped, newer
from tests.dashboard.demo.kinesis.conftest import connect

READERS = 3
CALLS = 40
ROUNDS = 5
ALL = 2**128


class Producer(threading.Thread):
    """Puts every call's record ROUNDS times, each newer than the one before."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.kinesis = connect(url)
        self.put: defaultdict[str, list[str]] = defaultdict(list)
        self.at_half = threading.Event()

    def run(self) -> None:
        records = {f"c{number}": dropped(f"c{number}") for number in range(CALLS)}
        for turn in range(ROUNDS):
            for contact_id, record in records.items():
                records[contact_id] = newer(record, Attributes={"round": str(turn)})
                answer = self.kinesis.put_record(
                    StreamName=NAME, PartitionKey=contact_id, Data=json.dumps(records[contact_id]).encode()
                )
                self.put[answer["ShardId"]].append(contact_id)
            if turn == ROUNDS // 2:
                self.at_half.set()
        self.kinesis.close()


@contextmanager
def readers(count: int) -> Iterator[None]:
    """Slots as a worker has them, and a sweep that lists now and then."""
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            take_turn()
            is_over.wait(0.02)
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        reader.stopping.set()
        for thread in threads:
            thread.join()


@pytest.fixture
def stream(world_apart: World, kinesis: KinesisClient, settings: Settings) -> Stream:
    settings.READ_SLICE_S = 0.5
    Stream.objects.update(poll_ms=20)
    list_shards(kinesis, world_apart.stream)
    return world_apart.stream


def split(kinesis: KinesisClient, shard_id: str, at: int) -> None:
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard_id, NewStartingHashKey=str(at))


def until(so: Callable[[], bool]) -> None:
    """A minute at most: a test that hangs says nothing."""
    ends_at = time.monotonic() + 60
    while not so():
        assert time.monotonic() < ends_at
        threading.Event().wait(0.05)


def test_resharding_under_load_keeps_every_record_once_and_each_calls_order(
    stream: Stream, kinesis: KinesisClient, stand_in: KinesisStandIn
) -> None:
    producer = Producer(stand_in.url)
    with readers(READERS):
        producer.start()
        until(lambda: is_orderly() and len(producer.put) > 0)
        split(kinesis, "shardId-000000000000", ALL // 2)
        split(kinesis, "shardId-000000000001", ALL // 4)  # a split of a split, before anybody knows of the first
        until(lambda: is_orderly() and producer.at_half.is_set())
        kinesis.merge_shards(
            StreamName=NAME, ShardToMerge="shardId-000000000004", AdjacentShardToMerge="shardId-000000000002"
        )
        split(kinesis, "shardId-000000000003", ALL // 8)
        producer.join()
        until(lambda: is_orderly() and sum(Shard.objects.values_list("records", flat=True)) >= CALLS * ROUNDS)
    shards = {shard.shard_id: shard for shard in Shard.objects.all()}
    assert {name: shards[name].records for name in producer.put} == {
        name: len(put) for name, put in producer.put.items()
    }
    assert sum(shard.records for shard in shards.values()) == CALLS * ROUNDS
    rounds = Call.objects.values_list("contact_id", "record__Attributes__round")
    assert dict(rounds) == {f"c{number}": str(ROUNDS - 1) for number in range(CALLS)}
    assert not Gap.objects.exists()


def test_no_child_is_read_before_its_parents_have_ended(
    stream: Stream, kinesis: KinesisClient, stand_in: KinesisStandIn
) -> None:
    producer = Producer(stand_in.url)
    producer.start()
    producer.join()
    split(kinesis, "shardId-000000000000", ALL // 2)
    kinesis.merge_shards(
        StreamName=NAME, ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002"
    )
    with readers(READERS):
        until(lambda: is_orderly() and Shard.objects.filter(is_ended=True).count() == 3)
    assert Shard.objects.get(shard_id="shardId-000000000003").parent_ids == [
        "shardId-000000000001",
        "shardId-000000000002",
    ]


def is_orderly() -> bool:
    """In one look: whoever has a lease has parents that ended."""
    shards = {shard.shard_id: shard for shard in Shard.objects.all()}
    for shard in shards.values():
        if shard.owner or shard.read_at:
            assert all(shards[parent].is_ended for parent in shard.parent_ids)
    return True
