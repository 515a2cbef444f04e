"""Three times as many shards as slots: who is read, and in which order."""

import gc
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import boto3
import pytest
import requests
from django.db import connection
from django.utils import timezone
from mypy_boto3_kinesis import KinesisClient
from pytest_django import Settings

from calls.models import Call, Shard, Stream
from calls.streams import reader, turn
from calls.streams.kinesis import kinesis_for
from calls.streams.turn import prepare, take_turn
from dashboard.demo.kinesis import KinesisStandIn
from tests.at_once import at_once
from tests.calls.world import World, dropped, now
from tests.dashboard.demo.kinesis.conftest import connect
from tests.journeys.stack import until

SHARDS, SLOTS = 12, 4


@pytest.fixture
def kinesis(stand_in: KinesisStandIn) -> Iterator[KinesisClient]:
    client = connect(stand_in.url)
    yield client
    client.close()


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """As in a process of its own."""
    event = threading.Event()
    monkeypatch.setattr(reader, "stopping", event)
    monkeypatch.setattr(turn, "stopping", event)
    yield event
    event.set()


class Floor:
    """All shards of one stream, and a way to put a record on each."""

    def __init__(self, world: World, kinesis: KinesisClient, shards: int) -> None:
        self.name, self.kinesis = world.stream.name, kinesis
        kinesis.create_stream(StreamName=self.name, ShardCount=shards)
        self.starts = {
            shard["ShardId"]: shard["HashKeyRange"]["StartingHashKey"]
            for shard in kinesis.list_shards(StreamName=self.name)["Shards"]
        }
        Shard.objects.bulk_create(Shard(stream=world.stream, shard_id=shard_id) for shard_id in sorted(self.starts))
        Stream.objects.update(poll_ms=20)
        self.numbers = count()

    def put_on(self, shard: Shard) -> str:
        contact_id = f"c{next(self.numbers)}"
        self.kinesis.put_record(
            StreamName=self.name,
            PartitionKey="k",
            ExplicitHashKey=self.starts[shard.shard_id],
            Data=json.dumps(dropped(contact_id, caller=None)).encode(),
        )
        return contact_id

    def put_on_each(self) -> set[str]:
        return {self.put_on(shard) for shard in self.shards()}

    def shards(self) -> list[Shard]:
        return list(Shard.objects.filter(stream__name=self.name).order_by("pk"))


@pytest.fixture
def floor(world_apart: World, kinesis: KinesisClient) -> Floor:
    return Floor(world_apart, kinesis, SHARDS)


@pytest.fixture
def slots(stop: threading.Event) -> Iterator[Callable[[int], list[int | None]]]:
    """Slots in use, each for turn after turn until it is stopped; what each turn ended with."""
    threads: list[threading.Thread] = []
    ended_with: list[int | None] = []

    def use() -> None:
        try:
            while not stop.is_set():
                ended_with.append(take_turn())
        finally:
            connection.close()

    def begin(number: int) -> list[int | None]:
        threads.extend(threading.Thread(target=use) for _ in range(number))
        for thread in threads:
            thread.start()
        return ended_with

    yield begin
    stop.set()
    for thread in threads:
        thread.join()


def known() -> set[str]:
    return set(Call.objects.values_list("contact_id", flat=True))


def leases() -> list[int]:
    return list(Shard.objects.order_by("pk").values_list("epoch", flat=True))


def test_with_three_times_as_many_shards_as_slots_each_record_is_read_while_all_slots_stay_in_use(
    floor: Floor, slots: Callable[[int], list[int | None]], settings: Settings
) -> None:
    settings.READ_SLICE_S = 600
    ended_with = slots(SLOTS)
    for _ in range(3):
        put = floor.put_on_each()
        until(lambda put=put: put <= known(), "all shards are read")  # type: ignore[misc]
    assert ended_with == []


def test_no_shard_has_many_more_slices_than_another(
    floor: Floor, slots: Callable[[int], list[int | None]], settings: Settings
) -> None:
    settings.READ_SLICE_S = 600
    slots(SLOTS)
    until(lambda: min(leases()) >= 10, "each shard had ten slices")
    assert sum(leases()) <= 2 * SHARDS * min(leases())


def read_up_to(shard: Shard, ago_s: float, behind_s: float = 0, **more: Any) -> None:
    """Last read, and from how far behind."""
    read_at = now() - timedelta(seconds=ago_s)
    Shard.objects.filter(pk=shard.pk).update(read_at=read_at, behind_ms=behind_s * 1000, **more)


@pytest.fixture
def three(world: World) -> list[Shard]:
    return [Shard.objects.create(stream=world.stream, shard_id=name) for name in ("a", "b", "c")]


def in_order() -> list[str]:
    return [shard.shard_id for shard in Shard.objects.waiting().most_urgent_first()]


