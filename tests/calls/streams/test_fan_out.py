"""Records that are pushed are written like those that are asked for, and what is not pushed is asked for."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection
from mypy_boto3_kinesis import KinesisClient
from pytest_django import Settings

from calls.models import Shard, Stream
from calls.streams import reader
from calls.streams.fan_out import SILENCE_S
from calls.streams.listing import list_shards
from dashboard.demo.kinesis import KinesisStandIn
from tests.calls.streams.reading import NAME, known, put, read_slice, stop_when
from tests.calls.world import World

MIDDLE = str(2**127)


@pytest.fixture
def shard(world: World, kinesis: KinesisClient, stand_in: KinesisStandIn, settings: Settings) -> Shard:
    """Of a stream that is pushed, to a consumer that is there."""
    settings.READ_SLICE_S = 60
    stand_in.account.resubscribe_s = 0
    Stream.objects.filter(name=NAME).update(is_fanned_out=True, poll_ms=1)
    list_shards(kinesis, world.stream)
    kinesis.register_stream_consumer(StreamARN=stand_in.account.streams[NAME].arn, ConsumerName="ringback")
    return Shard.objects.get()


def trouble() -> str:
    return Stream.objects.get(name=NAME).trouble


def test_pushed_records_are_written_with_their_checkpoint(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None]
) -> None:
    fault(operation="GetRecords", error="AccessDeniedException", times=1000)
    put(kinesis, "c1", "c2")
    stop_when(lambda: known() == ["c1", "c2"])
    read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (known(), shard.records, shard.behind_ms, trouble()) == (["c1", "c2"], 2, 0, "")
    put(kinesis, "c3")
    stop_when(lambda: known() == ["c1", "c2", "c3"])
    read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert shard.records == 3


def test_records_that_come_later_are_pushed_too(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None]
) -> None:
    fault(operation="GetRecords", error="AccessDeniedException", times=1000)
    put(kinesis, "c1")
    is_more_put: list[bool] = []

    def is_all_there() -> bool:
        if known() == ["c1"] and not is_more_put:
            put(kinesis, "c2")
            is_more_put.append(True)
        return known() == ["c1", "c2"]

    stop_when(is_all_there)
    read_slice(shard.pk, "me")
    assert known() == ["c1", "c2"]


def test_a_subscription_that_ends_is_followed_by_the_next(
    shard: Shard, kinesis: KinesisClient, stand_in: KinesisStandIn, fault: Callable[..., None]
) -> None:
    fault(operation="GetRecords", error="AccessDeniedException", times=1000)
    stand_in.account.subscription_s = 0.1
    begun = []

    def is_the_third() -> bool:
        (consumer,) = stand_in.account.streams[NAME].consumers.values()
        if consumer.subscribed_at.get(shard.shard_id) not in begun:
            begun.append(consumer.subscribed_at.get(shard.shard_id))
            put(kinesis, f"c{len(begun)}")
        return known() == ["c1", "c2", "c3"]

    stop_when(is_the_third)
    read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (known()[:3], trouble()) == (["c1", "c2", "c3"], "")


def test_a_closed_shard_ends_with_its_children_known(
    shard: Shard, kinesis: KinesisClient, settings: Settings, fault: Callable[..., None]
) -> None:
    settings.LEASE_RENEW_S = 0.001
    fault(operation="GetRecords", error="AccessDeniedException", times=1000)
    put(kinesis, "c1")
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=MIDDLE)
    assert not read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (shard.is_ended, known()) == (True, ["c1"])
    put(kinesis, "c2")
    for child in Shard.objects.readable():
        stop_when(partial(is_read, child.pk))
        read_slice(child.pk, "me")
    assert known() == ["c1", "c2"]


def is_known(contact_id: str) -> bool:
    return contact_id in known()


def is_read(shard_pk: int) -> bool:
    return Shard.objects.filter(pk=shard_pk, read_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ("SubscribeToShard", "LimitExceededException"),
        ("DescribeStreamConsumer", "AccessDeniedException"),
        ("SubscribeToShardEvent", "InternalFailureException"),
    ],
)
def test_what_keeps_kinesis_from_pushing_is_said_and_the_shard_is_polled(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None], operation: str, error: str
) -> None:
    fault(operation=operation, error=error, times=1000)
    put(kinesis, "c1")
    stop_when(lambda: known() == ["c1"] and bool(trouble()))
    read_slice(shard.pk, "me")
    assert known() == ["c1"]
    assert error in trouble()
    assert trouble().startswith("Polled, since")


def test_the_consumer_is_registered_once_and_keeps_nobody_waiting_until_it_is_active(
    shard: Shard, kinesis: KinesisClient, stand_in: KinesisStandIn
) -> None:
    consumers = stand_in.account.streams[NAME].consumers
    consumers.clear()
    stand_in.account.registration_s = 3600
    put(kinesis, "c1")
    stop_when(lambda: known() == ["c1"] and "CREATING" in trouble())
    read_slice(shard.pk, "me")
    assert (known(), list(consumers)) == (["c1"], ["ringback"])
    consumers["ringback"].active_at = 0
    put(kinesis, "c2")
    stop_when(lambda: known() == ["c1", "c2"] and trouble() == "")
    read_slice(shard.pk, "me")
    assert pushed_shards(stand_in) == [shard.shard_id]


def test_a_stream_with_too_many_consumers_is_polled(
    shard: Shard, kinesis: KinesisClient, stand_in: KinesisStandIn, fault: Callable[..., None]
) -> None:
    stand_in.account.streams[NAME].consumers.clear()
    fault(operation="RegisterStreamConsumer", error="LimitExceededException", times=1000)
    put(kinesis, "c1")
    stop_when(lambda: known() == ["c1"] and "LimitExceededException" in trouble())
    read_slice(shard.pk, "me")
    assert known() == ["c1"]


def test_pushing_is_tried_again_and_its_trouble_is_over(
    shard: Shard, kinesis: KinesisClient, stand_in: KinesisStandIn, fault: Callable[..., None]
) -> None:
    fault(operation="SubscribeToShard", error="AccessDeniedException")
    put(kinesis, "c1")
    troubles = set()

    def is_over() -> bool:
        troubles.add(trouble())
        return bool(pushed_shards(stand_in)) and trouble() == ""

    stop_when(is_over)
    read_slice(shard.pk, "me")
    assert (known(), trouble(), len(troubles)) == (["c1"], "", 2)


def pushed_shards(stand_in: KinesisStandIn) -> list[str]:
    return [name for each in stand_in.account.streams[NAME].consumers.values() for name in each.subscribed_at]


def test_a_subscription_of_a_moment_ago_is_no_trouble(
    shard: Shard, kinesis: KinesisClient, stand_in: KinesisStandIn
) -> None:
    """As after a worker's restart: Kinesis refuses a second one for five seconds."""
    stand_in.account.resubscribe_s = 3600
    for contact_id in ("c1", "c2"):
        put(kinesis, contact_id)
        stop_when(partial(is_known, contact_id))
        read_slice(shard.pk, "me")
        assert trouble() == ""
    assert known() == ["c1", "c2"]


