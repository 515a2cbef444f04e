"""What a reader does, written once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_kinesis import KinesisClient
from mypy_boto3_kinesis.type_defs import GetRecordsOutputTypeDef

FIRST_SHARD = "shardId-000000000000"


def iterator(kinesis: KinesisClient, stream: str, kind: Any = "TRIM_HORIZON", **start: Any) -> str:
    shard = start.pop("shard", FIRST_SHARD)
    answer = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType=kind, **start)
    return answer["ShardIterator"]


def read(kinesis: KinesisClient, stream: str, kind: Any = "TRIM_HORIZON", **start: Any) -> GetRecordsOutputTypeDef:
    return kinesis.get_records(ShardIterator=iterator(kinesis, stream, kind, **start))


def words(answer: GetRecordsOutputTypeDef) -> list[str]:
    return [record["Data"].decode() for record in answer["Records"]]


def put(kinesis: KinesisClient, stream: str, *said: str) -> list[str]:
    """The sequence numbers of what was put."""
    return [
        kinesis.put_record(StreamName=stream, PartitionKey="alice", Data=word.encode())["SequenceNumber"]
        for word in said
    ]


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["Error"]["Message"]
