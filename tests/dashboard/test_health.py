from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from calls.models import Instance, Shard, Stream

ARN = "arn:aws:connect:us-east-1:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111"
pytestmark = pytest.mark.django_db


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.fixture
def stream() -> Stream:
    """A stream that is read and attended."""
    instance = Instance.objects.create(alias="acme", arn=ARN)
    stream = Stream.objects.create(instance=instance, kind="contact-lens", name="hidden-stream-name")
    Shard.objects.create(stream=stream, shard_id="0", owner="reader", lease_expires_at=ago(-8), read_at=ago(1))
    return stream


def degraded(client: Client) -> list[str]:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert "hidden" not in answer.content.decode()
    return list(answer.json()["degraded"])


def test_all_is_well(client: Client, stream: Stream) -> None:
    assert degraded(client) == []


def test_an_installation_without_streams_is_well(client: Client) -> None:
    assert degraded(client) == []


def test_redis_away_degrades(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody-listens"
    assert degraded(client) == ["redis"]


def test_a_stream_that_was_not_read_lately_lags(client: Client, stream: Stream) -> None:
    stream.shards.update(read_at=ago(21))
    assert degraded(client) == ["lag: acme/contact-lens"]


def test_one_shard_that_is_stuck_lags_however_well_its_neighbour_is_read(client: Client, stream: Stream) -> None:
    Shard.objects.create(stream=stream, shard_id="1", owner="reader", lease_expires_at=ago(-8), read_at=ago(21))
    assert degraded(client) == ["lag: acme/contact-lens"]


def test_a_stream_that_is_read_from_far_behind_lags(client: Client, stream: Stream) -> None:
    stream.shards.update(behind_ms=3_600_000)
    assert degraded(client) == ["lag: acme/contact-lens"]


def test_a_shard_read_to_its_end_says_nothing_of_the_lag(client: Client, stream: Stream) -> None:
    Shard.objects.create(stream=stream, shard_id="1", is_ended=True, read_at=ago(1))
    stream.shards.filter(shard_id="0").update(read_at=ago(21))
    assert degraded(client) == ["lag: acme/contact-lens"]


def test_a_stopped_stream_is_named_and_does_not_lag(client: Client, stream: Stream) -> None:
    stream.shards.update(read_at=ago(900))
    Stream.objects.update(is_stopped=True)
    assert degraded(client) == ["stopped: acme/contact-lens"]


def test_a_shard_that_nobody_queues_tells_of_the_sweep(client: Client, stream: Stream) -> None:
    stream.shards.update(owner="", lease_expires_at=ago(25), queued_at=ago(33), read_at=ago(33))
    assert degraded(client) == ["lag: acme/contact-lens", "sweep"]


def test_only_the_database_makes_it_fail(client: Client) -> None:
    with connection.execute_wrapper(out_of_order):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "database"}


def out_of_order(*asked: object) -> None:
    raise OperationalError("password=hidden")


def test_nothing_but_reading_is_allowed(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
