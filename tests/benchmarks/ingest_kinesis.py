"""Kinesis that answers at the speed of memory, and whose records come at a set rate by the clock.

The records of a shard are what the hour has brought so far: nobody has to put them, and none is kept. A record is made
from its number when it is asked for; none has an id of another. Shards hold different calls, as Kinesis deals them out
by their keys. Before POST /start nothing has come; after POST /stop nothing comes any more.

    python -m tests.benchmarks.ingest_kinesis --shards 10 --rate 10000 --calls 10000
"""

from __future__ import annotations

import argparse
import base64
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.benchmarks.ingest_records import Talks, contact_ids

GROUP = 9  # of contact ids


@dataclass
class Canned:
    shards: int
    rate: float  # records a second, of all shards together
    calls: int
    began_at: float | None = None
    ended_at: float | None = None

    def __post_init__(self) -> None:
        ids = contact_ids(GROUP, self.calls)
        self.talks = [Talks(ids[shard :: self.shards], seed=shard) for shard in range(self.shards)]

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
        names = [f"shardId-{shard:012}" for shard in range(self.shards)]
        return {"Shards": [{"ShardId": name, "HashKeyRange": keys, "SequenceNumberRange": numbers} for name in names]}

    def describe_stream_summary(self, request: dict[str, str]) -> dict[str, Any]:
        summary = {"StreamName": request["StreamName"], "StreamStatus": "ACTIVE", "RetentionPeriodHours": 24}
        return {"StreamDescriptionSummary": {**summary, "OpenShardCount": self.shards}}

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
        data = base64.b64encode(self.talks[shard].record(number)).decode()
        at = round(self.came_at(number), 3)
        return {
            "SequenceNumber": str(number + 1),
            "ApproximateArrivalTimestamp": at,
            "Data": data,
            "PartitionKey": "call",
        }

    def state(self) -> dict[str, int]:
        """`turns`: how many the records that have come bring."""
        come = self.come()
        turns = {
            (shard, talk, (step + talk) // 3)
            for shard, talks in enumerate(self.talks)
            for number in range(come)
            for step, talk in [divmod(number, len(talks.contact_ids))]
        }
        return {"come": come * self.shards, "turns": len(turns)}


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

    def start() -> None:
        canned.began_at = time.time()

    def stop() -> None:
        canned.ended_at = time.time()

    app = web.Application(client_max_size=1024**2)
    app.router.add_post("/", ask)
    app.router.add_post("/start", control(start))
    app.router.add_post("/stop", control(stop))
    app.router.add_get("/come", control(lambda: {"come": canned.come() * canned.shards}))
    app.router.add_get("/state", control(canned.state))
    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ingest_kinesis")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--shards", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--calls", type=int, required=True)
    options = parser.parse_args()
    canned = Canned(options.shards, options.rate, options.calls)
    web.run_app(app_of(canned), host="127.0.0.1", port=options.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