def test_a_shard_of_which_nothing_comes_keeps_its_lease(
    shard: Shard, stand_in: KinesisStandIn, settings: Settings
) -> None:
    settings.LEASE_RENEW_S = 0.05
    seen: set[object] = set()

    def is_renewed_often() -> bool:
        seen.update(Shard.objects.filter(owner="me").values_list("lease_expires_at", flat=True))
        return len(seen) > 5

    stop_when(is_renewed_often)
    read_slice(shard.pk, "me")
    assert pushed_shards(stand_in) == [shard.shard_id]


def test_a_shard_that_is_pushed_makes_way_when_another_waits_for_the_slot(
    shard: Shard, kinesis: KinesisClient, world: World
) -> None:
    put(kinesis, "c1")
    Shard.objects.create(stream=world.lens, shard_id="shardId-000000000000")
    assert read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (known(), shard.owner, shard.queued_at) == (["c1"], "", None)


def test_a_reader_whose_lease_was_taken_hears_no_more(shard: Shard, settings: Settings) -> None:
    settings.LEASE_RENEW_S = 0.05

    def is_taken() -> bool:
        Shard.objects.filter(owner="me").update(owner="another")
        return False

    stop_when(is_taken)
    assert not read_slice(shard.pk, "me")
    assert Shard.objects.get().owner == "another"


@pytest.fixture
def listening(
    world_apart: World, kinesis: KinesisClient, stand_in: KinesisStandIn, settings: Settings
) -> Iterator[threading.Thread]:
    """A reader with nothing to hear."""
    settings.READ_SLICE_S = 600
    stand_in.account.heartbeat_s = 3600
    Stream.objects.filter(name=NAME).update(is_fanned_out=True)
    list_shards(kinesis, world_apart.stream)
    kinesis.register_stream_consumer(StreamARN=stand_in.account.streams[NAME].arn, ConsumerName="ringback")
    pk = Shard.objects.get().pk

    def run() -> None:
        read_slice(pk, "me")
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield thread
    reader.stopping.set()
    thread.join()


def test_a_worker_that_stops_is_not_kept_by_a_silent_subscription(
    listening: threading.Thread, stand_in: KinesisStandIn
) -> None:
    """Who waited for Kinesis to say something would be there for as long as a subscription may be silent."""
    while not pushed_shards(stand_in):
        listening.join(0.01)
    reader.stopping.set()
    listening.join(SILENCE_S / 2)
    assert not listening.is_alive()
    assert Shard.objects.get().owner == ""
    assert not [each for each in threading.enumerate() if each.name.endswith("shardId-000000000000")]
