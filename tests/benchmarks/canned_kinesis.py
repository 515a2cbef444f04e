"""Kinesis that answers at the speed of memory, and whose records come at a set rate by the clock.

The records of a shard are what the time has brought so far: nobody has to put them, and none is kept. A record is made
from its number when it is asked for. Before POST /start nothing has come; after POST /stop nothing comes any more.
"""

from __future__ import annotations

import argparse
import base64
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web


class Feed(Protocol):
    """What a shard holds."""

    def record(self, number: int) -> bytes:
        """The same one each time that it is asked for."""


@dataclass
class Canned:
    feeds: Sequence[Feed]  # a shard for each
    rate: float  # records a second, of all shards together
    streams: Mapping[str, range]  # which of the shards are whose
    state: Callable[[int], dict[str, int]]  # of so many records of each shard, what /state tells beside their count
    began_at: float | None = None
    ended_at: float | None = None

    @property
    def shards(self) -> int:
        return len(self.feeds)

    def come(self) -> int:
        """How many records of each shard have come by now."""
        if self.began_at is None:
            return 0
        return int(((self.ended_at or time.time()) - self.began_at) * self.rate / self.shards)

    def came_at(self, number: int) -> float:
        return (self.began_at or 0) + (number + 1) * self.shards / self.rate

    def list_shards(self, request: dict[str, str]) -> dict[str, Any]:
        keys = {"StartingHashKey": "0", "EndingHashKey": str(2**128 - 1)}
        numbers = {"StartingSequenceNumber": "0"}
        names = [f"shardId-{shard:012}" for shard in self.streams[request["StreamName"]]]
        return {"Shards": [{"ShardId": name, "HashKeyRange": keys, "SequenceNumberRange": numbers} for name in names]}

    def describe_stream_summary(self, request: dict[str, str]) -> dict[str, Any]:
        summary = {"StreamName": request["StreamName"], "StreamStatus": "ACTIVE", "RetentionPeriodHours": 24}
        return {"StreamDescriptionSummary": {**summary, "OpenShardCount": len(self.streams[request["StreamName"]])}}

    def get_shard_iterator(self, request: dict[str, str]) -> dict[str, Any]:
        after = request.get("StartingSequenceNumber")
        is_after = request["ShardIteratorType"] == "AFTER_SEQUENCE_NUMBER"
        number = int(after) - 1 + is_after if after else 0
        return {"ShardIterator": f"{int(request['ShardId'][-12:])}:{number}"}

    def get_records(self, request: dict[str, str]) -> dict[str, Any]:
        shard, first = map(int, request["ShardIterator"].split(":"))
        come = self.come()
        after = min(come, first + int(request.get("Limit", 10_000)))
        behind_s = max(0.0, time.time() - self.came_at(after)) if after < come else 0.0
        return {
            "Records": [self._record(shard, number) for number in range(first, after)],
            "NextShardIterator": f"{shard}:{after}",
            "MillisBehindLatest": round(behind_s * 1000),
        }

    def _record(self, shard: int, number: int) -> dict[str, Any]:
        data = base64.b64encode(self.feeds[shard].record(number)).decode()
        at = round(self.came_at(number), 3)
        return {
            "SequenceNumber": str(number + 1),
            "ApproximateArrivalTimestamp": at,
            "Data": data,
            "PartitionKey": "call",
        }


def app_of(canned: Canned) -> web.Application:
    actions: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
        "DescribeStreamSummary": canned.describe_stream_summary,
        "ListShards": canned.list_shards,
        "GetShardIterator": canned.get_shard_iterator,
        "GetRecords": canned.get_records,
    }

    async def ask(request: web.Request) -> web.Response:
        action = actions.get(request.headers["X-Amz-Target"].partition(".")[2])
        if action is None:
            problem = {"__type": "UnknownOperationException"}
            return web.json_response(problem, status=400, content_type="application/x-amz-json-1.1")
        answer = action(json.loads(await request.read()))
        return web.Response(body=json.dumps(answer), content_type="application/x-amz-json-1.1")

    def control(act: Callable[[], object]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(_: web.Request) -> web.Response:
            return web.json_response(act())

        return answer

    def come() -> int:
        return canned.come() * canned.shards

    def start() -> None:
        canned.began_at = time.time()

    def stop() -> None:
        canned.ended_at = time.time()

    app = web.Application(client_max_size=1024**2)
    app.router.add_post("/", ask)
    app.router.add_post("/start", control(start))
    app.router.add_post("/stop", control(stop))
    app.router.add_get("/come", control(lambda: {"come": come()}))
    app.router.add_get("/state", control(lambda: {"come": come()} | canned.state(canned.come())))
    return app


def serve(canned: Canned, port: int) -> None:
    web.run_app(app_of(canned), host="127.0.0.1", port=port, print=None, access_log=None)


def parser(prog: str) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog=f"python -m {prog}")
    found.add_argument("--port", type=int, required=True)
    found.add_argument("--rate", type=float, required=True)
    found.add_argument("--calls", type=int, required=True)
    return found
