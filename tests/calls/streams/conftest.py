import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import requests
from mypy_boto3_kinesis import KinesisClient
from pytest_django import Settings

from calls.models import Shard, Stream
from calls.streams import reader
from calls.streams.listing import list_shards
from dashboard.demo.kinesis import KinesisStandIn
from tests.calls.streams.reading import NAME
from tests.calls.world import World
from tests.dashboard.demo.kinesis.conftest import connect


@pytest.fixture
def stand_in(stand_in: KinesisStandIn, settings: Settings) -> KinesisStandIn:
    settings.READ_SLICE_S = 0.05
    return stand_in


@pytest.fixture
def kinesis(stand_in: KinesisStandIn) -> Iterator[KinesisClient]:
    client = connect(stand_in.url)
    client.create_stream(StreamName=NAME, ShardCount=1)
    yield client
    client.close()


@pytest.fixture
def shard(world: World, kinesis: KinesisClient) -> Shard:
    Stream.objects.update(poll_ms=1)
    list_shards(kinesis, world.stream)
    return Shard.objects.get()


@pytest.fixture
def fault(stand_in: KinesisStandIn) -> Callable[..., None]:
    return partial(ask, f"{stand_in.url}/_stand_in/fault")


@pytest.fixture
def age(stand_in: KinesisStandIn) -> Callable[..., None]:
    """Everything in the streams becomes so much older."""
    return partial(ask, f"{stand_in.url}/_stand_in/age")


def ask(url: str, **wish: object) -> None:
    requests.post(url, json=wish, timeout=5).raise_for_status()


@pytest.fixture(autouse=True)
def _stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "stopping", threading.Event())
