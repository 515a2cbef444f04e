"""SubscribeToShard: records pushed as they come, over one answer that lasts minutes."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from msgspec import field

from dashboard.demo.kinesis import event_stream
from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.consumer import Consumer
from dashboard.demo.kinesis.consumers import ConsumerArn, consumer_at
from dashboard.demo.kinesis.data_plane import children
from dashboard.demo.kinesis.errors import KinesisError
from dashboard.demo.kinesis.request import Digits, Name, Request
from dashboard.demo.kinesis.shard import Page
from dashboard.demo.kinesis.starts import StartType, position
from dashboard.demo.kinesis.stream import Stream

_RECORDS_AN_EVENT = 1000


class StartingPosition(Request, kw_only=True, frozen=True):
    type: StartType
    sequence_number: Digits | None = None
    timestamp: float | None = None


class SubscribeToShard(Request, kw_only=True, frozen=True):
    consumer_arn: ConsumerArn = field(name="ConsumerARN")
    shard_id: Name
    starting_position: StartingPosition

    def answer(self, account: Account) -> "Subscription":
        stream, consumer = consumer_at(account, self.consumer_arn)
        now, start = account.now(), self.starting_position
        shard = stream.shard(self.shard_id, now)
        first = position(stream, shard, start.type, start.sequence_number, start.timestamp, now)
        if not consumer.is_active(now):
            raise KinesisError("ResourceInUseException", f"Consumer {consumer.name} is not active.")
        if now - consumer.subscribed_at.get(shard.id, 0) < account.resubscribe_s:
            raise KinesisError("ResourceInUseException", "Another active subscription exists for this consumer.")
        consumer.subscribed_at[shard.id] = now
        return Subscription(account, stream, consumer, shard.id, first)


class Subscription:
    opening = event_stream.event("initial-response", {})

    def __init__(self, account: Account, stream: Stream, consumer: Consumer, shard_id: str, first: int) -> None:
        self._account = account
        self._stream = stream
        self._consumer = consumer
        self._shard_id = shard_id
        self._position = first
        self._began_at = consumer.subscribed_at[shard_id]
        self._ends_at = time.monotonic() + account.subscription_s

    async def events(self) -> AsyncIterator[bytes]:
        """Raises KinesisError where Amazon would end the stream with an exception."""
        while time.monotonic() < self._ends_at:
            woken = self._stream.woken()
            page = self._page()
            yield event_stream.event("SubscribeToShardEvent", self._content(page))
            if page.is_last:
                return
            if page.behind_ms == 0:
                await self._for_more(woken)

    def _page(self) -> Page:
        if self._consumer.subscribed_at[self._shard_id] != self._began_at:
            raise KinesisError("ResourceInUseException", "Another subscription has taken over.")
        now = self._account.now()
        self._account.stream(self._stream.name)
        page = self._stream.shard(self._shard_id, now).page(self._position, _RECORDS_AN_EVENT, now)
        self._position = page.next_position
        return page

    async def _for_more(self, woken: asyncio.Event) -> None:
        """Until something was put into the stream, or it is time for an empty event."""
        rest = min(self._account.heartbeat_s, max(0.0, self._ends_at - time.monotonic()))
        try:
            await asyncio.wait_for(woken.wait(), rest)
        except TimeoutError:
            return

    def _content(self, page: Page) -> dict[str, Any]:
        content: dict[str, Any] = {"Records": page.records, "MillisBehindLatest": page.behind_ms}
        shard = self._stream.shard(self._shard_id, self._account.now())
        if page.is_last:
            return content | {"ChildShards": children(self._stream, shard)}
        number = page.records[-1].number if page.records else self._stream.tip(shard, self._account.now())
        return content | {"ContinuationSequenceNumber": str(number)}
