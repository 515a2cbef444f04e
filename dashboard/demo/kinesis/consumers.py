"""Consumers of a stream, to which its records are pushed: each class is its request, and answers it."""

from typing import Annotated, Any

from msgspec import Meta, field

from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.consumer import Consumer
from dashboard.demo.kinesis.errors import KinesisError, invalid, not_found
from dashboard.demo.kinesis.request import Answer, Arn, Count, Name, Request
from dashboard.demo.kinesis.stream import Stream

MOST = 20

ConsumerArn = Annotated[
    str, Meta(max_length=2048, pattern=r"^arn:aws.*:kinesis:.*:\d{12}:stream/[\w.-]+/consumer/[\w.-]+:\d+$")
]


def consumer_at(account: Account, arn: str) -> tuple[Stream, Consumer]:
    stream = account.stream(arn.split("/")[1])
    found = next((consumer for consumer in stream.consumers.values() if consumer.arn == arn), None)
    if found is None:
        raise not_found(f"Consumer {arn} not found.")
    return stream, found


class RegisterStreamConsumer(Request, kw_only=True, frozen=True):
    stream_arn: Arn = field(name="StreamARN")
    consumer_name: Name

    def answer(self, account: Account) -> Answer:
        stream, now = account.stream(None, self.stream_arn), account.now()
        if self.consumer_name in stream.consumers:
            raise KinesisError("ResourceInUseException", f"Consumer {self.consumer_name} exists already.")
        if len(stream.consumers) >= MOST:
            raise KinesisError("LimitExceededException", f"A stream has at most {MOST} consumers.")
        consumer = Consumer(self.consumer_name, stream.arn, now, active_at=now + account.registration_s)
        stream.consumers[consumer.name] = consumer
        return {"Consumer": consumer.description(now) | {"ConsumerStatus": "CREATING"}}


class ConsumerRequest(Request, kw_only=True, frozen=True):
    stream_arn: Arn | None = field(default=None, name="StreamARN")
    consumer_name: Name | None = None
    consumer_arn: ConsumerArn | None = field(default=None, name="ConsumerARN")

    def consumer(self, account: Account) -> tuple[Stream, Consumer]:
        if self.consumer_arn is not None:
            return consumer_at(account, self.consumer_arn)
        if self.stream_arn is None or self.consumer_name is None:
            raise invalid("Either ConsumerARN or StreamARN with ConsumerName is needed.")
        stream = account.stream(None, self.stream_arn)
        if self.consumer_name not in stream.consumers:
            raise not_found(f"Consumer {self.consumer_name} not found.")
        return stream, stream.consumers[self.consumer_name]


class DescribeStreamConsumer(ConsumerRequest, kw_only=True, frozen=True):
    def answer(self, account: Account) -> Answer:
        stream, consumer = self.consumer(account)
        return {"ConsumerDescription": consumer.description(account.now()) | {"StreamARN": stream.arn}}


class DeregisterStreamConsumer(ConsumerRequest, kw_only=True, frozen=True):
    def answer(self, account: Account) -> Answer:
        stream, consumer = self.consumer(account)
        del stream.consumers[consumer.name]
        return {}


class ListStreamConsumers(Request, kw_only=True, frozen=True):
    stream_arn: Arn = field(name="StreamARN")
    max_results: Count = 100
    next_token: str | None = None

    def answer(self, account: Account) -> Answer:
        stream, after = account.stream(None, self.stream_arn), self.next_token or ""
        names = sorted(name for name in stream.consumers if name > after)
        listed: list[dict[str, Any]] = [
            stream.consumers[name].description(account.now()) for name in names[: self.max_results]
        ]
        return {"Consumers": listed} | ({"NextToken": listed[-1]["ConsumerName"]} if len(names) > len(listed) else {})
