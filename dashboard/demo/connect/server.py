"""Amazon Connect's REST-JSON protocol over HTTP, and beside it what the stand-in is told."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
from aiohttp import web

from dashboard.demo.connect.centre import Centre
from dashboard.demo.connect.errors import ConnectError, invalid
from dashboard.demo.connect.operations import (
    Answer,
    MetricQuestion,
    current_metric_data,
    describe_contact,
    list_queues,
)
from dashboard.demo.connect.told import Fault, Fields, Queue, Rules

_BODY_BYTES = 16 * 1024 * 1024

Wish = TypeVar("Wish")


def application(centre: Centre) -> web.Application:
    server, app = Server(centre), web.Application(client_max_size=_BODY_BYTES)
    app.add_routes(
        [
            web.get("/contacts/{instance}/{contact}", server.describe_contact),
            web.post("/metrics/current/{instance}", server.current_metric_data),
            web.get("/queues-summary/{instance}", server.list_queues),
            web.put("/control/contacts", server.tell_contacts),
            web.put("/control/queues", server.tell_queues),
            web.put("/control/rules", server.set_rules),
            web.post("/control/fault", server.add_fault),
        ]
    )
    return app


class Server:
    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    async def describe_contact(self, request: web.Request) -> web.Response:
        contact_id = request.match_info["contact"]
        return await self._operate(
            request, "DescribeContact", contact_id, lambda: describe_contact(self._centre, contact_id)
        )

    async def current_metric_data(self, request: web.Request) -> web.Response:
        body = await request.read()
        return await self._operate(
            request, "GetCurrentMetricData", "", lambda: current_metric_data(self._centre, _question(body))
        )

    async def list_queues(self, request: web.Request) -> web.Response:
        kinds, token = request.query.getall("queueTypes", []), request.query.get("nextToken")
        size = int(request.query.get("maxResults", 100))
        return await self._operate(request, "ListQueues", "", lambda: list_queues(self._centre, kinds, token, size))

    async def _operate(
        self, request: web.Request, operation: str, about: str, answer: Callable[[], Answer]
    ) -> web.Response:
        self._centre.asked.append((operation, about))
        try:
            await self._meet_faults(operation)
            self._centre.admit(operation)
            if request.match_info["instance"] != self._centre.instance_id:
                raise ConnectError("ResourceNotFoundException", "Instance not found")
            return _json(200, answer())
        except ConnectError as error:
            return _json(error.status, {"Message": str(error)}, {"x-amzn-ErrorType": error.code})

    async def _meet_faults(self, operation: str) -> None:
        if fault := self._centre.next_fault(operation):
            await asyncio.sleep(fault.latency_ms / 1000)
            if failure := fault.failure():
                raise failure

    async def tell_contacts(self, request: web.Request) -> web.Response:
        try:
            self._centre.tell_contacts(await _asked(request, list[Fields]))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.Response(status=204)

    async def tell_queues(self, request: web.Request) -> web.Response:
        self._centre.tell_queues(await _asked(request, list[Queue]))
        return web.Response(status=204)

    async def set_rules(self, request: web.Request) -> web.Response:
        self._centre.rules = await _asked(request, Rules)
        return web.Response(status=204)

    async def add_fault(self, request: web.Request) -> web.Response:
        self._centre.faults.append(await _asked(request, Fault))
        return web.Response(status=204)


def _question(body: bytes) -> MetricQuestion:
    try:
        return msgspec.json.decode(body, type=MetricQuestion)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise invalid(str(error)) from None


async def _asked(request: web.Request, wish: type[Wish]) -> Wish:
    try:
        return msgspec.json.decode(await request.read(), type=wish)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise web.HTTPBadRequest(text=str(error)) from None


def _json(status: int, answer: Any, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(answer),
        content_type="application/json",
        headers={"x-amzn-RequestId": str(uuid4()), **(headers or {})},
    )
