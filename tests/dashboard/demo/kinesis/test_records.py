import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from mypy_boto3_kinesis import KinesisClient
from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef, ShardTypeDef

from tests.dashboard.demo.kinesis.reading import iterator, put, read, refused, words

MIB = 1024 * 1024


def test_records_come_back_in_order_with_their_bytes_and_keys(kinesis: KinesisClient, stream: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    numbers = put(kinesis, stream, "one", "two", "three")
    answer = read(kinesis, stream)
    assert words(answer) == ["one", "two", "three"]
    assert [record["SequenceNumber"] for record in answer["Records"]] == numbers
    assert {record["PartitionKey"] for record in answer["Records"]} == {"alice"}
    assert all(before < record["ApproximateArrivalTimestamp"] for record in answer["Records"])


def test_sequence_numbers_grow_and_are_too_long_for_64_bits(kinesis: KinesisClient, stream: str) -> None:
    numbers = put(kinesis, stream, *"abcdefgh")
    assert numbers == sorted(numbers, key=int)
    assert len(set(numbers)) == 8
    assert {len(number) for number in numbers} == {56}


def test_bytes_that_are_no_text_come_back_unchanged(kinesis: KinesisClient, stream: str) -> None:
    every_byte = bytes(range(256))
    kinesis.put_record(StreamName=stream, PartitionKey="alice", Data=every_byte)
    assert [record["Data"] for record in read(kinesis, stream)["Records"]] == [every_byte]


def test_the_md5_of_the_partition_key_picks_the_shard(kinesis: KinesisClient, wide_stream: str) -> None:
    shards = kinesis.list_shards(StreamName=wide_stream)["Shards"]
    for key in ("alice", "bob", "charlie", "Zoë", "+12025550142"):
        hash_key = int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16)
        expected = [shard["ShardId"] for shard in shards if holds(shard, hash_key)]
        assert [kinesis.put_record(StreamName=wide_stream, PartitionKey=key, Data=b"x")["ShardId"]] == expected


def holds(shard: ShardTypeDef, hash_key: int) -> bool:
    hashes = shard["HashKeyRange"]
    return int(hashes["StartingHashKey"]) <= hash_key <= int(hashes["EndingHashKey"])


def test_an_explicit_hash_key_overrides_the_partition_key(kinesis: KinesisClient, wide_stream: str) -> None:
    records: list[PutRecordsRequestEntryTypeDef] = [
        {"PartitionKey": "alice", "ExplicitHashKey": str(2**126 * quarter), "Data": b"x"} for quarter in range(4)
    ]
    answer = kinesis.put_records(StreamName=wide_stream, Records=records)
    assert [record["ShardId"][-1] for record in answer["Records"]] == ["0", "1", "2", "3"]
    with refused("InvalidArgumentException"):
        kinesis.put_record(StreamName=wide_stream, PartitionKey="alice", ExplicitHashKey=str(2**128), Data=b"x")


def test_a_batch_is_answered_record_by_record(kinesis: KinesisClient, stream: str) -> None:
    records: list[PutRecordsRequestEntryTypeDef] = [
        {"PartitionKey": str(number), "Data": str(number).encode()} for number in range(500)
    ]
    answer = kinesis.put_records(StreamName=stream, Records=records)
    assert answer["FailedRecordCount"] == 0
    delivered = read(kinesis, stream)
    assert words(delivered) == [str(number) for number in range(500)]
    assert [record["SequenceNumber"] for record in delivered["Records"]] == [
        record["SequenceNumber"] for record in answer["Records"]
    ]


def test_a_record_over_the_bound_is_refused_and_one_at_the_bound_is_not(kinesis: KinesisClient, stream: str) -> None:
    key = "alice"
    kinesis.put_record(StreamName=stream, PartitionKey=key, Data=b"x" * (MIB - len(key)))
    with refused("InvalidArgumentException"):
        kinesis.put_record(StreamName=stream, PartitionKey=key, Data=b"x" * (MIB - len(key) + 1))


def test_a_batch_with_a_record_over_the_bound_puts_nothing(kinesis: KinesisClient, stream: str) -> None:
    records: list[PutRecordsRequestEntryTypeDef] = [
        {"PartitionKey": "alice", "Data": b"x" * size} for size in (5, MIB + 1)
    ]
    with refused("InvalidArgumentException"):
        kinesis.put_records(StreamName=stream, Records=records)
    assert words(read(kinesis, stream)) == []


