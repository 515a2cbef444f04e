from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from calls.alarms import SWEEPS
from calls.models import Gap, Instance, SalesforceOrg, Shard, Stream, Sweep

ARN = "arn:aws:connect:us-east-1:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111"
pytestmark = pytest.mark.django_db


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def sweeps(db: None) -> None:
    for name in SWEEPS:
        Sweep.note(name)


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


def test_a_stream_behind_by_more_than_its_limit_degrades(client: Client, stream: Stream) -> None:
    stream.shards.update(read_at=ago(61))
    assert degraded(client) == ["behind: acme/contact-lens"]


def test_a_stream_behind_by_less_than_its_limit_is_well(client: Client, stream: Stream) -> None:
    stream.shards.update(read_at=ago(50))
    assert degraded(client) == []


def test_a_stopped_stream_is_named_whoever_stopped_it(client: Client, stream: Stream) -> None:
    Stream.objects.update(is_stopped=True)
    assert degraded(client) == ["stopped-by-hand: acme/contact-lens"]
    Stream.objects.update(stopped_because="a hidden reason")
    assert degraded(client) == ["stopped: acme/contact-lens"]


def test_a_sweep_that_is_older_than_20_s_degrades(client: Client) -> None:
    Sweep.objects.filter(name="shards").update(ended_at=ago(21))
    assert degraded(client) == ["sweep: shards"]


def test_what_is_open_to_everybody_holds_nobody_s_words(client: Client, stream: Stream) -> None:
    Stream.objects.update(trouble="hidden trouble")
    Gap.objects.create(stream=stream, shard_id="hidden", after="hidden", to_at=ago(60))
    url = "https://hidden.my.salesforce.com"
    SalesforceOrg.objects.create(name="main", login_url=url, lightning_url=url, trouble="hidden: no such app")
    assert degraded(client) == ["trouble: acme/contact-lens", "gap: acme/contact-lens", "salesforce: main"]


def test_only_the_database_makes_it_fail(client: Client) -> None:
    with connection.execute_wrapper(out_of_order):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "database"}


def out_of_order(*asked: object) -> None:
    raise OperationalError("password=hidden")


def test_nothing_but_reading_is_allowed(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
