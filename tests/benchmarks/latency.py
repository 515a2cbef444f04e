"""From a record's put to the frame in a supervisor's browser, beside an even stream of segments.

`make bench-latency` starts the whole product as `make run` does, beside a stand-in for Kinesis; supervisors sign in,
half of their sockets watch the wall, half the transcripts of calls in progress. Then marked segments are put one by
one, and each socket notes when it is given those that it watches. Writes var/bench/latency.json, and ends with status
1 when the median is not under 250 ms, the 99th percentile not under 500 ms, or anything that was put did not come.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from dashboard import embedded
from tests.benchmarks.figures import percentile, table
from tests.benchmarks.floor import Floor, world
from tests.benchmarks.stages import Hints, breakdown, note_writes, spread
from tests.benchmarks.supervisors import Page, sign_in
from tests.journeys.stack import CONTACT_LENS, ROOT, Stack, until

FOLDER = ROOT / "var" / "bench"
P50_WITHIN_MS, P99_WITHIN_MS = 250, 500
LATEST_S = 10
LIVE = "SELECT count(*) FROM calls_call WHERE is_live"


def main() -> int:
    options = arguments()
    shutil.rmtree(FOLDER / "run", ignore_errors=True)
    servers = embedded.use(FOLDER)
    people = max(1, options.sockets // 2)
    with Stack(FOLDER / "run", servers.database_url, world(options.poll_ms, people)) as stack:
        result = measure(stack, options)
    (FOLDER / "latency.json").write_text(json.dumps(result | circumstances(), indent=1) + "\n")
    print(table(result))
    return 0 if is_quick(result) else 1


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.latency")
    parser.add_argument("--segments", type=int, default=200, help="put in a second (200)")
    parser.add_argument("--sockets", type=int, default=50, help="half at the wall, half at calls (50)")
    parser.add_argument("--calls", type=int, default=200, help="in progress (200)")
    parser.add_argument("--seconds", type=int, default=60, help="of talk that is measured (60)")
    parser.add_argument("--warm", type=int, default=10, help="seconds of talk before (10)")
    parser.add_argument("--poll-ms", type=int, default=200, help="between two reads of a shard (200)")
    return parser.parse_args(given or None)


def measure(stack: Stack, options: argparse.Namespace) -> dict[str, Any]:
    note_writes(stack.database_url)
    floor = Floor(stack.kinesis_url, options.calls)
    stack.put(CONTACT_LENS, *floor.beginnings())
    until(lambda: stack.rows(LIVE)[0][0] >= options.calls, f"{options.calls} calls in progress", within_s=60)
    pages = open_pages(stack, floor, options.sockets)
    hints = Hints(stack.redis.url)
    cpu = Cpu(stack)
    asyncio.run(talk_and_watch(floor, pages, hints, cpu, options))
    first = options.warm * options.segments
    put_at = {mark: at for mark, at in floor.put_at.items() if mark >= first}
    return {
        **figures(floor, pages, put_at),
        "poll_ms": options.poll_ms,
        "segments_s": options.segments,
        "sockets": len(pages),
        "calls": options.calls,
        "put_late_p99_ms": percentile([1000 * late for late in floor.late_s[first:]], 99),
        "messages_s": round(sum(page.messages for page in pages) / (options.warm + options.seconds)),
        "breakdown": breakdown(stack.database_url, put_at, hints, pages),
        "cpu_share": cpu.shares(),
    }


def open_pages(stack: Stack, floor: Floor, sockets: int) -> list[Page]:
    """Each supervisor has the wall open, and a call of his or her own."""
    pages = []
    for n in range(max(1, sockets // 2)):
        session = sign_in(stack.url, f"super{n:02}", stack.password)
        watched = floor.call_of(n * floor.calls // max(1, sockets // 2))
        pages += [Page(session, stack.url, "/"), Page(session, stack.url, f"/calls/acme/{watched}/")]
    return pages


async def talk_and_watch(floor: Floor, pages: list[Page], hints: Hints, cpu: Cpu, options: argparse.Namespace) -> None:
    watching = [asyncio.create_task(hints.listen())]
    try:
        for page in pages:  # people do not come all at once
            watching.append(asyncio.create_task(page.watch()))
            await is_told(page, watching)
        cpu.begin()
        await floor.talk((options.warm + options.seconds) * options.segments, options.segments)
        cpu.end()
        await all_come(floor, pages)
        complain(watching)
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


async def is_told(page: Page, watching: list[asyncio.Task[None]]) -> None:
    async with asyncio.timeout(60):
        while not page.is_told:
            complain(watching)
            await asyncio.sleep(0.05)


def complain(watching: list[asyncio.Task[None]]) -> None:
    """A socket that ended by itself says why."""
    for task in watching:
        if task.done():
            task.result()


async def all_come(floor: Floor, pages: list[Page]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(LATEST_S):
            while any(missing(floor, page) for page in pages):
                await asyncio.sleep(0.1)


def expected(floor: Floor, page: Page) -> set[int]:
    """The wall shows the words of every call, a call's page its own."""
    return {mark for mark in floor.put_at if page.path == "/" or floor.call_of(mark) in page.path}


