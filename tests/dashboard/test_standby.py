"""What goes on while the broker is away for good, and what the standby makes of one that is there."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from pytest_django import Settings

from calls.broker import KEY, broker_answers
from calls.models import Shard, Sweep
from dashboard.demo.kinesis import KinesisStandIn
from dashboard.embedded.redis import Redis
from dashboard.standby import StandIn
from tests.calls.kinesis import stand_in
from tests.calls.programs import Programs, programs, shard
from tests.calls.test_workers import client_of, is_known, put
from tests.calls.world import World, world_apart
from tests.journeys.stack import until

__all__ = ["programs", "shard", "stand_in", "world_apart"]

TAKES_OVER, GIVES_BACK = "The broker does not answer", "The broker answers again"
AT_ONCE = {"STANDBY_AFTER_S": "0.1"}


def test_with_the_broker_gone_for_good_a_record_put_on_kinesis_is_in_the_database(
    programs: Programs, stand_in: KinesisStandIn, world_apart: World
) -> None:
    put(stand_in, world_apart.stream, "c1")
    programs.start("standby", **AT_ONCE)
    until(lambda: is_known("c1"), "the standby reads")
    assert programs.times("standby", TAKES_OVER) == 1


def test_the_standby_runs_each_sweep_of_the_clock(programs: Programs, settings: Settings) -> None:
    assert set(StandIn().sweeps()) == set(settings.CELERY_BEAT_SCHEDULE)
    programs.start("standby", **AT_ONCE)
    names = {"shards", "mirror", "calls", "partitions"}
    until(lambda: names <= set(Sweep.objects.values_list("name", flat=True)), "they come to their ends")


def test_once_the_broker_is_back_the_standby_hands_its_shards_to_the_workers(
    programs: Programs, shard: Shard, stand_in: KinesisStandIn, world_apart: World
) -> None:
    """By a message: its lease lasts ten minutes here, and there is no sweep."""
    lasting = {"LEASE_S": "600"}
    programs.start("standby", **AT_ONCE, **lasting)
    until(lambda: Shard.objects.exclude(pk=shard.pk, owner=""), "the standby reads")
    programs.redis.start()
    until(lambda: programs.times("standby", GIVES_BACK), "the standby has stopped")
    assert Shard.objects.get(pk=shard.pk).owner == ""
    programs.start_readers(**lasting)
    put(stand_in, world_apart.stream, "c1")
    until(lambda: is_known("c1"), "the workers read")


def test_a_standby_that_is_told_to_end_while_it_reads_gives_its_leases_back(programs: Programs, shard: Shard) -> None:
    standby = programs.start("standby", **AT_ONCE)
    until(lambda: Shard.objects.exclude(pk=shard.pk, owner=""), "the standby reads")
    standby.terminate()
    assert standby.wait() == 0
    assert Shard.objects.get(pk=shard.pk).owner == ""


def test_a_broker_that_answers_is_left_to_the_workers_even_if_none_listens(programs: Programs, shard: Shard) -> None:
    programs.redis.start()
    standby = programs.start("standby", **AT_ONCE)
    with client_of(programs.redis) as client:
        until(lambda: client.exists(KEY), "the standby has looked")
    standby.terminate()
    assert standby.wait() == 0
    assert programs.times("standby", TAKES_OVER) == 0
    assert Shard.objects.get(pk=shard.pk).epoch == 0


@contextmanager
def stopped(server: Redis) -> Iterator[None]:
    server.stop()
    yield
    server.start()


@contextmanager
def hanging(server: Redis) -> Iterator[None]:
    with client_of(server) as client:
        pid = client.info()["process_id"]
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


@contextmanager
def full(server: Redis) -> Iterator[None]:
    with client_of(server) as client:
        client.config_set("maxmemory", 1)
        yield
        client.config_set("maxmemory", 0)


@contextmanager
def replica(server: Redis) -> Iterator[None]:
    with client_of(server) as client:
        client.replicaof("127.0.0.1", "1")
        yield
        client.replicaof("NO", "ONE")


@contextmanager
def without_room_for_another_client(server: Redis) -> Iterator[None]:
    with client_of(server) as client:
        client.config_set("maxclients", 1)
        yield
        client.config_set("maxclients", 100)


@pytest.mark.parametrize("trouble", [stopped, hanging, full, replica, without_room_for_another_client])
def test_a_broker_that_could_be_told_nothing_does_not_answer(
    trouble: Callable[[Redis], AbstractContextManager[None]], programs: Programs, settings: Settings
) -> None:
    programs.redis.start()
    settings.REDIS_URL = programs.redis.url
    assert broker_answers()
    with trouble(programs.redis):
        assert not broker_answers()
    assert broker_answers()
