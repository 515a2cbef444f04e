"""What only the stand-in does on request, and its limits."""

import http.client
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Unpack
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from mypy_boto3_kinesis import KinesisClient
from mypy_boto3_kinesis.type_defs import ShardFilterTypeDef

from dashboard.demo.kinesis import KinesisStandIn
from tests.dashboard.demo.kinesis.conftest import connect
from tests.dashboard.demo.kinesis.reading import FIRST_SHARD, iterator, put, read, refused, words

Ask = Callable[..., tuple[int, bytes]]

A_DAY_AND_A_BIT_S = 25 * 3600


@pytest.fixture
def endpoint() -> Iterator[str]:
    with KinesisStandIn(reads_per_s=10_000) as stand_in:
        yield stand_in.url


@pytest.fixture
def ask(endpoint: str) -> Ask:
    def post(path: str, **wish: Any) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
        connection.request("POST", path, json.dumps(wish))
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    return post


def test_a_fault_comes_as_often_as_was_asked_for(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "one")
    start = iterator(kinesis, stream)
    ask("/_stand_in/fault", operation="GetRecords", error="ProvisionedThroughputExceededException", times=3)
    for _ in range(3):
        with refused("ProvisionedThroughputExceededException"):
            kinesis.get_records(ShardIterator=start)
    assert words(kinesis.get_records(ShardIterator=start)) == ["one"]


