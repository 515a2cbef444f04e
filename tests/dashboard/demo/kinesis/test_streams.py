from typing import Any

import pytest
from mypy_boto3_kinesis import KinesisClient

from tests.dashboard.demo.kinesis.reading import put, read, refused, words


def test_a_new_stream_is_described_with_its_shards(kinesis: KinesisClient, wide_stream: str) -> None:
    described = kinesis.describe_stream(StreamName=wide_stream)["StreamDescription"]
    assert described["StreamStatus"] == "ACTIVE"
    assert described["RetentionPeriodHours"] == 24
    assert described["StreamCreationTimestamp"].tzinfo is not None
    assert [shard["ShardId"][-1] for shard in described["Shards"]] == ["0", "1", "2", "3"]
    assert not described["HasMoreShards"]


def test_a_summary_counts_the_open_shards(kinesis: KinesisClient, wide_stream: str) -> None:
    summary = kinesis.describe_stream_summary(StreamName=wide_stream)["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 4


def test_the_shards_share_all_hash_keys_without_a_gap(kinesis: KinesisClient, wide_stream: str) -> None:
    ranges = [shard["HashKeyRange"] for shard in kinesis.list_shards(StreamName=wide_stream)["Shards"]]
    edges = [(int(hashes["StartingHashKey"]), int(hashes["EndingHashKey"])) for hashes in ranges]
    assert edges[0][0] == 0
    assert edges[-1][1] == 2**128 - 1
    assert [low for low, _ in edges[1:]] == [high + 1 for _, high in edges[:-1]]


def test_a_stream_can_be_named_by_its_arn_everywhere(kinesis: KinesisClient, stream: str) -> None:
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    shard = kinesis.list_shards(StreamARN=arn)["Shards"][0]["ShardId"]
    kinesis.put_record(StreamARN=arn, PartitionKey="alice", Data=b"hello")
    start = kinesis.get_shard_iterator(StreamARN=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    assert words(kinesis.get_records(StreamARN=arn, ShardIterator=start)) == ["hello"]
    assert kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]["StreamName"] == stream


def test_shards_are_listed_in_pages(kinesis: KinesisClient, wide_stream: str) -> None:
    first = kinesis.list_shards(StreamName=wide_stream, MaxResults=3)
    assert len(first["Shards"]) == 3
    last = kinesis.list_shards(NextToken=first["NextToken"])
    assert [shard["ShardId"] for shard in last["Shards"]] == ["shardId-000000000003"]
    assert "NextToken" not in last


def test_a_description_comes_in_pages_too(kinesis: KinesisClient, wide_stream: str) -> None:
    pages = kinesis.get_paginator("describe_stream").paginate(StreamName=wide_stream, PaginationConfig={"PageSize": 3})
    assert [len(page["StreamDescription"]["Shards"]) for page in pages] == [3, 1]


def test_shards_are_listed_from_behind_a_given_one(kinesis: KinesisClient, wide_stream: str) -> None:
    answer = kinesis.list_shards(StreamName=wide_stream, ExclusiveStartShardId="shardId-000000000002")
    assert [shard["ShardId"] for shard in answer["Shards"]] == ["shardId-000000000003"]


def test_a_next_token_stands_alone_so_that_botos_own_paginator_is_refused(
    kinesis: KinesisClient, wide_stream: str
) -> None:
    pages = kinesis.get_paginator("list_shards").paginate(StreamName=wide_stream, PaginationConfig={"PageSize": 3})
    with refused("InvalidArgumentException"):
        list(pages)


def test_a_next_token_that_nobody_gave_is_refused(kinesis: KinesisClient, wide_stream: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.list_shards(NextToken="bm90aGluZw==")


def test_a_filter_lists_the_shards_that_it_names(kinesis: KinesisClient, wide_stream: str) -> None:
    middle = str(2**125)
    kinesis.split_shard(StreamName=wide_stream, ShardToSplit="shardId-000000000000", NewStartingHashKey=middle)
    kinesis.get_waiter("stream_exists").wait(StreamName=wide_stream)
    open_now = kinesis.list_shards(StreamName=wide_stream, ShardFilter={"Type": "AT_LATEST"})
    assert [shard["ShardId"][-1] for shard in open_now["Shards"]] == ["1", "2", "3", "4", "5"]
    all_kept = kinesis.list_shards(StreamName=wide_stream, ShardFilter={"Type": "FROM_TRIM_HORIZON"})
    assert [shard["ShardId"][-1] for shard in all_kept["Shards"]] == ["0", "1", "2", "3", "4", "5"]
    behind = kinesis.list_shards(
        StreamName=wide_stream, ShardFilter={"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000003"}
    )
    assert [shard["ShardId"][-1] for shard in behind["Shards"]] == ["4", "5"]


def test_a_filter_holds_for_the_pages_that_follow(kinesis: KinesisClient, wide_stream: str) -> None:
    kinesis.split_shard(
        StreamName=wide_stream, ShardToSplit="shardId-000000000003", NewStartingHashKey=str(2**128 - 2**125)
    )
    kinesis.get_waiter("stream_exists").wait(StreamName=wide_stream)
    first = kinesis.list_shards(StreamName=wide_stream, MaxResults=2, ShardFilter={"Type": "AT_LATEST"})
    rest = kinesis.list_shards(NextToken=first["NextToken"])
    assert [shard["ShardId"][-1] for page in (first, rest) for shard in page["Shards"]] == ["0", "1", "2", "4", "5"]


def test_a_filter_without_what_it_filters_by_is_refused(kinesis: KinesisClient, stream: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AFTER_SHARD_ID"})


def test_streams_are_listed_in_pages(kinesis: KinesisClient, stream: str, wide_stream: str) -> None:
    first = kinesis.list_streams(Limit=1)
    assert first["StreamNames"] == ["calls"]
    assert first["HasMoreStreams"]
    rest = kinesis.list_streams(ExclusiveStartStreamName="calls")
    assert rest["StreamNames"] == ["segments"]
    assert not rest["HasMoreStreams"]
    pages = kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 1})
    assert [page["StreamNames"] for page in pages] == [["calls"], ["segments"]]


def test_a_stream_cannot_be_made_twice(kinesis: KinesisClient, stream: str) -> None:
    with refused("ResourceInUseException"):
        kinesis.create_stream(StreamName=stream, ShardCount=1)


def test_a_deleted_stream_made_again_is_empty(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, "hello")
    kinesis.delete_stream(StreamName=stream)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=stream)
    kinesis.create_stream(StreamName=stream, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    assert words(read(kinesis, stream)) == []


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("describe_stream", {}),
        ("describe_stream_summary", {}),
        ("delete_stream", {}),
        ("list_shards", {}),
        ("put_record", {"PartitionKey": "alice", "Data": b"hello"}),
        ("put_records", {"Records": [{"PartitionKey": "alice", "Data": b"hello"}]}),
        ("get_shard_iterator", {"ShardId": "shardId-000000000000", "ShardIteratorType": "LATEST"}),
        ("split_shard", {"ShardToSplit": "shardId-000000000000", "NewStartingHashKey": "5"}),
        ("merge_shards", {"ShardToMerge": "shardId-000000000000", "AdjacentShardToMerge": "shardId-000000000001"}),
        ("increase_stream_retention_period", {"RetentionPeriodHours": 48}),
    ],
)
def test_an_unknown_stream_is_not_found(kinesis: KinesisClient, operation: str, more: dict[str, Any]) -> None:
    with refused("ResourceNotFoundException"):
        getattr(kinesis, operation)(StreamName="nobody", **more)


def test_an_unknown_shard_is_not_found(kinesis: KinesisClient, stream: str) -> None:
    with refused("ResourceNotFoundException"):
        kinesis.get_shard_iterator(StreamName=stream, ShardId="shardId-000000000009", ShardIteratorType="LATEST")


def test_a_call_that_names_no_stream_is_refused(kinesis: KinesisClient) -> None:
    with refused("InvalidArgumentException"):
        kinesis.describe_stream_summary()


def test_the_retention_period_grows_and_does_not_shrink(kinesis: KinesisClient, stream: str) -> None:
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=168)
    summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert summary["RetentionPeriodHours"] == 168
    with refused("InvalidArgumentException"):
        kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
