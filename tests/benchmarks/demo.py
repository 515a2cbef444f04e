"""From Kinesis to the screen and into Salesforce, beside 200 calls in progress.

`make bench-demo` starts the demo's own parts with its simulated contact centre, waits until enough calls are in
progress, and puts marked contact records and marked words on Kinesis. A browser that shows the wall notes the frame in
which each mark is drawn; Salesforce's stand-in notes when it made each case. Writes var/bench/demo.json, and ends with
status 1 when the 99th percentile of the screen is over 1 s or that of Salesforce over 5 s.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, sync_playwright

from dashboard import embedded
from dashboard.demo.centre.streams import CHOICES, stream_tables
from dashboard.processes import Program
from tests.benchmarks.figures import percentile, table
from tests.journeys.people import CHROMIUM, People, row_of
from tests.journeys.records import Talk, dropped
from tests.journeys.stack import CONTACT_LENS, CONTACT_RECORDS, ROOT, Stack, until

FOLDER = ROOT / "var" / "bench"
SCREEN_WITHIN_MS, CASE_WITHIN_MS = 1000, 5000
EVERY_S = 0.3
TALKS = 10  # of ours, in which the marked words are said
LATEST_S = 30
LIVE = "SELECT count(*) FROM calls_call WHERE is_live"

# Of each mark the moment of the frame that draws it, by the clock that Python reads too. Alerts carry the contact id
# in their links; words carry the mark itself.
WATCH = """
() => {
  window.seen = {};
  const note = mark => requestAnimationFrame(() => { window.seen[mark] ??= Date.now(); });
  const look = node => {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const link of node.querySelectorAll("article a[href^='/calls/']")) note(link.pathname.split("/")[3]);
    for (const said of node.querySelectorAll("q")) {
      const mark = said.textContent.match(/mark-[0-9a-f-]+/);
      if (mark) note(mark[0]);
    }
  };
  new MutationObserver(changes => { for (const change of changes) change.addedNodes.forEach(look); })
    .observe(document.body, { childList: true, subtree: true });
}
"""


@dataclass
class Sample:
    mark: str
    put_at: float
    seen_ms: float | None = None  # after the put, as all below
    read_ms: float | None = None
    case_ms: float | None = None


def main() -> int:
    options = arguments()
    shutil.rmtree(FOLDER / "run", ignore_errors=True)
    servers = embedded.use(FOLDER)
    world = (ROOT / "dashboard/demo/demo.toml").read_text().replace("$streams", stream_tables(CHOICES["records,lens"]))
    secret = {"RINGBACK_DEMO_CLIENT_SECRET": "for the stand-in only"}
    with (
        Stack(FOLDER / "run", servers.database_url, world, secret) as stack,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM) as browser,
    ):
        result = measure(stack, People(stack, browser), options)
    (FOLDER / "demo.json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))
    return 0 if is_quick(result, options.calls) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.demo")
    parser.add_argument("--calls", type=int, default=200, help="calls that must be in progress all the while (200)")
    parser.add_argument("--marks", type=int, default=100, help="marked records, and marked words (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated contact centre (1)")
    return parser.parse_args()


def measure(stack: Stack, people: People, options: argparse.Namespace) -> dict[str, Any]:
    # Between two calls a line is free for some seconds, so a tenth more are needed for so many at any moment.
    lines = options.calls + options.calls // 10
    centre = f"exec python -m dashboard.demo.centre --calls {lines} --seed {options.seed} --streams records,lens"
    stack.run(Program("centre", centre))
    until(lambda: live_calls(stack) >= options.calls, f"{options.calls} calls in progress", within_s=180)
    talks = [Talk() for _ in range(TALKS)]
    for talk in talks:
        stack.put(CONTACT_LENS, talk.started(), talk.final("first", "Hello."))
    wall = people.live_page_of("alice", "/")
    row_of(wall, talks[-1].contact_id).wait_for()
    wall.evaluate(WATCH)
    records, words, calls = put_marks(stack, talks, options.marks)
    note_screen(wall, records + words)
    note_cases(stack, records)
    note_reads(stack, records)
    return {"calls": min(calls), **figures(records, words), **circumstances(options.seed), **raw(records, words, calls)}


def live_calls(stack: Stack) -> int:
    return int(stack.rows(LIVE)[0][0])


def put_marks(stack: Stack, talks: list[Talk], marks: int) -> tuple[list[Sample], list[Sample], list[int]]:
    """Records and words by turns, at an even pace."""
    records: list[Sample] = []
    words: list[Sample] = []
    calls: list[int] = []
    for n in range(marks):
        record = dropped(str(uuid4()), f"+1303555{100 + n:04}")  # numbers that the centre's callers do not have
        records.append(Sample(record["ContactId"], time.time()))
        stack.put(CONTACT_RECORDS, record)
        time.sleep(EVERY_S / 2)
        words.append(Sample(f"mark-{uuid4()}", time.time()))
        stack.put(CONTACT_LENS, talks[n % len(talks)].final(f"turn-{n}", f"This is {words[-1].mark}."))
        calls.append(live_calls(stack) - len(talks))
        time.sleep(max(0, records[-1].put_at + EVERY_S - time.time()))
    return records, words, calls


def note_screen(wall: Page, samples: list[Sample]) -> None:
    deadline = time.monotonic() + LATEST_S
    while time.monotonic() < deadline:
        seen: dict[str, float] = wall.evaluate("() => window.seen")
        for sample in samples:
            if sample.mark in seen:
                sample.seen_ms = seen[sample.mark] - sample.put_at * 1000
        if all(sample.seen_ms is not None for sample in samples):
            return
        time.sleep(0.2)


def note_cases(stack: Stack, samples: list[Sample]) -> None:
    deadline = time.monotonic() + LATEST_S
    while time.monotonic() < deadline:
        made = {case["Ringback_Key__c"].rpartition(":")[2]: case["created_at"] for case in stack.salesforce_cases()}
        for sample in samples:
            if sample.mark in made:
                sample.case_ms = made[sample.mark] - sample.put_at * 1000
        if all(sample.case_ms is not None for sample in samples):
            return
        time.sleep(0.2)


def note_reads(stack: Stack, samples: list[Sample]) -> None:
    """When the transaction that wrote the alert began: tells reading from showing."""
    query = "SELECT contact_id, extract(epoch FROM at)::float8 FROM calls_alert a JOIN calls_call c ON c.id = call_id"
    at = dict(stack.rows(query))
    for sample in samples:
        if sample.mark in at:
            sample.read_ms = (at[sample.mark] - sample.put_at) * 1000


def figures(records: list[Sample], words: list[Sample]) -> dict[str, float]:
    taken = {
        "screen": [sample.seen_ms for sample in records],
        "words": [sample.seen_ms for sample in words],
        "read": [sample.read_ms for sample in records],
        "case": [sample.case_ms for sample in records],
    }
    missed = {f"{name}_missed": values.count(None) for name, values in taken.items() if None in values}
    never = LATEST_S * 1000.0  # it took that long at least
    return missed | {
        f"{name}_p{percent}_ms": percentile([never if ms is None else ms for ms in values], percent)
        for name, values in taken.items()
        for percent in (50, 99)
    }


def circumstances(seed: int) -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)  # noqa: S607
    command = shlex.join([Path(sys.executable).name, "-m", "tests.benchmarks.demo", *sys.argv[1:]])
    return {"commit": commit.stdout.strip(), "seed": seed, "command": command, "cpu_count": os.cpu_count()}


def raw(records: list[Sample], words: list[Sample], calls: list[int]) -> dict[str, Any]:
    return {"records": [vars(each) for each in records], "words": [vars(each) for each in words], "live_calls": calls}


def is_quick(result: dict[str, Any], calls: int) -> bool:
    return bool(
        result["calls"] >= calls
        and result["screen_p99_ms"] <= SCREEN_WITHIN_MS
        and result["case_p99_ms"] <= CASE_WITHIN_MS
    )


if __name__ == "__main__":
    sys.exit(main())
