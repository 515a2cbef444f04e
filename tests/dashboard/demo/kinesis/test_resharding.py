import pytest
from mypy_boto3_kinesis import KinesisClient
from mypy_boto3_kinesis.type_defs import GetRecordsOutputTypeDef, PutRecordOutputTypeDef, ShardTypeDef

from tests.dashboard.demo.kinesis.reading import FIRST_SHARD, iterator, put, read, refused, words

MIDDLE = str(2**127)
LOW, HIGH = "shardId-000000000001", "shardId-000000000002"


@pytest.fixture
def split_stream(kinesis: KinesisClient, stream: str) -> str:
    """One shard with one record, split into two."""
    put(kinesis, stream, "before")
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey=MIDDLE)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    return stream


def shards_of(kinesis: KinesisClient, stream: str) -> dict[str, ShardTypeDef]:
    return {shard["ShardId"]: shard for shard in kinesis.list_shards(StreamName=stream)["Shards"]}


def put_at(kinesis: KinesisClient, stream: str, hash_key: str) -> PutRecordOutputTypeDef:
    return kinesis.put_record(StreamName=stream, PartitionKey="alice", ExplicitHashKey=hash_key, Data=b"after")


def read_to_the_end(kinesis: KinesisClient, start: str) -> tuple[list[str], GetRecordsOutputTypeDef]:
    """Everything up to the end of a closed shard, and the answer that says that it is the end."""
    said = []
    while True:
        answer = kinesis.get_records(ShardIterator=start, Limit=1)
        said += words(answer)
        if answer.get("NextShardIterator") is None:
            return said, answer
        start = answer["NextShardIterator"]


def test_a_split_closes_the_parent_and_opens_two_children(kinesis: KinesisClient, split_stream: str) -> None:
    shards = shards_of(kinesis, split_stream)
    assert list(shards) == [FIRST_SHARD, LOW, HIGH]
    assert "EndingSequenceNumber" in shards[FIRST_SHARD]["SequenceNumberRange"]
    assert [shards[child]["ParentShardId"] for child in (LOW, HIGH)] == [FIRST_SHARD, FIRST_SHARD]
    assert all("AdjacentParentShardId" not in shards[child] for child in (LOW, HIGH))
    assert shards[LOW]["HashKeyRange"] == {"StartingHashKey": "0", "EndingHashKey": str(2**127 - 1)}
    assert shards[HIGH]["HashKeyRange"] == {"StartingHashKey": MIDDLE, "EndingHashKey": str(2**128 - 1)}
    summary = kinesis.describe_stream_summary(StreamName=split_stream)["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 2


def test_after_a_split_records_go_to_the_children(kinesis: KinesisClient, split_stream: str) -> None:
    assert put_at(kinesis, split_stream, "0")["ShardId"] == LOW
    assert put_at(kinesis, split_stream, MIDDLE)["ShardId"] == HIGH


def test_children_begin_after_their_parents_end(kinesis: KinesisClient, split_stream: str) -> None:
    numbers = {shard_id: shard["SequenceNumberRange"] for shard_id, shard in shards_of(kinesis, split_stream).items()}
    end = int(numbers[FIRST_SHARD]["EndingSequenceNumber"])
    assert all(int(numbers[child]["StartingSequenceNumber"]) > end for child in (LOW, HIGH))


def test_a_closed_shard_gives_what_it_holds_and_then_its_children(kinesis: KinesisClient, split_stream: str) -> None:
    said, end = read_to_the_end(kinesis, iterator(kinesis, split_stream))
    assert said == ["before"]
    assert [child["ShardId"] for child in end["ChildShards"]] == [LOW, HIGH]
    assert all(child["ParentShards"] == [FIRST_SHARD] for child in end["ChildShards"])
    assert end["ChildShards"][1]["HashKeyRange"]["StartingHashKey"] == MIDDLE
    assert end["MillisBehindLatest"] == 0


def test_an_iterator_given_before_the_split_meets_the_end_too(kinesis: KinesisClient, stream: str) -> None:
    put(kinesis, stream, "one", "two")
    start = iterator(kinesis, stream)
    waiting = read(kinesis, stream)["NextShardIterator"]
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey=MIDDLE)
    kinesis.get_waiter("stream_exists").wait(StreamName=stream)
    assert read_to_the_end(kinesis, start)[0] == ["one", "two"]
    assert read_to_the_end(kinesis, waiting)[0] == []


