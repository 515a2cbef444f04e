"""Operations on streams and shards: each class is its request, and answers it."""

from typing import Annotated

from msgspec import Meta, field

from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.errors import invalid
from dashboard.demo.kinesis.request import Answer, Count, Digits, Name, Request, StreamRequest
from dashboard.demo.kinesis.stream import Stream
from dashboard.demo.kinesis.tokens import NextShards


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
        shards, is_all = _page(stream, self.exclusive_start_shard_id, self.limit, account.now())
        return {"StreamDescription": stream.description() | {"Shards": shards, "HasMoreShards": not is_all}}


class DescribeStreamSummary(StreamRequest, kw_only=True, frozen=True):
    def answer(self, account: Account) -> Answer:
        stream = self.stream(account)
        more = {
            "OpenShardCount": stream.open_shard_count,
            "ConsumerCount": 0,
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


class ListShards(StreamRequest, kw_only=True, frozen=True):
    next_token: str | None = None
    exclusive_start_shard_id: Name | None = None
    max_results: Count = 1000
    shard_filter: dict[str, object] | None = None

    def answer(self, account: Account) -> Answer:
        if self.shard_filter is not None:
            raise invalid("This stand-in lists all shards: it knows no ShardFilter.")
        stream, after = self._start(account)
        shards, is_all = _page(stream, after, min(self.max_results, 1000), account.now())
        next_token = {} if is_all else {"NextToken": str(NextShards(stream=stream.name, after=shards[-1]["ShardId"]))}
        return {"Shards": shards} | next_token

    def _start(self, account: Account) -> tuple[Stream, str]:
        if self.next_token is None:
            return self.stream(account), self.exclusive_start_shard_id or ""
        if self.stream_name or self.stream_arn or self.exclusive_start_shard_id:
            raise invalid("NextToken names the stream and the shard: it stands alone.")
        token = account.next_shards(self.next_token)
        return account.stream(token.stream), token.after


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


def _page(stream: Stream, after: str, limit: int, now: float) -> tuple[list[Answer], bool]:
    """Up to `limit` shards behind the id `after`, and whether these are all."""
    shards = [shard for shard in stream.shards(now) if shard.id > after]
    return [shard.description() for shard in shards[:limit]], len(shards) <= limit
