import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings

from calls import tasks
from calls.models import Shard, Stream, Sweep
from dashboard.demo.kinesis import KinesisStandIn
from tests.at_once import at_once
from tests.calls.world import World
from tests.dashboard.demo.kinesis.conftest import connect
from transcripts.tasks import keep_partitions


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The shards for which a reader was put on the broker."""
    found: list[int] = []
    monkeypatch.setattr(tasks.read_shard, "apply_async", lambda args, **_: found.append(args[0]))
    return found


@pytest.fixture
def shards(world: World, stand_in: KinesisStandIn) -> World:
    client = connect(stand_in.url)
    client.create_stream(StreamName=world.stream.name, ShardCount=2)
    client.close()
    Stream.objects.filter(pk=world.lens.pk).delete()
    return world


def test_a_sweep_lists_the_shards_and_enqueues_one_reader_for_each(shards: World, queued: list[int]) -> None:
    tasks.sweep_shards()
    assert sorted(queued) == sorted(Shard.objects.values_list("pk", flat=True))
    assert len(queued) == 2
    tasks.sweep_shards()
    assert len(queued) == 2


def test_a_reader_that_was_lost_with_the_broker_is_asked_for_again(shards: World, queued: list[int]) -> None:
    tasks.sweep_shards()
    Shard.objects.update(queued_at=timezone.now() - timedelta(seconds=9))
    tasks.sweep_shards()
    assert len(queued) == 4


def test_a_shard_with_a_live_lease_needs_no_reader(shards: World, queued: list[int]) -> None:
    tasks.sweep_shards()
    for shard in Shard.objects.all():
        assert shard.take_lease("me")
    tasks.sweep_shards()
    assert len(queued) == 2


def test_a_broker_that_is_away_does_no_harm(shards: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("no route")

    monkeypatch.setattr(tasks.read_shard, "apply_async", away)
    tasks.sweep_shards()
    assert Shard.objects.unattended().count() == 2


def test_a_reader_reads_on_while_it_can_tell_nobody_that_its_turn_is_over(
    shards: World, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.READ_SLICE_S = 0.05
    told: list[int] = []

    def away_at_first(args: tuple[int], **_: Any) -> None:
        told.append(args[0])
        if len(told) < 5:
            raise OperationalError("no route")

    monkeypatch.setattr(tasks.read_shard, "apply_async", away_at_first)
    tasks.sweep_shards()
    told.clear()
    tasks.read_shard(Shard.objects.earliest("pk").pk)
    assert len(told) == 5
    assert sum(Shard.objects.values_list("epoch", flat=True)) >= 5


def test_a_message_that_reaches_a_worker_that_stops_is_for_another(
    shards: World, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.sweep_shards()
    stopping = threading.Event()
    stopping.set()
    monkeypatch.setattr(tasks, "stopping", stopping)
    queued.clear()
    first = Shard.objects.earliest("pk")
    tasks.read_shard(first.pk)
    assert queued == [first.pk]
    assert Shard.objects.get(pk=first.pk).owner == ""


def test_with_many_more_shards_than_slots_there_is_never_more_than_one_message_for_each(
    shards: World, queued: list[int]
) -> None:
    """A message dies with LEASE_S, and only then the sweep sends another."""
    tasks.sweep_shards()
    Shard.objects.bulk_create(Shard(stream=shards.stream, shard_id=f"shardId-{number:012}") for number in range(2, 50))
    Stream.objects.update(listed_at=timezone.now())
    for _ in range(3):
        tasks.sweep_shards()
    assert sorted(queued) == sorted(Shard.objects.values_list("pk", flat=True))


def test_each_sweep_notes_that_it_came_to_its_end(shards: World, queued: list[int]) -> None:
    tasks.sweep_shards()
    tasks.sweep_mirror()
    tasks.sweep_calls()
    tasks.sweep_deliveries()
    keep_partitions()
    noted = {"shards", "mirror", "calls", "deliveries", "partitions"}
    assert set(Sweep.objects.values_list("name", flat=True)) == noted


def test_two_clocks_do_no_harm(world_apart: World, stand_in: KinesisStandIn, queued: list[int]) -> None:
    client = connect(stand_in.url)
    client.create_stream(StreamName=world_apart.stream.name, ShardCount=8)
    client.close()
    Stream.objects.filter(pk=world_apart.lens.pk).delete()

    def tick() -> None:
        for sweep in (tasks.sweep_shards, tasks.sweep_mirror, tasks.sweep_calls, keep_partitions):
            sweep()

    assert at_once(2, tick) == []
    assert sorted(queued) == sorted(Shard.objects.values_list("pk", flat=True))
    assert len(queued) == 8


def test_an_unknown_stream_is_said_to_be_one_until_it_is_there(
    world: World, stand_in: KinesisStandIn, queued: list[int]
) -> None:
    tasks.sweep_shards()
    assert set(Stream.objects.values_list("trouble", flat=True)) == {
        "Kinesis does not list the shards: ResourceNotFoundException"
    }
    client = connect(stand_in.url)
    client.create_stream(StreamName=world.stream.name, ShardCount=1)
    client.close()
    Stream.objects.update(listed_at=timezone.now() - timedelta(seconds=31))
    tasks.sweep_shards()
    assert Stream.objects.get(pk=world.stream.pk).trouble == ""
    assert len(queued) == 1


def test_a_stopped_stream_gets_no_readers(shards: World, queued: list[int]) -> None:
    Stream.objects.update(is_stopped=True)
    tasks.sweep_shards()
    assert queued == []