def test_latest_on_a_closed_shard_is_its_end(kinesis: KinesisClient, split_stream: str) -> None:
    said, end = read_to_the_end(kinesis, iterator(kinesis, split_stream, "LATEST"))
    assert said == []
    assert len(end["ChildShards"]) == 2


def test_a_reader_comes_back_to_a_closed_shard_after_its_last_record(kinesis: KinesisClient, split_stream: str) -> None:
    last = read(kinesis, split_stream)["Records"][-1]["SequenceNumber"]
    start = iterator(kinesis, split_stream, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=last)
    said, end = read_to_the_end(kinesis, start)
    assert said == []
    assert len(end["ChildShards"]) == 2


def test_an_open_shard_has_no_end(kinesis: KinesisClient, split_stream: str) -> None:
    answer = read(kinesis, split_stream, shard=LOW)
    assert answer["NextShardIterator"]
    assert "ChildShards" not in answer


def test_a_merge_closes_both_parents_and_opens_one_child(kinesis: KinesisClient, split_stream: str) -> None:
    put_at(kinesis, split_stream, "0")
    kinesis.merge_shards(StreamName=split_stream, ShardToMerge=LOW, AdjacentShardToMerge=HIGH)
    kinesis.get_waiter("stream_exists").wait(StreamName=split_stream)
    child = shards_of(kinesis, split_stream)["shardId-000000000003"]
    assert (child["ParentShardId"], child["AdjacentParentShardId"]) == (LOW, HIGH)
    assert child["HashKeyRange"] == {"StartingHashKey": "0", "EndingHashKey": str(2**128 - 1)}
    said, end = read_to_the_end(kinesis, iterator(kinesis, split_stream, shard=LOW))
    assert said == ["after"]
    assert [set(shard["ParentShards"]) for shard in end["ChildShards"]] == [{LOW, HIGH}]
    assert put_at(kinesis, split_stream, "0")["ShardId"] == child["ShardId"]


def test_shards_merge_whichever_is_named_first(kinesis: KinesisClient, split_stream: str) -> None:
    kinesis.merge_shards(StreamName=split_stream, ShardToMerge=HIGH, AdjacentShardToMerge=LOW)
    child = shards_of(kinesis, split_stream)["shardId-000000000003"]
    assert (child["ParentShardId"], child["AdjacentParentShardId"]) == (HIGH, LOW)


def test_shards_that_are_no_neighbours_do_not_merge(kinesis: KinesisClient, wide_stream: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.merge_shards(StreamName=wide_stream, ShardToMerge=FIRST_SHARD, AdjacentShardToMerge=HIGH)
    with refused("InvalidArgumentException"):
        kinesis.merge_shards(StreamName=wide_stream, ShardToMerge=LOW, AdjacentShardToMerge=LOW)


@pytest.mark.parametrize("hash_key", [str(2**126), str(2**126 - 1)])
def test_a_split_outside_of_the_shard_is_refused(kinesis: KinesisClient, wide_stream: str, hash_key: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.split_shard(StreamName=wide_stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey=hash_key)


@pytest.mark.parametrize("hash_key", ["0", "1"])
def test_a_split_at_the_edge_of_a_shard_is_refused(kinesis: KinesisClient, wide_stream: str, hash_key: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.split_shard(StreamName=wide_stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey=hash_key)


def test_a_closed_shard_cannot_be_split_again(kinesis: KinesisClient, split_stream: str) -> None:
    with refused("InvalidArgumentException"):
        kinesis.split_shard(StreamName=split_stream, ShardToSplit=FIRST_SHARD, NewStartingHashKey="5")
