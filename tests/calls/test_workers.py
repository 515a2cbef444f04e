"""Workers as processes of their own: what they make of a broker that fails, and of being told to end."""

import json
import os
import signal
from collections.abc import Callable

import pytest
import redis
from django.utils import timezone

from calls.models import Call, Shard, Stream
from dashboard.demo.kinesis import KinesisStandIn
from dashboard.embedded.redis import Redis
from tests.calls.programs import Programs, programs, shard
from tests.calls.world import World, dropped
from tests.dashboard.demo.kinesis.conftest import connect
from tests.journeys.stack import until

__all__ = ["programs", "shard"]


def put(stand_in: KinesisStandIn, stream: Stream, contact_id: str) -> None:
    client = connect(stand_in.url)
    client.put_record(StreamName=stream.name, PartitionKey="k", Data=json.dumps(dropped(contact_id)).encode())
    client.close()


def is_known(contact_id: str) -> bool:
    return Call.objects.filter(contact_id=contact_id).exists()


def client_of(server: Redis) -> redis.Redis:
    return redis.Redis.from_url(server.url)


def restart(server: Redis) -> None:
    server.stop()
    server.start()


def kill(server: Redis) -> None:
    with client_of(server) as client:
        os.kill(client.info()["process_id"], signal.SIGKILL)
    until(lambda: not server.answers(), "Redis is gone")
    server.start()


def flush(server: Redis) -> None:
    with client_of(server) as client:
        client.flushall()


def cut(server: Redis) -> None:
    with client_of(server) as client:
        for kind in ("normal", "pubsub"):
            client.client_kill_filter(_type=kind, skipme=True)


@pytest.mark.parametrize("fault", [restart, kill, flush, cut])
def test_a_worker_hears_again_after_its_broker_has(
    fault: Callable[[Redis], None], programs: Programs, shard: Shard
) -> None:
    programs.redis.start()
    worker = programs.start_readers()
    fault(programs.redis)
    programs.ask_for_a_turn(shard)
    until(lambda: Shard.objects.filter(pk=shard.pk, epoch=1), "the shard is read")
    assert worker.poll() is None


def test_a_shard_goes_on_through_another_worker_when_its_own_is_told_to_end(
    programs: Programs, shard: Shard, stand_in: KinesisStandIn, world_apart: World
) -> None:
    """Not when the lease runs out, and not with a sweep: the one lasts ten minutes here, the other never comes."""
    lasting = {"LEASE_S": "600"}
    programs.redis.start()
    first = programs.start_readers(**lasting)
    programs.ask_for_a_turn(shard)
    until(lambda: Shard.objects.filter(pk=shard.pk, lease_expires_at__gt=timezone.now()), "the shard is read")
    programs.start_readers(**lasting)
    first.terminate()
    assert first.wait() == 0
    put(stand_in, world_apart.stream, "c1")
    until(lambda: is_known("c1"), "the other worker reads on")