def test_a_batch_over_ten_mebibytes_is_refused(kinesis: KinesisClient, stream: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.put_records(
            StreamName=stream, Records=[{"PartitionKey": "alice", "Data": b"x" * (MIB - 5)} for _ in range(11)]
        )


def test_a_stream_can_be_made_for_larger_records(kinesis: KinesisClient) -> None:
    kinesis.create_stream(StreamName="large", ShardCount=1, MaxRecordSizeInKiB=10_240)
    kinesis.put_record(StreamName="large", PartitionKey="alice", Data=b"x" * 9 * MIB)
    assert [len(record["Data"]) for record in read(kinesis, "large")["Records"]] == [9 * MIB]
    kinesis.delete_stream(StreamName="large")


def test_more_than_500_records_in_one_batch_are_refused(kinesis: KinesisClient, stream: str) -> None:
    with refused("ValidationException"):
        kinesis.put_records(StreamName=stream, Records=[{"PartitionKey": "alice", "Data": b"x"}] * 501)


def test_trim_horizon_reads_from_the_oldest_and_latest_only_what_comes(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, "early")
    latest = iterator(kinesis, stream, "LATEST")
    put(kinesis, stream, "late")
    assert words(read(kinesis, stream, "TRIM_HORIZON")) == ["early", "late"]
    assert words(kinesis.get_records(ShardIterator=latest)) == ["late"]


def test_reading_starts_at_or_after_a_sequence_number(kinesis: KinesisClient, stream: str) -> None:
    _, second, _ = put(kinesis, stream, "one", "two", "three")
    assert words(read(kinesis, stream, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=second)) == ["two", "three"]
    assert words(read(kinesis, stream, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=second)) == ["three"]


def test_reading_may_start_at_the_sequence_number_of_the_shard_itself(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, "one")
    shard = kinesis.list_shards(StreamName=stream)["Shards"][0]
    start = shard["SequenceNumberRange"]["StartingSequenceNumber"]
    assert words(read(kinesis, stream, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=start)) == ["one"]


def test_a_sequence_number_of_another_shard_is_refused(kinesis: KinesisClient, wide_stream: str) -> None:
    number = kinesis.put_record(StreamName=wide_stream, PartitionKey="alice", ExplicitHashKey="0", Data=b"x")
    with refused("InvalidArgumentException"):
        iterator(
            kinesis,
            wide_stream,
            "AFTER_SEQUENCE_NUMBER",
            shard="shardId-000000000001",
            StartingSequenceNumber=number["SequenceNumber"],
        )


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP"])
def test_an_iterator_without_its_start_is_refused(kinesis: KinesisClient, stream: str, kind: str) -> None:
    with refused("InvalidArgumentException"):
        iterator(kinesis, stream, kind)


def test_reading_starts_at_a_moment(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, "one", "two")
    an_hour = timedelta(hours=1)
    now = datetime.now(UTC)
    assert words(read(kinesis, stream, "AT_TIMESTAMP", Timestamp=now - an_hour)) == ["one", "two"]


def test_a_page_holds_what_its_limit_allows_and_the_next_goes_on(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, *"abcde")
    first = kinesis.get_records(ShardIterator=iterator(kinesis, stream), Limit=2)
    second = kinesis.get_records(ShardIterator=first["NextShardIterator"], Limit=2)
    third = kinesis.get_records(ShardIterator=second["NextShardIterator"], Limit=2)
    assert [words(page) for page in (first, second, third)] == [["a", "b"], ["c", "d"], ["e"]]


def test_an_iterator_may_be_used_again_with_the_same_result(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, "one")
    start = iterator(kinesis, stream)
    assert words(kinesis.get_records(ShardIterator=start)) == words(kinesis.get_records(ShardIterator=start)) == ["one"]


def test_a_page_says_how_far_behind_it_is(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, "one", "two")
    behind = kinesis.get_records(ShardIterator=iterator(kinesis, stream), Limit=1)
    assert behind["MillisBehindLatest"] > 0
    assert kinesis.get_records(ShardIterator=behind["NextShardIterator"])["MillisBehindLatest"] == 0


def test_an_empty_page_at_the_tip_hands_on_an_iterator_that_finds_what_comes(
    kinesis: KinesisClient, stream: str
) -> None:
    empty = read(kinesis, stream)
    assert empty["Records"] == []
    assert empty["MillisBehindLatest"] == 0
    put(kinesis, stream, "one")
    assert words(kinesis.get_records(ShardIterator=empty["NextShardIterator"])) == ["one"]


def test_an_answer_holds_at_most_ten_mebibytes(kinesis: KinesisClient, stream: str) -> None:
    for _ in range(3):
        records: list[PutRecordsRequestEntryTypeDef] = [
            {"PartitionKey": "alice", "Data": b"x" * (MIB - 5)} for _ in range(4)
        ]
        kinesis.put_records(StreamName=stream, Records=records)
    first = read(kinesis, stream)
    assert len(first["Records"]) == 10
    assert len(kinesis.get_records(ShardIterator=first["NextShardIterator"])["Records"]) == 2


def test_a_page_of_more_than_10_000_records_cannot_be_asked_for(kinesis: KinesisClient, stream: str) -> None:
    with refused("ValidationException"):
        kinesis.get_records(ShardIterator=iterator(kinesis, stream), Limit=10_001)


@pytest.mark.parametrize("text", ["AAAA", "not a token", "WzFd", "é"])
def test_an_iterator_that_nobody_gave_is_refused(kinesis: KinesisClient, stream: str, text: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.get_records(ShardIterator=text)


def test_an_iterator_into_a_deleted_stream_finds_nothing(kinesis: KinesisClient) -> None:
    kinesis.create_stream(StreamName="short-lived", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="short-lived")
    start = iterator(kinesis, "short-lived")
    kinesis.delete_stream(StreamName="short-lived")
    kinesis.get_waiter("stream_not_exists").wait(StreamName="short-lived")
    with refused("ResourceNotFoundException"):
        kinesis.get_records(ShardIterator=start)
