"""Consumers and what is pushed to them: of the stand-in only, kinesis-local knows no subscription."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.eventstream import EventStream
from botocore.exceptions import EventStreamError
from mypy_boto3_kinesis import KinesisClient
from mypy_boto3_kinesis.type_defs import SubscribeToShardEventTypeDef

from dashboard.demo.kinesis import KinesisStandIn
from tests.dashboard.demo.kinesis.conftest import connect
from tests.dashboard.demo.kinesis.reading import FIRST_SHARD, put, refused

Open = Callable[..., Iterator[SubscribeToShardEventTypeDef]]


@pytest.fixture
def stand_in() -> Iterator[KinesisStandIn]:
    with KinesisStandIn(reads_per_s=1, resubscribe_s=0) as server:
        yield server


@pytest.fixture
def endpoint(stand_in: KinesisStandIn) -> str:
    return stand_in.url


@pytest.fixture
def consumer(kinesis: KinesisClient, stream: str) -> str:
    return kinesis.register_stream_consumer(StreamARN=arn_of(kinesis, stream), ConsumerName="ringback")["Consumer"][
        "ConsumerARN"
    ]


@pytest.fixture
def subscribe(kinesis: KinesisClient, consumer: str) -> Iterator[Open]:
    streams: list[EventStream[Any]] = []

    def to(kind: Any = "TRIM_HORIZON", **number: str) -> Iterator[SubscribeToShardEventTypeDef]:
        start: Any = {"Type": kind, **number}
        answer = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=FIRST_SHARD, StartingPosition=start)
        streams.append(answer["EventStream"])
        return (event["SubscribeToShardEvent"] for event in answer["EventStream"])

    yield to
    for stream in streams:
        stream.close()


def arn_of(kinesis: KinesisClient, stream: str) -> str:
    return kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]


def said(event: SubscribeToShardEventTypeDef) -> list[str]:
    return [record["Data"].decode() for record in event["Records"]]


def ask(endpoint: str, **wish: Any) -> None:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    connection.request("POST", "/_stand_in/fault", json.dumps(wish))
    assert connection.getresponse().status == 204
    connection.close()


def test_records_are_pushed_as_they_are_put_however_often_a_shard_may_be_read(
    kinesis: KinesisClient, stream: str, subscribe: Open
) -> None:
    put(kinesis, stream, "one", "two")
    events = subscribe()
    first = next(events)
    assert said(first) == ["one", "two"]
    assert first["MillisBehindLatest"] == 0
    for word in "abcdefgh":
        (number,) = put(kinesis, stream, word)
        event = next(events)
        assert (said(event), event["ContinuationSequenceNumber"]) == ([word], number)
        assert event["Records"][0]["ApproximateArrivalTimestamp"].tzinfo is not None


def test_a_subscription_to_a_quiet_shard_says_at_once_that_there_is_nothing(
    kinesis: KinesisClient, stream: str, subscribe: Open
) -> None:
    put(kinesis, stream, "old")
    event = next(subscribe("LATEST"))
    assert (said(event), event["MillisBehindLatest"]) == ([], 0)
    (number,) = put(kinesis, stream, "new")
    later = next(subscribe("AFTER_SEQUENCE_NUMBER", SequenceNumber=event["ContinuationSequenceNumber"]))
    assert (said(later), later["ContinuationSequenceNumber"]) == (["new"], number)


def test_a_subscription_goes_on_from_a_sequence_number(kinesis: KinesisClient, stream: str, subscribe: Open) -> None:
    _, second, _ = put(kinesis, stream, "one", "two", "three")
    assert said(next(subscribe("AFTER_SEQUENCE_NUMBER", SequenceNumber=second))) == ["three"]
    assert said(next(subscribe("AT_SEQUENCE_NUMBER", SequenceNumber=second))) == ["two", "three"]


def test_at_a_closed_shards_end_come_its_children_and_no_more(
    kinesis: KinesisClient, stream: str, subscribe: Open
) -> None:
    put(kinesis, stream, "last")
    events = subscribe()
    next(events)
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey=str(2**127))
    end = next(events)
    assert [child["ShardId"][-1] for child in end["ChildShards"]] == ["1", "2"]
    assert "ContinuationSequenceNumber" not in end
    assert list(events) == []


def test_a_subscription_ends_by_itself_after_its_time() -> None:
    with KinesisStandIn(subscription_s=0.1) as stand_in:
        kinesis = connect(stand_in.url)
        kinesis.create_stream(StreamName="calls", ShardCount=1)
        arn = kinesis.register_stream_consumer(StreamARN=arn_of(kinesis, "calls"), ConsumerName="ringback")["Consumer"]
        answer = kinesis.subscribe_to_shard(
            ConsumerARN=arn["ConsumerARN"], ShardId=FIRST_SHARD, StartingPosition={"Type": "TRIM_HORIZON"}
        )
        assert all(said(event["SubscribeToShardEvent"]) == [] for event in answer["EventStream"])
        kinesis.close()


def test_a_second_subscription_is_refused_at_first_and_takes_over_later(
    kinesis: KinesisClient, stream: str, subscribe: Open, stand_in: KinesisStandIn
) -> None:
    stand_in.account.resubscribe_s = 60
    events = subscribe()
    next(events)
    with refused("ResourceInUseException"):
        subscribe()
    stand_in.account.resubscribe_s = 0
    later = subscribe()
    next(later)
    put(kinesis, stream, "one")
    assert said(next(later)) == ["one"]
    with pytest.raises(EventStreamError, match="ResourceInUseException"):
        next(events)


def test_a_fault_ends_a_subscription_in_its_midst(
    kinesis: KinesisClient, stream: str, subscribe: Open, endpoint: str
) -> None:
    events = subscribe()
    next(events)
    ask(endpoint, operation="SubscribeToShardEvent", error="InternalFailureException")
    put(kinesis, stream, "one")
    with pytest.raises(EventStreamError, match="InternalFailureException"):
        next(events)


def test_a_fault_meets_a_subscription_before_it_begins(kinesis: KinesisClient, subscribe: Open, endpoint: str) -> None:
    ask(endpoint, operation="SubscribeToShard", error="LimitExceededException")
    with refused("LimitExceededException"):
        subscribe()


def test_a_consumer_is_registered_listed_described_and_gone(kinesis: KinesisClient, stream: str) -> None:
    arn = arn_of(kinesis, stream)
    made = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="ringback")["Consumer"]
    assert made["ConsumerStatus"] == "CREATING"
    kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="another")
    with refused("ResourceInUseException"):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="ringback")
    described = kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="ringback")["ConsumerDescription"]
    assert (described["ConsumerStatus"], described["ConsumerARN"]) == ("ACTIVE", made["ConsumerARN"])
    pages = kinesis.get_paginator("list_stream_consumers").paginate(StreamARN=arn, PaginationConfig={"PageSize": 1})
    assert [one["ConsumerName"] for page in pages for one in page["Consumers"]] == ["another", "ringback"]
    assert kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["ConsumerCount"] == 2
    kinesis.deregister_stream_consumer(ConsumerARN=made["ConsumerARN"])
    with refused("ResourceNotFoundException"):
        kinesis.describe_stream_consumer(StreamARN=arn, ConsumerName="ringback")


def test_a_consumer_that_is_not_active_yet_gets_nothing(
    kinesis: KinesisClient, stream: str, stand_in: KinesisStandIn
) -> None:
    stand_in.account.registration_s = 60
    arn = kinesis.register_stream_consumer(StreamARN=arn_of(kinesis, stream), ConsumerName="slow")["Consumer"]
    with refused("ResourceInUseException"):
        kinesis.subscribe_to_shard(
            ConsumerARN=arn["ConsumerARN"], ShardId=FIRST_SHARD, StartingPosition={"Type": "LATEST"}
        )


def test_a_stream_has_at_most_20_consumers(kinesis: KinesisClient, stream: str) -> None:
    arn = arn_of(kinesis, stream)
    for number in range(20):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=f"c{number}")
    with refused("LimitExceededException"):
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="one-too-many")
