"""The parts of `make bench-live`, each for itself."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, TypeVar

from django.db import connection

from tests.benchmarks.figures import percentile
from tests.benchmarks.live_room import Room
from tests.benchmarks.live_servers import RINGBACK, Server, server
from tests.benchmarks.live_sockets import Socket, Sockets

TURN_S, IN_FLIGHT, TURN_ENDS_S = 1.5, 10, 3  # nobody rests so long that it is deaf, or its browsers seem to be
AT_ONCE = 50  # that connect
LATEST_S = 30
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 15.0  # of static/js/live_socket.js
STOPPED = 20
T = TypeVar("T")


class Parts:
    def __init__(self, room: Room, asked: argparse.Namespace) -> None:
        self.room, self.asked = room, asked
        self.database = ThreadPoolExecutor(1)

    async def all(self) -> dict[str, Any]:
        n = self.asked.sockets
        result: dict[str, Any] = {"sockets": n, "frames_s": 4}
        with server(RINGBACK) as ringback:
            few, _ = await self.opened(ringback, 10)
            result["reads_s_of_ten_sockets"] = (await self.steady(few, 4, 10))["reads_s"]
            before = ringback.rss_kb
            walls, result["connect_s"] = await self.opened(ringback, n)
            walls.take(few)
            result["kb_per_socket"] = round((ringback.rss_kb - before) / n, 1)
            result |= await self.steady(walls, 4, self.asked.seconds)
            result |= await self.side_by_side(ringback, walls)
            result |= await self.cut(ringback, walls)
            result |= await self.with_another(ringback, walls)
        with server(RINGBACK, "uvicorn") as uvicorn:
            before = uvicorn.rss_kb
            walls, _ = await self.opened(uvicorn, 2 * n)
            result["uvicorn_kb_per_socket"] = round((uvicorn.rss_kb - before) / (2 * n), 1)
            steady = await self.steady(walls, 10, self.asked.seconds)
            result |= {"uvicorn_sockets": 2 * n, "uvicorn_frames_s": 10} | _named("uvicorn", steady)
        return result

    def end(self) -> None:
        self.database.submit(lambda: connection.close())  # the thread's own: resolved there
        self.database.shutdown()

    async def in_database(self, do: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.database, do, *args)

    async def opened(self, at: Server, count: int, hello: bool = True) -> tuple[Walls, float]:
        walls, began = Walls(), time.monotonic()
        said = await self.in_database(self.room.hello) if hello else b""
        for first in range(0, count, AT_ONCE):
            walls.all += await asyncio.gather(
                *(self.open(walls, at, n, said) for n in range(first, min(count, first + AT_ONCE)))
            )
        await asyncio.sleep(1)
        return walls, round(time.monotonic() - began - 1, 1)

    async def open(self, walls: Walls, at: Server, n: int, said: bytes) -> Socket:
        socket = Socket(f"{at.url}/live/", self.room.headers(n), said, walls.seen)
        await socket.connect()
        await socket.told
        return socket

    async def steady(self, walls: Walls, a_second: float, seconds: float) -> dict[str, Any]:
        """Changes at an even pace; how long after its write each is at each socket."""
        walls.seen.waited_ms.clear()
        walls.seen.frames = 0
        began, reads = time.monotonic(), await self.in_database(self.room.transactions)
        changes = round(a_second * seconds)
        for n in range(changes):
            await asyncio.sleep(max(0.0, began + n / a_second - time.monotonic()))
            await self.in_database(self.room.change)
        await walls.until_given(changes * len(walls.all))
        await asyncio.sleep(2)  # until PostgreSQL has counted
        took_s = time.monotonic() - began
        waited = walls.seen.waited_ms
        spread = {f"p{percent}_ms": percentile(waited, percent) for percent in (50, 95, 99)}
        reads = await self.in_database(self.room.transactions) - reads - changes
        lost = changes * len(walls.all) - walls.seen.frames
        print(f"{len(walls.all)} sockets, {a_second} changes a second: {spread}, lost {lost}", flush=True)
        return {**spread, "reads_s": round(reads / took_s, 1), "lost": lost}

    async def side_by_side(self, ringback: Server, walls: Walls) -> dict[str, Any]:
        frame = await self.a_frame(walls)
        with ExitStack() as others:
            group = await _beside(others, "tests.benchmarks.live_apps:group")
            raw = await _beside(others, "tests.benchmarks.live_apps:raw")
            of_group, _ = await self.opened(group, len(walls.all), hello=False)
            of_raw, _ = await self.opened(raw, len(walls.all), hello=False)
            tell_group, tell_raw = await _teller(group, frame), await _teller(raw, frame)
            contest = {
                "group": (group, of_group, tell_group),
                "feed": (ringback, walls, lambda: self.in_database(self.room.change)),
                "raw": (raw, of_raw, tell_raw),
            }
            told: list[int] = []
            taken: dict[str, list[int]] = {name: [] for name in contest}
            for each in (group, ringback, raw):
                each.rest()
            for _ in range(self.asked.turns):
                for name, (at, seen, tell) in contest.items():
                    at.go_on()
                    await asyncio.sleep(0.3)
                    frames_s, messages_s = await _given_s(seen, tell)
                    taken[name].append(frames_s)
                    if name == "feed":
                        told.append(messages_s)
                    at.rest()
            ringback.go_on()
        medians = {f"{name}_deliveries_s": round(statistics.median(values)) for name, values in taken.items()}
        feed, others_s = medians["feed_deliveries_s"], medians
        print(f"side by side: {taken}, closed meanwhile: {walls.seen.closed}", flush=True)
        return medians | {
            "of_group": round(feed / max(1, others_s["group_deliveries_s"]), 2),
            "of_raw": round(feed / max(1, others_s["raw_deliveries_s"]), 2),
            "feed_messages_s": round(statistics.median(told)),  # each with the frames of one look
            "frame_octets": len(frame),
            "turns": taken,
        }

    async def a_frame(self, walls: Walls) -> str:
        """A message of the feed with one row, for the others to send."""
        heard = asyncio.get_running_loop().create_future()

        def hear(socket: Socket, payload: bytes) -> None:
            if b"sent-at-" in payload and not heard.done():
                heard.set_result(payload.decode())

        walls.all[0].heard = hear
        await self.in_database(self.room.change)
        frame: str = await heard
        walls.all[0].heard = None
        return frame

    async def cut(self, at: Server, walls: Walls) -> dict[str, Any]:
        """Their browsers come back as static/js/live_socket.js does."""
        said = await self.in_database(self.room.hello)
        going, walls.all = walls.all[: self.asked.cut], walls.all[self.asked.cut :]
        began = time.monotonic()
        for socket in going:
            socket.transport.abort()
        back = await asyncio.gather(*(self._come_back(walls, at, n, said, began) for n in range(len(going))))
        walls.all += [socket for socket, _ in back]
        waited = [waited_s for _, waited_s in back]
        return {"cut": len(going), "cut_p50_s": percentile(waited, 50), "cut_all_live_s": round(max(waited), 1)}

    async def _come_back(self, walls: Walls, at: Server, n: int, said: bytes, began: float) -> tuple[Socket, float]:
        for tries in range(20):
            await asyncio.sleep(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**tries) * random.uniform(0.2, 1))  # noqa: S311
            try:
                return await self.open(walls, at, n, said), time.monotonic() - began
            except OSError:
                continue
        raise RuntimeError("a socket never came back")

    async def with_another(self, one: Server, walls: Walls) -> dict[str, Any]:
        with ExitStack() as another:
            others, _ = await self.opened(await _beside(another, RINGBACK), self.asked.sockets)
            walls.take(others)
            return {"two_sockets": len(walls.all)} | _named("two", await self.steady(walls, 4, self.asked.seconds))

    async def stopped(self) -> dict[str, Any]:
        """Those who stop are let go after 20 s by the server; as many others take their places."""
        minutes = self.asked.stopped
        with server(RINGBACK) as ringback:
            walls, _ = await self.opened(ringback, self.asked.sockets)
            before = await self.steady(walls, 10, 30)
            rss, most, p95 = ringback.rss_kb, 0, []
            until = time.monotonic() + 60 * minutes
            while time.monotonic() < until:
                stopped, _ = await self.opened(ringback, STOPPED)
                for socket in stopped.all:
                    socket.stop_reading()
                p95.append((await self.steady(walls, 10, 25))["p95_ms"])
                most = max(most, ringback.rss_kb)
                for socket in stopped.all:
                    socket.transport.abort()
            return {
                "sockets": len(walls.all), "stopped": STOPPED, "minutes": minutes,
                "growth_mb": round((most - rss) / 1024, 1),
                "p95_ms_before": before["p95_ms"], "p95_ms": statistics.median(p95),
            }  # fmt: skip


class Walls:
    def __init__(self) -> None:
        self.all: list[Socket] = []
        self.seen = Sockets()

    def take(self, others: Walls) -> None:
        for socket in others.all:
            socket.of = self.seen
        self.all += others.all

    async def until_given(self, frames: int, within_s: float = LATEST_S) -> None:
        deadline = time.monotonic() + within_s
        while self.seen.frames < frames and time.monotonic() < deadline:
            await asyncio.sleep(0.002)


async def _beside(running: ExitStack, application: str) -> Server:
    """Started while the sockets that are open go on reading."""
    return await asyncio.to_thread(running.enter_context, server(application))


async def _given_s(walls: Walls, tell: Callable[[], Awaitable[Any]]) -> tuple[int, int]:
    """Frames and messages at sockets, a second, with as many in flight as keep the server busy."""
    seen, count, rounds = walls.seen, len(walls.all), 0
    seen.frames, seen.deliveries = 0, 0
    began = time.monotonic()
    while time.monotonic() < began + TURN_S:
        await tell()
        rounds += 1
        await walls.until_given((rounds - IN_FLIGHT) * count, TURN_ENDS_S)
    await walls.until_given(rounds * count, TURN_ENDS_S)
    took_s = time.monotonic() - began
    return round(seen.frames / took_s), round(seen.deliveries / took_s)


async def _teller(at: Server, frame: str) -> Callable[[], Awaitable[None]]:
    socket = Socket(f"{at.url}/tell", {}, b"", Sockets())
    await socket.connect()
    await socket.opened
    asked = json.dumps({"text": frame}).encode()

    async def tell() -> None:
        socket.say(asked)

    return tell


def _named(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_{key}": value for key, value in figures.items()}