def test_the_oldest_unread_record_leads(three: list[Shard]) -> None:
    a, b, c = three
    read_up_to(a, ago_s=3)
    read_up_to(b, ago_s=1, behind_s=3600)
    read_up_to(c, ago_s=5)
    assert in_order() == ["b", "c", "a"]


def test_a_shard_that_was_never_read_leads(three: list[Shard]) -> None:
    a, b, _ = three
    read_up_to(a, ago_s=3)
    read_up_to(b, ago_s=1, behind_s=3600)
    assert in_order() == ["c", "b", "a"]


def test_who_has_waited_for_a_slot_for_longer_than_a_lease_goes_before_a_backlog(three: list[Shard]) -> None:
    a, b, c = three
    read_up_to(a, ago_s=9, lease_expires_at=timezone.now() - timedelta(seconds=9))
    read_up_to(b, ago_s=1, behind_s=3600, lease_expires_at=timezone.now() - timedelta(seconds=1))
    read_up_to(c, ago_s=11, lease_expires_at=timezone.now() - timedelta(seconds=11))
    assert in_order() == ["c", "a", "b"]


def test_a_stream_that_cannot_be_read_goes_after_those_that_can(world: World, three: list[Shard]) -> None:
    for shard in three:
        read_up_to(shard, ago_s=1)
    Shard.objects.create(stream=world.lens, shard_id="refused")
    Stream.objects.filter(pk=world.lens.pk).update(trouble="Kinesis refuses: AccessDeniedException")
    assert in_order() == ["a", "b", "c", "refused"]


def test_of_many_slots_that_ask_at_once_each_gets_another_shard(floor: Floor) -> None:
    taken: list[Shard | None] = []

    def take() -> None:
        taken.append(Shard.objects.take_most_urgent(f"slot {threading.get_ident()}"))

    assert at_once(SHARDS, take) == []
    assert sorted(shard.pk for shard in taken if shard) == [shard.pk for shard in floor.shards()]


def test_a_stream_that_fails_keeps_no_slot_from_another(
    world_apart: World, kinesis: KinesisClient, slots: Callable[[int], list[int | None]], settings: Settings
) -> None:
    settings.READ_SLICE_S = 600
    floor = Floor(world_apart, kinesis, 2)
    Shard.objects.bulk_create(Shard(stream=world_apart.lens, shard_id=f"unknown {number}") for number in range(SLOTS))
    slots(SLOTS - 1)
    until(lambda: Stream.objects.get(pk=world_apart.lens.pk).trouble, "the stream fails")
    for _ in range(3):
        put = floor.put_on_each()
        until(lambda put=put: put <= known(), "the other stream is read")  # type: ignore[misc]


def test_a_long_backlog_keeps_no_slot_for_itself(
    world_apart: World,
    stand_in: KinesisStandIn,
    kinesis: KinesisClient,
    slots: Callable[[int], list[int | None]],
    settings: Settings,
) -> None:
    """One slot, and a shard whose end is never reached: each of its reads takes a while, and more is put meanwhile."""
    settings.READ_SLICE_S = 600
    floor = Floor(world_apart, kinesis, 2)
    long, short = floor.shards()
    backlog = [json.dumps(dropped(f"old {number}", caller=None)).encode() for number in range(5000)]
    for first in range(0, len(backlog), 500):
        kinesis.put_records(
            StreamName=floor.name,
            Records=[
                {"Data": data, "PartitionKey": "k", "ExplicitHashKey": floor.starts[long.shard_id]}
                for data in backlog[first : first + 500]
            ],
        )
    wish = {"operation": "GetRecords", "latency_ms": 1500, "times": 20}
    requests.post(f"{stand_in.url}/_stand_in/fault", json=wish, timeout=5).raise_for_status()
    read_up_to(short, ago_s=1)
    contact_id = floor.put_on(short)
    slots(1)
    until(lambda: contact_id in known(), "the other shard is read")
    assert f"old {len(backlog) - 1}" not in known()


def test_when_all_shards_have_a_slot_a_turn_keeps_its_shard_to_the_end(
    world_apart: World, kinesis: KinesisClient, stop: threading.Event, settings: Settings
) -> None:
    settings.READ_SLICE_S = 1.5
    floor = Floor(world_apart, kinesis, 1)
    (shard,) = floor.shards()
    assert take_turn() == shard.pk
    shard.refresh_from_db()
    assert (shard.epoch, shard.owner) == (1, "")
    assert shard.queued_at is not None


def test_a_process_that_is_prepared_makes_no_client_when_a_shard_comes_to_it(
    world_apart: World, stand_in: KinesisStandIn, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare()
    gc.unfreeze()
    monkeypatch.setattr(boto3, "Session", None)
    assert kinesis_for(world_apart.instance)


def test_a_turn_for_which_nothing_waits_ends_without_another(world: World, stop: threading.Event) -> None:
    assert take_turn() is None