def test_a_fault_leaves_other_operations_alone(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    ask("/_stand_in/fault", operation="GetRecords", error="ProvisionedThroughputExceededException")
    put(kinesis, stream, "one")
    with refused("ProvisionedThroughputExceededException"):
        read(kinesis, stream)


def test_a_fault_of_the_service_itself_has_status_500(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    ask("/_stand_in/fault", operation="PutRecord", error="InternalFailure")
    with pytest.raises(ClientError) as caught:
        put(kinesis, stream, "one")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert words(read(kinesis, stream)) == []


def test_a_late_answer_runs_into_the_readers_time_out_and_holds_up_nobody_else(
    kinesis: KinesisClient, stream: str, ask: Ask, endpoint: str
) -> None:
    ask("/_stand_in/fault", operation="ListStreams", latency_ms=60_000)
    impatient = connect(endpoint, read_timeout_s=0.2)
    with pytest.raises(ReadTimeoutError):
        impatient.list_streams()
    impatient.close()
    assert kinesis.list_streams()["StreamNames"] == [stream]


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("/_stand_in/fault", {"operation": "GetRecord", "error": "InternalFailure"}),
        ("/_stand_in/fault", {"operation": "GetRecords", "mistake": "InternalFailure"}),
        ("/_stand_in/age", {}),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(ask: Ask, path: str, wish: dict[str, Any]) -> None:
    assert ask(path, **wish)[0] == 400


def test_a_page_may_be_empty_though_there_is_more(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "one")
    ask("/_stand_in/fault", operation="GetRecords", page="empty")
    empty = read(kinesis, stream)
    assert (words(empty), empty["MillisBehindLatest"]) == ([], 1000)
    assert words(kinesis.get_records(ShardIterator=empty["NextShardIterator"])) == ["one"]


def test_a_page_may_have_no_iterator_though_the_shard_is_open(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "one")
    ask("/_stand_in/fault", operation="GetRecords", page="endless")
    page = read(kinesis, stream)
    assert words(page) == ["one"]
    assert not {"NextShardIterator", "ChildShards"} & page.keys()


def test_all_iterators_expire_on_request_and_new_ones_work(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "one")
    start = iterator(kinesis, stream)
    ask("/_stand_in/expire")
    with refused("ExpiredIteratorException"):
        kinesis.get_records(ShardIterator=start)
    assert words(read(kinesis, stream)) == ["one"]


def test_an_iterator_lasts_as_long_as_the_stand_in_was_told() -> None:
    with KinesisStandIn(iterator_age_s=0) as stand_in:
        kinesis = connect(stand_in.url)
        kinesis.create_stream(StreamName="calls", ShardCount=1)
        with refused("ExpiredIteratorException"):
            read(kinesis, "calls")
        kinesis.close()


def test_more_reads_than_a_shard_allows_are_throttled_until_the_second_is_over() -> None:
    with KinesisStandIn(reads_per_s=5) as stand_in:
        kinesis = connect(stand_in.url)
        kinesis.create_stream(StreamName="calls", ShardCount=2)
        start = iterator(kinesis, "calls")
        with refused("ProvisionedThroughputExceededException"):
            while True:
                kinesis.get_records(ShardIterator=start)
        assert words(read(kinesis, "calls", shard="shardId-000000000001")) == []
        while is_throttled(kinesis, start):
            pass
        kinesis.close()


def is_throttled(kinesis: KinesisClient, start: str) -> bool:
    try:
        kinesis.get_records(ShardIterator=start)
    except kinesis.exceptions.ProvisionedThroughputExceededException:
        return True
    return False


def test_records_older_than_the_retention_period_are_trimmed(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "old")
    ask("/_stand_in/age", by_s=A_DAY_AND_A_BIT_S)
    put(kinesis, stream, "new")
    assert words(read(kinesis, stream)) == ["new"]


def test_a_longer_retention_period_keeps_records_longer(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "old")
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
    ask("/_stand_in/age", by_s=A_DAY_AND_A_BIT_S)
    assert words(read(kinesis, stream)) == ["old"]


def test_a_checkpoint_that_was_trimmed_goes_on_at_the_horizon(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    checkpoint, _ = put(kinesis, stream, "done", "lost")
    ask("/_stand_in/age", by_s=A_DAY_AND_A_BIT_S)
    put(kinesis, stream, "new")
    assert words(read(kinesis, stream, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=checkpoint)) == ["new"]
    assert words(read(kinesis, stream, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=checkpoint)) == ["new"]


def test_an_iterator_whose_records_were_trimmed_goes_on_at_the_horizon(
    kinesis: KinesisClient, stream: str, ask: Ask
) -> None:
    start = iterator(kinesis, stream)
    put(kinesis, stream, "old")
    ask("/_stand_in/age", by_s=A_DAY_AND_A_BIT_S)
    put(kinesis, stream, "new")
    assert words(kinesis.get_records(ShardIterator=start)) == ["new"]


def test_reading_from_a_moment_leaves_out_what_came_before(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "an hour ago")
    ask("/_stand_in/age", by_s=3600)
    put(kinesis, stream, "now")
    half_an_hour_ago = datetime.now(UTC) - timedelta(minutes=30)
    assert words(read(kinesis, stream, "AT_TIMESTAMP", Timestamp=half_an_hour_ago)) == ["now"]


def test_reading_from_a_moment_without_later_records_waits_for_the_next_one(
    kinesis: KinesisClient, stream: str, ask: Ask
) -> None:
    put(kinesis, stream, "an hour ago")
    ask("/_stand_in/age", by_s=3600)
    half_an_hour_ago = datetime.now(UTC) - timedelta(minutes=30)
    start = iterator(kinesis, stream, "AT_TIMESTAMP", Timestamp=half_an_hour_ago)
    put(kinesis, stream, "now")
    assert words(kinesis.get_records(ShardIterator=start)) == ["now"]


def test_a_page_counts_how_old_its_last_record_is(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    put(kinesis, stream, "an hour ago")
    ask("/_stand_in/age", by_s=3600)
    put(kinesis, stream, "now")
    answer = kinesis.get_records(ShardIterator=iterator(kinesis, stream), Limit=1)
    assert answer["MillisBehindLatest"] >= 3_600_000


def test_a_closed_shard_goes_when_all_that_it_held_is_trimmed(kinesis: KinesisClient, stream: str, ask: Ask) -> None:
    start = iterator(kinesis, stream)
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey=str(2**127))
    ask("/_stand_in/age", by_s=A_DAY_AND_A_BIT_S)
    shards = kinesis.list_shards(StreamName=stream)["Shards"]
    assert [shard["ParentShardId"] for shard in shards] == [FIRST_SHARD, FIRST_SHARD]
    assert FIRST_SHARD not in [shard["ShardId"] for shard in shards]
    with refused("ResourceNotFoundException"):
        kinesis.get_records(ShardIterator=start)


def test_a_filter_from_the_trim_horizon_leaves_out_what_was_closed_before(
    kinesis: KinesisClient, stream: str, ask: Ask
) -> None:
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey=str(2**127))
    ask("/_stand_in/age", by_s=3600)
    kinesis.merge_shards(
        StreamName=stream, ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002"
    )
    half_an_hour_ago = datetime.now(UTC) - timedelta(minutes=30)
    assert listed(kinesis, stream, Type="AT_TIMESTAMP", Timestamp=half_an_hour_ago) == ["1", "2"]
    assert listed(kinesis, stream, Type="FROM_TIMESTAMP", Timestamp=half_an_hour_ago) == ["1", "2", "3"]
    assert listed(kinesis, stream, Type="AT_TRIM_HORIZON") == ["0"]
    ask("/_stand_in/age", by_s=A_DAY_AND_A_BIT_S)
    assert listed(kinesis, stream, Type="FROM_TRIM_HORIZON") == ["3"]


def listed(kinesis: KinesisClient, stream: str, **only: Unpack[ShardFilterTypeDef]) -> list[str]:
    shards = kinesis.list_shards(StreamName=stream, ShardFilter=only)["Shards"]
    return [shard["ShardId"][-1] for shard in shards]


def test_a_checkpoint_of_an_earlier_run_lies_before_every_record_of_this_one(
    kinesis: KinesisClient, stream: str
) -> None:
    (checkpoint,) = put(kinesis, stream, "before")
    with KinesisStandIn() as again:
        later = connect(again.url)
        later.create_stream(StreamName=stream, ShardCount=1)
        put(later, stream, "after")
        assert words(read(later, stream, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=checkpoint)) == ["after"]
        later.close()


def test_an_operation_that_is_not_there_is_named_as_unknown(kinesis: KinesisClient, stream: str) -> None:
    with refused("UnknownOperationException"):
        kinesis.list_tags_for_stream(StreamName=stream)


@pytest.mark.parametrize(
    ("body", "code"),
    [("{", "SerializationException"), ("[]", "ValidationException"), ("\udcff", "SerializationException")],
)
def test_a_body_that_is_no_request_is_refused(endpoint: str, body: str, code: str) -> None:
    headers = {"X-Amz-Target": "Kinesis_20131202.ListStreams", "Content-Type": "application/x-amz-json-1.1"}
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    connection.request("POST", "/", body.encode(errors="surrogateescape"), headers)
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["__type"]) == (400, code)
    connection.close()


def test_a_refusal_names_the_field_and_not_what_was_in_it(kinesis: KinesisClient, stream: str) -> None:
    with pytest.raises(ClientError) as caught:
        kinesis.put_record(StreamName=stream, PartitionKey="+12025550142" * 30, Data=b"x")
    assert "PartitionKey" in str(caught.value)
    assert "12025550142" not in str(caught.value)
