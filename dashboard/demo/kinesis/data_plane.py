"""Operations on records: each class is its request, and answers it."""

from typing import Annotated

from msgspec import Meta

from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.errors import invalid
from dashboard.demo.kinesis.request import Answer, Count, Digits, Name, Request, StreamRequest
from dashboard.demo.kinesis.shard import Shard
from dashboard.demo.kinesis.starts import StartType, position
from dashboard.demo.kinesis.stream import HASH_KEYS, Stream
from dashboard.demo.kinesis.tokens import ShardIterator

_REQUEST_BYTES = 10 * 1024 * 1024

PartitionKey = Annotated[str, Meta(min_length=1, max_length=256)]


class Entry(Request, kw_only=True, frozen=True):
    data: bytes
    partition_key: PartitionKey
    explicit_hash_key: Digits | None = None

    @property
    def size(self) -> int:
        return len(self.data) + len(self.partition_key.encode())

    def check(self, stream: Stream) -> None:
        if self.size > stream.max_record_kib * 1024:
            raise invalid(f"A record with its partition key is at most {stream.max_record_kib} KiB in this stream.")
        if self.explicit_hash_key is not None and int(self.explicit_hash_key) >= HASH_KEYS:
            raise invalid("ExplicitHashKey is not below 2 to the power of 128.")

    def put(self, stream: Stream, now: float) -> Answer:
        hash_key = None if self.explicit_hash_key is None else int(self.explicit_hash_key)
        shard, record = stream.put(self.partition_key, hash_key, self.data, now)
        return {"ShardId": shard.id, "SequenceNumber": record.sequence_number}


class PutRecord(StreamRequest, kw_only=True, frozen=True):
    data: bytes
    partition_key: PartitionKey
    explicit_hash_key: Digits | None = None

    def answer(self, account: Account) -> Answer:
        stream = self.stream(account)
        entry = Entry(data=self.data, partition_key=self.partition_key, explicit_hash_key=self.explicit_hash_key)
        entry.check(stream)
        return entry.put(stream, account.now()) | {"EncryptionType": "NONE"}


class PutRecords(StreamRequest, kw_only=True, frozen=True):
    records: Annotated[list[Entry], Meta(min_length=1, max_length=500)]

    def answer(self, account: Account) -> Answer:
        stream = self.stream(account)
        for entry in self.records:
            entry.check(stream)
        if sum(entry.size for entry in self.records) > _REQUEST_BYTES:
            raise invalid("The records of one request are at most 10 MiB together.")
        now = account.now()
        answers = [entry.put(stream, now) for entry in self.records]
        return {"FailedRecordCount": 0, "Records": answers, "EncryptionType": "NONE"}


class GetShardIterator(StreamRequest, kw_only=True, frozen=True):
    shard_id: Name
    shard_iterator_type: StartType
    starting_sequence_number: Digits | None = None
    timestamp: float | None = None

    def answer(self, account: Account) -> Answer:
        stream, now = self.stream(account), account.now()
        shard = stream.shard(self.shard_id, now)
        first = position(stream, shard, self.shard_iterator_type, self.starting_sequence_number, self.timestamp, now)
        return {"ShardIterator": _iterator(stream, shard, first)}


class GetRecords(Request, kw_only=True, frozen=True):
    shard_iterator: str
    limit: Count = 10_000

    def answer(self, account: Account) -> Answer:
        at, now = account.iterator(self.shard_iterator), account.now()
        stream = account.stream(at.stream)
        shard = stream.shard(at.shard, now)
        account.admit_read(stream.name, shard.id)
        page = shard.page(at.number, self.limit, now)
        answer: Answer = {"Records": page.records, "MillisBehindLatest": page.behind_ms}
        if page.is_last:
            return answer | {"ChildShards": children(stream, shard)}
        return answer | {"NextShardIterator": _iterator(stream, shard, page.next_position)}


def _iterator(stream: Stream, shard: Shard, number: int) -> str:
    return str(ShardIterator(stream=stream.name, shard=shard.id, position=str(number)))


def children(stream: Stream, parent: Shard) -> list[Answer]:
    return [
        {"ShardId": child.id, "ParentShards": list(child.parents), "HashKeyRange": child.hash_range()}
        for child in stream.children(parent)
    ]
