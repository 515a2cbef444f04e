"""Kinesis's JSON 1.1 protocol over HTTP, and beside it a way to ask for faults."""

from typing import Protocol, TypeVar
from uuid import uuid4

import msgspec
from aiohttp import web

from dashboard.demo.kinesis import control_plane, data_plane, event_stream
from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.consumers import (
    DeregisterStreamConsumer,
    DescribeStreamConsumer,
    ListStreamConsumers,
    RegisterStreamConsumer,
)
from dashboard.demo.kinesis.errors import KinesisError
from dashboard.demo.kinesis.faults import Fault, Faults, spoilt
from dashboard.demo.kinesis.request import Answer
from dashboard.demo.kinesis.subscription import SubscribeToShard, Subscription

_TARGET = "Kinesis_20131202."
_BODY_BYTES = 16 * 1024 * 1024  # 10 MiB of records in base64, and their keys
_PUSHED = "SubscribeToShardEvent"  # named in a fault like an operation
_OUR_FAULTS = {"InternalFailure", "InternalFailureException", "ServiceUnavailable"}


Wish = TypeVar("Wish")


class Age(msgspec.Struct, forbid_unknown_fields=True):
    """All that the streams hold happened this much earlier: how a test sees records trimmed."""

    by_s: float


class Operation(Protocol):
    def answer(self, account: Account) -> Answer | Subscription: ...


OPERATIONS: dict[str, type[Operation]] = {
    operation.__name__: operation
    for operation in (
        control_plane.CreateStream,
        control_plane.DeleteStream,
        control_plane.DescribeStream,
        control_plane.DescribeStreamSummary,
        control_plane.IncreaseStreamRetentionPeriod,
        control_plane.ListShards,
        control_plane.ListStreams,
        control_plane.MergeShards,
        control_plane.SplitShard,
        data_plane.GetRecords,
        data_plane.GetShardIterator,
        data_plane.PutRecord,
        data_plane.PutRecords,
        DeregisterStreamConsumer,
        DescribeStreamConsumer,
        ListStreamConsumers,
        RegisterStreamConsumer,
        SubscribeToShard,
    )
}


class Server:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._faults = Faults()

    def application(self) -> web.Application:
        application = web.Application(client_max_size=_BODY_BYTES)
        application.router.add_post("/", self._operate)
        application.router.add_post("/_stand_in/fault", self._add_fault)
        application.router.add_post("/_stand_in/expire", self._expire)
        application.router.add_post("/_stand_in/age", self._age)
        return application

    async def _operate(self, request: web.Request) -> web.StreamResponse:
        try:
            name = request.headers.get("X-Amz-Target", "").removeprefix(_TARGET)
            operation = _decode(await request.read(), _operation(name))
            fault = await self._faults.meet(name)
            answer = operation.answer(self._account)
            if isinstance(answer, Subscription):
                return await self._push(request, answer)
            if fault and fault.page and isinstance(operation, data_plane.GetRecords):
                answer = spoilt(answer, fault, operation.shard_iterator)
            return _json(200, answer)
        except KinesisError as error:
            status = 500 if error.code in _OUR_FAULTS else 400
            return _json(status, {"__type": error.code, "message": str(error)})

    async def _push(self, request: web.Request, subscription: Subscription) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": event_stream.CONTENT_TYPE})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(subscription.opening)
        try:
            async for event in subscription.events():
                await self._faults.meet(_PUSHED)
                await response.write(event)
        except KinesisError as error:
            await response.write(event_stream.exception(error.code, str(error)))
        return response

    async def _add_fault(self, request: web.Request) -> web.Response:
        fault = _asked(await request.read(), Fault)
        if fault.operation is not None and fault.operation not in (*OPERATIONS, _PUSHED):
            raise web.HTTPBadRequest(text="No such operation.")
        self._faults.add(fault)
        return web.Response(status=204)

    async def _expire(self, request: web.Request) -> web.Response:
        self._account.expire_iterators()
        return web.Response(status=204)

    async def _age(self, request: web.Request) -> web.Response:
        by_s = _asked(await request.read(), Age).by_s
        for stream in self._account.streams.values():
            stream.age(by_s)
        return web.Response(status=204)


def _operation(name: str) -> type[Operation]:
    if name not in OPERATIONS:
        raise KinesisError("UnknownOperationException", "This stand-in knows no such operation.")
    return OPERATIONS[name]


def _decode(body: bytes, operation: type[Operation]) -> Operation:
    try:
        return msgspec.json.decode(body, type=operation)
    except msgspec.ValidationError as error:
        raise KinesisError("ValidationException", f"1 validation error detected: {error}") from None
    except (msgspec.DecodeError, UnicodeError):
        raise KinesisError("SerializationException", "The body is not JSON.") from None


def _asked(body: bytes, wish: type[Wish]) -> Wish:
    try:
        return msgspec.json.decode(body, type=wish)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise web.HTTPBadRequest(text=str(error)) from None


def _json(status: int, answer: Answer) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(answer),
        content_type="application/x-amz-json-1.1",
        headers={"x-amzn-RequestId": str(uuid4())},
    )