def missing(floor: Floor, page: Page) -> set[int]:
    return expected(floor, page) - page.came_at.keys()


def figures(floor: Floor, pages: list[Page], put_at: dict[int, float]) -> dict[str, Any]:
    """One sample for each segment at each socket that watches its call.

    A segment that was replaced before it could be shown (a piece by its turn, a call's last words by the next ones)
    counts from its own put to the frame of what replaced it: at least as long as it was out of sight.
    """
    taken: dict[str, list[float]] = {"wall_": [], "call_": []}
    lost = 0
    for page in pages:
        for mark in expected(floor, page) & put_at.keys():
            came_at = page.came_at.get(mark)
            if came_at is None and (page.path == "/" or floor.is_piece(mark)):
                came_at = page.came_at.get(mark + floor.calls)
            lost += came_at is None
            waited_s = LATEST_S if came_at is None else came_at - put_at[mark]
            taken["wall_" if page.path == "/" else "call_"].append(waited_s)
    taken = {"": taken["wall_"] + taken["call_"], **taken}
    spreads = {f"{name}{key}": value for name, values in taken.items() for key, value in spread(values).items()}
    return spreads | {"samples": len(taken[""]), "lost": lost, "reloads": sum(page.reloads for page in pages)}


class Cpu:
    """Which share of one core each process of the product took, and this one; `all` is of all cores together."""

    def __init__(self, stack: Stack) -> None:
        self.pids = {name: process.pid for name, process in stack.running.items()} | {"harness": os.getpid()}

    def begin(self) -> None:
        self.began = time.monotonic()
        self.before = self._used_s()

    def end(self) -> None:
        self.took_s = time.monotonic() - self.began
        self.after = self._used_s()

    def shares(self) -> dict[str, float]:
        return {name: round((self.after[name] - self.before[name]) / self.took_s, 2) for name in self.before}

    def _used_s(self) -> dict[str, float]:
        tick = os.sysconf("SC_CLK_TCK")
        busy = Path("/proc/stat").read_text().splitlines()[0].split()
        used = {"all": sum(map(int, (busy[at] for at in (1, 2, 3, 6, 7)))) / tick}
        for name, pid in self.pids.items():
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[name] = (int(after_name[11]) + int(after_name[12])) / tick
        return used


def circumstances() -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)  # noqa: S607
    command = shlex.join([Path(sys.executable).name, "-m", "tests.benchmarks.latency", *sys.argv[1:]])
    return {"commit": commit.stdout.strip(), "command": command, "cpu_count": os.cpu_count()}


def is_quick(result: dict[str, Any]) -> bool:
    is_whole = not result["lost"] and not result["reloads"]
    return bool(is_whole and result["p50_ms"] < P50_WITHIN_MS and result["p99_ms"] < P99_WITHIN_MS)


if __name__ == "__main__":
    sys.exit(main())
