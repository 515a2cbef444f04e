import socket
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

import boto3
import pytest
import requests
from botocore.config import Config

from dashboard.demo.centre.outbox import Outbox
from dashboard.demo.centre.plan import Put
from dashboard.demo.kinesis import KinesisStandIn

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

LATER = 100.0  # longer than any pause


@pytest.fixture
def stand_in() -> Iterator[KinesisStandIn]:
    with KinesisStandIn() as running:
        yield running


def client(url: str) -> "KinesisClient":
    return boto3.client(
        "kinesis",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5),
    )


def puts(count: int, stream: str = "words") -> list[Put]:
    return [Put(stream, f"call-{n % 7}", f"{n}".encode()) for n in range(count)]


def arrived(kinesis: "KinesisClient", stream: str = "words") -> list[list[int]]:
    """The numbers that stand on the stream, by shard and in its order."""
    found: list[list[int]] = []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        name = shard["ShardId"]
        start = kinesis.get_shard_iterator(StreamName=stream, ShardId=name, ShardIteratorType="TRIM_HORIZON")
        got = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
        found.append([int(record["Data"]) for record in got])
    return found


def fault(stand_in: KinesisStandIn, **what: object) -> None:
    requests.post(f"{stand_in.url}/_stand_in/fault", json=what, timeout=5).raise_for_status()


def test_missing_streams_are_made_with_two_shards_each(stand_in: KinesisStandIn) -> None:
    kinesis = client(stand_in.url)
    Outbox(kinesis, ("words", "records")).flush(0)
    assert len(kinesis.list_shards(StreamName="words")["Shards"]) == 2
    assert len(kinesis.list_shards(StreamName="records")["Shards"]) == 2


def test_streams_that_are_there_are_used_as_they_are(stand_in: KinesisStandIn) -> None:
    kinesis = client(stand_in.url)
    kinesis.create_stream(StreamName="words", ShardCount=1)
    outbox = Outbox(kinesis, ("words",))
    outbox.add(puts(3))
    outbox.flush(0)
    assert arrived(kinesis) == [[0, 1, 2]]


def test_more_than_a_batch_arrives_whole_and_in_order(stand_in: KinesisStandIn) -> None:
    kinesis = client(stand_in.url)
    outbox = Outbox(kinesis, ("words",))
    outbox.add(puts(1200))
    outbox.flush(0)
    shards = arrived(kinesis)
    assert sorted(chain(*shards)) == list(range(1200))
    assert all(numbers == sorted(numbers) for numbers in shards)
    assert len(outbox) == 0


def test_nothing_is_lost_while_kinesis_refuses(stand_in: KinesisStandIn, caplog: pytest.LogCaptureFixture) -> None:
    kinesis = client(stand_in.url)
    outbox = Outbox(kinesis, ("words",))
    outbox.flush(0)
    fault(stand_in, operation="PutRecords", error="ProvisionedThroughputExceededException", times=1)
    outbox.add(puts(10))
    outbox.flush(0)
    assert len(outbox) == 10
    assert "call-" not in caplog.text
    outbox.flush(LATER)
    assert len(outbox) == 0
    assert sorted(chain(*arrived(kinesis))) == list(range(10))


def test_records_wait_for_an_endpoint_that_is_not_there_yet() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    outbox = Outbox(client(f"http://127.0.0.1:{port}"), ("words",))
    outbox.add(puts(5))
    outbox.flush(0)
    assert len(outbox) == 5
    with KinesisStandIn(port) as stand_in:
        outbox.flush(LATER)
        assert sorted(chain(*arrived(client(stand_in.url)))) == list(range(5))


def test_after_a_failure_it_pauses_before_it_tries_again(stand_in: KinesisStandIn) -> None:
    outbox = Outbox(client(stand_in.url), ("words",))
    fault(stand_in, operation="CreateStream", error="LimitExceededException", times=1)
    outbox.add(puts(1))
    outbox.flush(0)
    outbox.flush(0.1)
    assert len(outbox) == 1
    outbox.flush(0.3)
    assert len(outbox) == 0


def test_a_stand_in_that_lost_its_streams_gets_them_again() -> None:
    with KinesisStandIn() as first:
        port = int(first.url.rsplit(":", 1)[1])
        outbox = Outbox(client(first.url), ("words",))
        outbox.flush(0)
    with KinesisStandIn(port) as second:
        outbox.add(puts(4))
        outbox.flush(0)
        outbox.flush(LATER)
        assert sorted(chain(*arrived(client(second.url)))) == list(range(4))
