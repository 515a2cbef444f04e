from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from calls import tasks
from calls.models import Shard, Stream
from dashboard.demo.kinesis import KinesisStandIn
from tests.calls.world import World
from tests.dashboard.demo.kinesis.conftest import connect


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[KinesisStandIn]:
    with KinesisStandIn(reads_per_s=10_000) as server:
        for name, value in (("ACCESS_KEY_ID", "key"), ("SECRET_ACCESS_KEY", "secret")):
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", server.url)
        yield server


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
    assert Shard.objects.count() == 2


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
