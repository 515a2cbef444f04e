"""Operations on streams and shards: each class is its request, and answers it."""

from typing import Annotated, Literal, TypeVar

from msgspec import Meta, convert, field, to_builtins

from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.errors import invalid
from dashboard.demo.kinesis.request import Answer, Count, Digits, Name, Request, StreamRequest
from dashboard.demo.kinesis.shard import Shard
from dashboard.demo.kinesis.stream import Stream
from dashboard.demo.kinesis.tokens import NextShards

Given = TypeVar("Given", str, float)


class CreateStream(Request, kw_only=True, frozen=True):
    stream_name: Name
    shard_count: Count
    max_record_size_in_ki_b: Annotated[int, Meta(ge=1024, le=10_240)] = field(default=1024, name="MaxRecordSizeInKiB")

    def answer(self, account: Account) -> Answer:
        account.create(self.stream_name, self.shard_count, self.max_record_size_in_ki_b)
        return {}


class DeleteStream(StreamRequest, kw_only=True, frozen=True):
    def answer(self, account: Account) -> Answer:
        del account.streams[self.stream(account).name]
        return {}


class DescribeStream(StreamRequest, kw_only=True, frozen=True):
    limit: Count = 100
    exclusive_start_shard_id: Name = ""

    def answer(self, account: Account) -> Answer:
        stream = self.stream(account)
        shards, is_all = _page(stream.shards(account.now()), self.exclusive_start_shard_id, self.limit)
        return {"StreamDescription": stream.description() | {"Shards": shards, "HasMoreShards": not is_all}}


class DescribeStreamSummary(StreamRequest, kw_only=True, frozen=True):
    def answer(self, account: Account) -> Answer:
        stream = self.stream(account)
        more = {
            "OpenShardCount": stream.open_shard_count,
            "ConsumerCount": len(stream.consumers),
            "MaxRecordSizeInKiB": stream.max_record_kib,
        }
        return {"StreamDescriptionSummary": stream.description() | more}


class ListStreams(Request, kw_only=True, frozen=True):
    limit: Count = 100
    exclusive_start_stream_name: Name = ""
    next_token: str | None = None

    def answer(self, account: Account) -> Answer:
        after = self.next_token or self.exclusive_start_stream_name
        names = sorted(name for name in account.streams if name > after)
        listed, has_more = names[: self.limit], len(names) > self.limit
        answer = {
            "StreamNames": listed,
            "HasMoreStreams": has_more,
            "StreamSummaries": [account.streams[name].summary() for name in listed],
        }
        return answer | ({"NextToken": listed[-1]} if has_more else {})


class ShardFilter(Request, kw_only=True, frozen=True):
    type: Literal[
        "AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP"
    ]
    shard_id: Name | None = None
    timestamp: float | None = None

    def shards(self, stream: Stream, now: float) -> list[Shard]:
        match self.type:
            case "AFTER_SHARD_ID":
                return [shard for shard in stream.shards(now) if shard.id > self._given(self.shard_id)]
            case "AT_TRIM_HORIZON":
                return stream.shards_at(0, now)
            case "FROM_TRIM_HORIZON":
                return stream.shards(now)
            case "AT_LATEST":
                return [shard for shard in stream.shards(now) if shard.is_open]
            case "AT_TIMESTAMP":
                return stream.shards_at(self._given(self.timestamp), now)
            case "FROM_TIMESTAMP":
                return stream.shards_from(self._given(self.timestamp), now)

    def _given(self, value: Given | None) -> Given:
        if value is None:
            raise invalid(f"The filter {self.type} lacks what it filters by.")
        return value


class ListShards(StreamRequest, kw_only=True, frozen=True):
    next_token: str | None = None
    exclusive_start_shard_id: Name | None = None
    max_results: Count = 1000
    shard_filter: ShardFilter | None = None

    def answer(self, account: Account) -> Answer:
        stream, after, only = self._start(account)
        shards = only.shards(stream, account.now()) if only else stream.shards(account.now())
        listed, is_all = _page(shards, after, min(self.max_results, 1000))
        if is_all:
            return {"Shards": listed}
        kept = to_builtins(only) if only else None
        return {
            "Shards": listed,
            "NextToken": str(NextShards(stream=stream.name, after=listed[-1]["ShardId"], only=kept)),
        }

    def _start(self, account: Account) -> tuple[Stream, str, ShardFilter | None]:
        if self.next_token is None:
            return self.stream(account), self.exclusive_start_shard_id or "", self.shard_filter
        if self.stream_name or self.stream_arn or self.exclusive_start_shard_id or self.shard_filter:
            raise invalid("NextToken names the stream and the shard: it stands alone.")
        token = account.next_shards(self.next_token)
        return account.stream(token.stream), token.after, convert(token.only, ShardFilter | None)


class SplitShard(StreamRequest, kw_only=True, frozen=True):
    shard_to_split: Name
    new_starting_hash_key: Digits

    def answer(self, account: Account) -> Answer:
        self.stream(account).split(self.shard_to_split, int(self.new_starting_hash_key), account.now())
        return {}


class MergeShards(StreamRequest, kw_only=True, frozen=True):
    shard_to_merge: Name
    adjacent_shard_to_merge: Name

    def answer(self, account: Account) -> Answer:
        self.stream(account).merge(self.shard_to_merge, self.adjacent_shard_to_merge, account.now())
        return {}


class IncreaseStreamRetentionPeriod(StreamRequest, kw_only=True, frozen=True):
    retention_period_hours: Annotated[int, Meta(ge=24, le=8760)]

    def answer(self, account: Account) -> Answer:
        self.stream(account).keep_for(self.retention_period_hours)
        return {}


def _page(shards: list[Shard], after: str, limit: int) -> tuple[list[Answer], bool]:
    """Up to `limit` of the shards behind the id `after`, and whether these are all."""
    behind = [shard for shard in shards if shard.id > after]
    return [shard.description() for shard in behind[:limit]], len(behind) <= limit
