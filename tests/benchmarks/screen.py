"""A screen on a wall, left alone for half an hour at ten times the simulator's rate, with a restart of the server.

Reads the browser's own counts by its debugger, after its garbage was collected. Writes var/bench/screen.json, and ends
with status 1 when the heap grew by more than 5 MB, or the nodes by more than the rows' own differences.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import CDPSession, Page, WebSocket, expect, sync_playwright

from dashboard import embedded
from dashboard.demo.centre.streams import CHOICES, stream_tables
from dashboard.processes import Program
from tests.benchmarks.runs import conclude
from tests.journeys.people import CHROMIUM, LIVE, People, badge
from tests.journeys.screens import make_link, open_screen
from tests.journeys.stack import ROOT, Stack, until

FOLDER = ROOT / "var" / "bench"
EVERY_S = 5.0
AWAY_S = 10.0  # the server, in the middle
MOST_HEAP_MB = 5.0
MOST_NODES = 0.05  # of all: calls have more or fewer tags
ROWS = "document.querySelectorAll('screen-list tbody tr').length"
LIVE_CALLS = "SELECT count(*) FROM calls_call WHERE is_live"


class Sample(NamedTuple):
    at_s: float
    nodes: int
    heap_mb: float
    rows: int


def main() -> int:
    options = arguments()
    shutil.rmtree(FOLDER / "screen-run", ignore_errors=True)
    servers = embedded.use(FOLDER)
    world = (ROOT / "dashboard/demo/demo.toml").read_text().replace("$streams", stream_tables(CHOICES["all"]))
    secret = {"RINGBACK_DEMO_CLIENT_SECRET": "for the stand-in only"}
    with (
        Stack(FOLDER / "screen-run", servers.database_url, world, secret) as stack,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM) as browser,
    ):
        result = measure(stack, People(stack, browser), options)
    aims = {
        f"The heap grows by no more than {MOST_HEAP_MB} MB.": result["heap_growth_mb"] <= MOST_HEAP_MB,
        "The count of nodes stays.": abs(result["nodes_growth"]) <= MOST_NODES * result["nodes_before"],
    }
    return conclude(FOLDER, "screen", result, aims)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.screen")
    parser.add_argument("--minutes", type=float, default=30, help="how long it is watched (30)")
    parser.add_argument("--calls", type=int, default=60, help="calls in progress at a time (60)")
    parser.add_argument("--rate", type=float, default=10, help="times the simulator's usual rate (10)")
    return parser.parse_args()


def measure(stack: Stack, people: People, options: argparse.Namespace) -> dict[str, Any]:
    stack.run(Program("centre", f"exec python -m dashboard.demo.centre --calls {options.calls} --rate {options.rate}"))
    until(lambda: stack.rows(LIVE_CALLS)[0][0] >= options.calls / 2, "calls in progress", within_s=300)
    link = make_link(people, "Screen of the benchmark")
    people.leave()
    screen = open_screen(people, link)
    counted = Counted(screen)
    screen.reload()  # its socket is listened to from here on
    half_s = options.minutes * 60 / 2
    debugger = screen.context.new_cdp_session(screen)
    debugger.send("Performance.enable")
    before = watch(screen, debugger, half_s)
    with stack.without("web"):
        time.sleep(AWAY_S)
    expect(badge(screen)).to_contain_text(LIVE, timeout=120_000)
    after = watch(screen, debugger, half_s, before[-1].at_s)
    return told(before, after, counted, options)


class Counted:
    """What came over the sockets of a page."""

    def __init__(self, page: Page) -> None:
        self.placed = self.sockets = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        self.placed += str(payload).count('"type":"place"')


def watch(screen: Page, debugger: CDPSession, for_s: float, from_s: float = 0) -> list[Sample]:
    began, samples = time.monotonic(), list[Sample]()
    while (passed := time.monotonic() - began) < for_s or len(samples) < 2:
        samples.append(sample(screen, debugger, from_s + passed))
        screen.wait_for_timeout(EVERY_S * 1000)  # lets Playwright count frames meanwhile
    return samples


def sample(screen: Page, debugger: CDPSession, at_s: float) -> Sample:
    debugger.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in debugger.send("Performance.getMetrics")["metrics"]}
    rows = int(screen.evaluate(ROWS))
    return Sample(round(at_s, 1), int(metrics["Nodes"]), round(metrics["JSHeapUsedSize"] / 1e6, 2), rows)


def told(
    before: Sequence[Sample], after: Sequence[Sample], counted: Counted, options: argparse.Namespace
) -> dict[str, Any]:
    """The medians of the first and of the last fifth of all samples, and what lies between them."""
    samples = [*before, *after]
    fifth = max(1, len(samples) // 5)
    first, last = samples[:fifth], samples[-fifth:]
    nodes_before, nodes_after = (round(median(each.nodes for each in some)) for some in (first, last))
    heap_before, heap_after = (median(each.heap_mb for each in some) for some in (first, last))
    return {
        "minutes": options.minutes, "rate": options.rate, "calls": options.calls,
        "placed": counted.placed, "sockets": counted.sockets,
        "rows": median(each.rows for each in samples),
        "nodes_before": nodes_before, "nodes_after": nodes_after, "nodes_growth": nodes_after - nodes_before,
        "nodes_least": min(each.nodes for each in samples), "nodes_most": max(each.nodes for each in samples),
        "heap_before_mb": heap_before, "heap_after_mb": heap_after,
        "heap_growth_mb": round(heap_after - heap_before, 2),
        "heap_most_mb": max(each.heap_mb for each in samples),
        "samples": [each._asdict() for each in samples],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
