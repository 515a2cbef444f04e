"""The floor of `make bench-latency`: calls in progress, and an even stream of marked segments of theirs."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from string import Template
from typing import Any

import aiohttp

from tests.journeys.records import Talk
from tests.journeys.stack import CONTACT_LENS

HEADERS = {"X-Amz-Target": "Kinesis_20131202.PutRecord", "Content-Type": "application/x-amz-json-1.1"}
WORDS = "and the courier was here on Tuesday already, but nobody rang the bell"


def world(poll_ms: int, people: int) -> str:
    names = [f"super{n:02}" for n in range(people)]
    persons = "\n".join(f'[[person]]\nusername = "{name}"\nroles = ["supervisor"]\n' for name in names)
    text = (Path(__file__).parent / "floor.toml").read_text()
    return Template(text).substitute(poll_ms=poll_ms, names=json.dumps(names), people=persons)


@dataclass
class Floor:
    """`put_at` is the moment just before the request that puts the mark's segment, `late_s` how far behind the pace."""

    kinesis_url: str
    calls: int
    put_at: dict[int, float] = field(default_factory=dict)
    late_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.talks = [Talk() for _ in range(self.calls)]

    def call_of(self, mark: int) -> str:
        return self.talks[mark % self.calls].contact_id

    def is_piece(self, mark: int) -> bool:
        """Whether it is replaced by the next segment of its call; else that one stands beside it."""
        return mark // self.calls % 2 == 0

    def beginnings(self) -> list[dict[str, Any]]:
        return [record for talk in self.talks for record in (talk.started(), talk.final("first", "Hello."))]

    async def talk(self, count: int, a_second: float) -> None:
        """Segments one by one, in turns of the calls: what one wrote is never put together with another's."""
        bodies = list(islice(self._segments(), count))  # made before: the clock below is for putting alone
        async with aiohttp.ClientSession(headers=HEADERS, trust_env=False) as http:
            began = time.monotonic()
            async with asyncio.TaskGroup() as puts:
                for mark, body in enumerate(bodies):
                    due = began + mark / a_second
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    self.late_s.append(time.monotonic() - due)
                    puts.create_task(self._put(http, mark, body))

    async def _put(self, http: aiohttp.ClientSession, mark: int, body: bytes) -> None:
        self.put_at[mark] = time.time()
        async with http.post(self.kinesis_url, data=body) as answer:
            answer.raise_for_status()

    def _segments(self) -> Iterator[bytes]:
        """Of each call a piece, then the turn that it becomes, and so on: each with a mark of its own."""
        mark = 0
        while True:
            for talk in self.talks:
                turn, words = f"t{mark // self.calls // 2}", f"mark-{mark} {WORDS}"
                yield _request(talk.piece(turn, words) if self.is_piece(mark) else talk.final(turn, words, ms=2000))
                mark += 1


def _request(record: dict[str, Any]) -> bytes:
    data = base64.b64encode(json.dumps(record).encode()).decode()
    return json.dumps({"StreamName": CONTACT_LENS, "PartitionKey": record["ContactId"], "Data": data}).encode()
