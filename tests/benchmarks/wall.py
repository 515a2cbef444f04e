"""`make bench-wall`: the wall in a browser with a thousand calls in progress, of which 200 change in a second.

The web server, its feed and the page are the product's own; the changes are written into the tables as the intake
leaves them. The page is left alone, scrolled, and pointed at, for as long each; meanwhile the browser notes every task
that keeps it for over 50 ms, and how long each had the processor, which tells a slow page from a busy machine. Writes
var/bench/wall.json, and ends with status 1 when there was one.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.benchmarks.figures import percentile
from tests.benchmarks.runs import ROOT, begin, conclude
from tests.journeys.people import CHROMIUM
from tests.journeys.stack import free_port, until
from tests.journeys.traces import traced

LONG_MS = 50
BATCHES_A_S = 20
WATCH = """
window.tasks = []; window.placed = 0;
new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: "longtask" });
document.addEventListener("live:placed", ({ detail }) => { if (detail.slot === "calls") window.placed += 1; });
"""
FORGET = "() => { window.tasks.length = 0; window.placed = 0; }"
NOTCH_PX, NOTCHES, NOTCH_MS = 120, 100, 30  # of a wheel that is turned there and back


def main() -> int:
    options = arguments()
    begin(options.folder, "wall")
    with web(options.folder) as url, changes(options) as written, browser(url, options) as page:
        written.thread.start()
        result = measure(page, options)
    result |= {"written_s": round(written.count / written.took_s), "calls": options.calls, "seconds": options.seconds}
    aims = {f"no task takes over {LONG_MS} ms while the page is {name}": not result[f"{name}_tasks"] for name in PHASES}
    return conclude(options.folder, "wall", result, aims)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.wall")
    parser.add_argument("--calls", type=int, default=1000, help="in progress (1000)")
    parser.add_argument("--changes", type=int, default=200, help="in a second (200)")
    parser.add_argument("--seconds", type=int, default=20, help="of each phase (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the floor (1)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="for what is written (var/bench)")
    return parser.parse_args()


@contextmanager
def web(folder: Path) -> Iterator[str]:
    """The server as the Procfile starts it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    env = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": url, "PATH": path}
    command = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    with (folder / "wall-web.log").open("wb") as log:
        server = subprocess.Popen(
            ["/bin/sh", "-c", command.partition(":")[2]], cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield url
        finally:
            server.terminate()
            server.wait(20)


class Changes:
    """Calls that change, a few at a time: their stage, their mood, their last word."""

    def __init__(self, a_second: int, seed: int) -> None:
        self.a_second, self.rng = a_second, random.Random(seed)  # noqa: S311
        self.count, self.took_s = 0, 0.0
        self.over = Event()
        self.thread = Thread(target=self._write)

    def _write(self) -> None:
        from django.db import connection
        from django.db.models.functions import Now

        from calls.models import Call
        from calls.nudges import nudge
        from tests.benchmarks.wall_world import STAGES
        from transcripts.models import Conversation

        pks, began = list(Call.objects.values_list("pk", flat=True)), time.monotonic()
        for batch in count():
            if self.over.wait(max(0.0, began + batch / BATCHES_A_S - time.monotonic())):
                break
            few = self.rng.sample(pks, self.a_second // BATCHES_A_S)
            fresh = {"stage": self.rng.choice(STAGES), "stage_since": Now(), "last_heard_at": Now()}
            Call.objects.filter(pk__in=few).update(**fresh)
            Conversation.objects.filter(call__in=few).update(mood=self.rng.choice(("NEGATIVE", "NEUTRAL", "POSITIVE")))
            nudge(Call.objects.filter(pk__in=few).values_list("pk", "number"))
            self.count += len(few)
            self.took_s = time.monotonic() - began
        connection.close()


@contextmanager
def changes(options: argparse.Namespace) -> Iterator[Changes]:
    from tests.benchmarks.wall_world import furnish

    furnish(options.calls, options.seed)
    changing = Changes(options.changes, options.seed)
    try:
        yield changing
    finally:
        changing.over.set()
        if changing.thread.is_alive():
            changing.thread.join()


@contextmanager
def browser(url: str, options: argparse.Namespace) -> Iterator[Page]:
    """Alice at her wall, once it has all calls."""
    from django.test import Client

    from calls.models import Person

    client = Client()
    client.force_login(Person.objects.get())
    session = client.cookies["sessionid"].value
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM) as chromium,
    ):
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        page = context.new_page()
        page.add_init_script(WATCH)
        until(lambda: _opened(page, url), "the site answers", within_s=120)
        expect(page.locator("#calls-count")).to_contain_text(f"{options.calls} of", timeout=300_000)
        yield page


def _opened(page: Page, url: str) -> bool:
    from playwright.sync_api import Error

    try:
        return page.goto(url) is not None
    except Error:
        return False


def measure(page: Page, options: argparse.Namespace) -> dict[str, Any]:
    result: dict[str, Any] = {"rows_in_page": page.locator("[data-slot=calls] > tr").count()}
    for name, spend in PHASES.items():
        page.mouse.move(2, 2)
        page.evaluate(FORGET)
        with traced(page, "toplevel") as events:
            spend(page, options.seconds)
        tasks, had_ms = page.evaluate("window.tasks"), processor_ms(events)
        result[f"{name}_tasks"] = len(tasks)
        result[f"{name}_longest_ms"] = percentile(tasks, 100) if tasks else f"under {LONG_MS}"
        result[f"{name}_longest_processor_ms"] = round(max(had_ms), 1)
        result[f"{name}_processor_share"] = round(sum(had_ms) / 1000 / options.seconds, 2)
        result[f"{name}_placed_s"] = round(page.evaluate("window.placed") / options.seconds)
    result["nodes"] = page.evaluate("document.querySelectorAll('*').length")
    return result


def processor_ms(events: list[dict[str, Any]]) -> list[float]:
    """What each task of the page had of the processor: where others want it too, tasks last longer."""
    return [event.get("tdur", 0) / 1000 for event in events if event["name"] == "ThreadControllerImpl::RunTask"]


def left_alone(page: Page, seconds: int) -> None:
    page.wait_for_timeout(1000 * seconds)


def scrolled(page: Page, seconds: int) -> None:
    page.locator(".scroller").hover()
    until, notches = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        page.mouse.wheel(0, NOTCH_PX if notches // NOTCHES % 2 == 0 else -NOTCH_PX)
        page.wait_for_timeout(NOTCH_MS)
        notches += 1


def pointed_at(page: Page, seconds: int) -> None:
    page.locator(".scroller").hover()
    page.wait_for_timeout(1000 * seconds)


PHASES: dict[str, Callable[[Page, int], None]] = {each.__name__: each for each in (left_alone, scrolled, pointed_at)}


if __name__ == "__main__":
    sys.exit(main())
