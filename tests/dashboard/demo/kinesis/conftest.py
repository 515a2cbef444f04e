from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from mypy_boto3_kinesis import KinesisClient

from dashboard.demo.kinesis import KinesisStandIn
from tests.dashboard.demo.kinesis import kinesis_local
from tests.dashboard.demo.kinesis.differences import NOT_IN_KINESIS_LOCAL


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What holds for any Kinesis is tried on somebody else's too."""
    if "server" in metafunc.fixturenames:
        others = [] if metafunc.definition.originalname in NOT_IN_KINESIS_LOCAL else ["kinesis-local"]
        metafunc.parametrize("server", ["stand-in", *others], indirect=True, scope="session")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "kinesis-local":
        with kinesis_local.running() as url:
            yield url
    else:
        with KinesisStandIn(reads_per_s=10_000) as stand_in:
            yield stand_in.url


@pytest.fixture
def endpoint(server: str) -> str:
    """The server under test. What uses only this and `kinesis` is true of any Kinesis, not just of the stand-in."""
    return server


def connect(endpoint: str, read_timeout_s: float = 30) -> KinesisClient:
    return boto3.client(
        "kinesis",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=read_timeout_s),
    )


@pytest.fixture
def kinesis(endpoint: str) -> Iterator[KinesisClient]:
    client = connect(endpoint)
    yield client
    client.close()


@pytest.fixture
def stream(kinesis: KinesisClient) -> Iterator[str]:
    """A stream of one shard."""
    yield from made(kinesis, "calls", 1)


@pytest.fixture
def wide_stream(kinesis: KinesisClient) -> Iterator[str]:
    """A stream of four shards."""
    yield from made(kinesis, "segments", 4)


def made(kinesis: KinesisClient, name: str, shard_count: int) -> Iterator[str]:
    kinesis.create_stream(StreamName=name, ShardCount=shard_count)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
    yield name
    kinesis.delete_stream(StreamName=name)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=name)
