"""Kinesis as it is on its worse days: a reader goes on from the checkpoint, and loses and doubles nothing."""

import threading
from collections.abc import Callable
from contextlib import suppress

from mypy_boto3_kinesis import KinesisClient
from pytest_django import Settings

from calls.aws import forget_clients
from calls.models import Shard, Stream
from calls.streams.kinesis import kinesis_for
from calls.streams.listing import note_children
from dashboard.demo.kinesis import KinesisStandIn
from tests.calls.streams.reading import NAME, known, put, read_slice, stop_when
from tests.calls.world import World
from tests.dashboard.demo.kinesis.reading import iterator

MIDDLE = str(2**127)


def test_empty_pages_while_behind_are_read_on_at_once(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None], settings: Settings
) -> None:
    settings.READ_SLICE_S = 30
    Stream.objects.update(poll_ms=60_000)  # one rest would be the end of the slice
    put(kinesis, "c1")
    fault(operation="GetRecords", page="empty", times=5)
    stop_when(lambda: known() == ["c1"])
    read_slice(shard.pk, "me")
    assert known() == ["c1"]


def test_a_null_iterator_of_a_shard_that_is_open_is_not_its_end(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None]
) -> None:
    put(kinesis, "c1")
    fault(operation="GetRecords", page="endless")
    assert read_slice(shard.pk, "me")
    put(kinesis, "c2")
    assert read_slice(shard.pk, "me")
    assert known() == ["c1", "c2"]
    shard.refresh_from_db()
    assert (shard.is_ended, shard.records) == (False, 2)


def test_the_end_of_a_closed_shard_is_its_end_though_its_children_are_not_named(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None]
) -> None:
    put(kinesis, "c1")
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=MIDDLE)
    fault(operation="GetRecords", page="endless", times=100)
    assert not read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (shard.is_ended, known()) == (True, ["c1"])


def test_an_end_makes_the_children_known_without_a_listing(shard: Shard, kinesis: KinesisClient) -> None:
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=MIDDLE)
    put(kinesis, "c1")
    read_slice(shard.pk, "me")
    children = list(Shard.objects.readable().order_by("shard_id"))
    assert [(child.shard_id[-1], child.parent_ids) for child in children] == [
        ("1", [shard.shard_id]),
        ("2", [shard.shard_id]),
    ]
    for child in children:
        read_slice(child.pk, "me")
    assert known() == ["c1"]


def test_a_child_that_also_waits_for_a_parent_not_yet_known_is_left_to_the_listing(world: World) -> None:
    Shard.objects.create(stream=world.stream, shard_id="shardId-000000000001", is_ended=True)
    hashes = {"StartingHashKey": "0", "EndingHashKey": "1"}
    parents = ["shardId-000000000001", "shardId-000000000002"]
    child = {"ShardId": "shardId-000000000003", "ParentShards": parents, "HashKeyRange": hashes}
    note_children(world.stream, [child])  # type: ignore[list-item]
    assert Shard.objects.count() == 1
    Shard.objects.create(stream=world.stream, shard_id="shardId-000000000002")
    note_children(world.stream, [child])  # type: ignore[list-item]
    assert not Shard.objects.readable().filter(shard_id="shardId-000000000003").exists()
    Shard.objects.update(is_ended=True)
    Shard.objects.filter(shard_id="shardId-000000000003").update(is_ended=False)
    assert Shard.objects.readable().get().parent_ids == parents


def test_iterators_that_expire_again_and_again_lose_nothing(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None], settings: Settings
) -> None:
    settings.READ_SLICE_S = 30
    fault(operation="GetRecords", error="ExpiredIteratorException", times=3)
    put(kinesis, "c1", "c2", "c3")
    stop_when(lambda: known() == ["c1", "c2", "c3"])
    read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (known(), shard.records) == (["c1", "c2", "c3"], 3)


def test_a_shard_that_is_throttled_does_not_seem_to_be_read_lately(
    shard: Shard, fault: Callable[..., None], settings: Settings
) -> None:
    settings.READ_SLICE_S = 60
    looks: list[None] = []

    def is_enough() -> bool:
        looks.append(None)
        if len(looks) == 2:  # the first read is over
            fault(operation="GetRecords", error="ProvisionedThroughputExceededException", times=1000)
        return len(looks) > 6

    stop_when(is_enough)
    read_slice(shard.pk, "me")
    assert Shard.objects.get().read_at is None


def test_a_reader_gets_on_though_somebody_else_asks_for_twice_what_the_shard_allows(
    shard: Shard, kinesis: KinesisClient, stand_in: KinesisStandIn, settings: Settings
) -> None:
    settings.READ_SLICE_S = 60
    stand_in.account.limit_reads(5)
    put(kinesis, "c1")
    start = iterator(kinesis, NAME)
    is_over = threading.Event()

    def read_greedily() -> None:
        while not is_over.wait(0.1):
            with suppress(kinesis.exceptions.ProvisionedThroughputExceededException):
                kinesis.get_records(ShardIterator=start)

    greedy = threading.Thread(target=read_greedily)
    greedy.start()
    try:
        stop_when(lambda: known() == ["c1"])
        read_slice(shard.pk, "me")
    finally:
        is_over.set()
        greedy.join()
    assert known() == ["c1"]
    assert Stream.objects.get(pk=shard.stream_id).trouble == ""


def test_one_client_serves_all_slices_of_an_instance_until_it_is_refused(
    shard: Shard, fault: Callable[..., None]
) -> None:
    instance = shard.stream.instance
    client = kinesis_for(instance)
    read_slice(shard.pk, "me")
    read_slice(shard.pk, "me")
    assert kinesis_for(instance) is client
    fault(operation="GetRecords", error="ExpiredTokenException")
    read_slice(shard.pk, "me")
    assert kinesis_for(instance) is not client


def test_a_client_is_made_anew_when_the_instances_role_changes(world: World) -> None:
    before = kinesis_for(world.instance)
    world.instance.role_arn = "arn:aws:iam::123456789012:role/another"
    assert kinesis_for(world.instance) is not before
    forget_clients(world.instance)
