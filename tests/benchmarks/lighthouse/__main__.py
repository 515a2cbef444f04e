"""`make lighthouse`: performance, accessibility and best practices of the pages, the median of several runs of each.

The demo's own parts run with 50 calls in progress; Bob, who leads a team, is signed in for all pages but the one to
sign in. Writes var/bench/lighthouse.json, with what each page lost points for, and ends with status 1 when performance
is under 95 or one of the others under 100.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from dashboard import embedded
from dashboard.demo.centre.streams import CHOICES, stream_tables
from dashboard.processes import Program
from tests.benchmarks.figures import table
from tests.journeys.people import CHROMIUM, People
from tests.journeys.stack import ROOT, Stack, until
from tests.npm import NODE, installed

FOLDER = ROOT / "var" / "bench"
AIMS = {"performance": 95, "accessibility": 100, "best-practices": 100}
LIVE = "SELECT count(*) FROM calls_call WHERE is_live"
NEWEST_CALL = """
SELECT alias, contact_id FROM calls_call c JOIN calls_instance i ON i.id = instance_id
JOIN transcripts_segment s ON s.call_id = c.id WHERE is_live GROUP BY alias, contact_id ORDER BY count(*) DESC LIMIT 1
"""

Report = dict[str, Any]


def main() -> int:
    options = arguments()
    result: Report = {"runs": options.runs, "calls": options.calls, "preset": options.preset}
    lost: dict[str, list[str]] = {}
    with demo(options.calls) as (stack, cookie):
        for name, path in pages(stack).items():
            reports = [
                judged(stack.url + path, cookie if name != "sign-in" else "", options) for _ in range(options.runs)
            ]
            for aim in AIMS:
                scores = [100 * report["categories"][aim]["score"] for report in reports]
                result[f"{name} {aim}"] = round(statistics.median(scores))
            lost[name] = sorted({what for report in reports for what in complaints(report)})
    missed = [
        what for what, score in result.items() for aim, least in AIMS.items() if what.endswith(aim) and score < least
    ]
    FOLDER.joinpath("lighthouse.json").write_text(
        json.dumps({**result, "lost": lost, "missed": missed}, indent=1) + "\n"
    )
    print(table(result))
    print(*(f"{name}: {what}" for name, found in lost.items() for what in found), sep="\n")
    return 1 if missed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lighthouse")
    parser.add_argument("--runs", type=int, default=5, help="of each page, of which the median counts (5)")
    parser.add_argument("--calls", type=int, default=50, help="in progress all the while (50)")
    parser.add_argument("--preset", choices=["desktop", "mobile"], default="desktop")
    return parser.parse_args()


@contextmanager
def demo(calls: int) -> Iterator[tuple[Stack, str]]:
    """The demo's parts with so many calls in progress, and the cookie of somebody who has signed in."""
    shutil.rmtree(FOLDER / "lighthouse", ignore_errors=True)
    servers = embedded.use(FOLDER)
    world = (ROOT / "dashboard/demo/demo.toml").read_text().replace("$streams", stream_tables(CHOICES["all"]))
    secret = {"RINGBACK_DEMO_CLIENT_SECRET": "for the stand-in only"}
    with Stack(FOLDER / "lighthouse", servers.database_url, world, secret) as stack:
        stack.run(Program("centre", f"exec python -m dashboard.demo.centre --calls {calls + calls // 5} --seed 1"))
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM) as browser,
        ):
            page = People(stack, browser).page_of("bob", "/")
            cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
        until(lambda: stack.rows(LIVE)[0][0] >= calls, f"{calls} calls in progress", within_s=180)
        yield stack, cookie


def pages(stack: Stack) -> dict[str, str]:
    alias, contact_id = stack.rows(NEWEST_CALL)[0]
    return {"wall": "/", "call": f"/calls/{alias}/{contact_id}/", "cases": "/cases/", "sign-in": "/accounts/login/"}


def judged(url: str, cookie: str, options: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        report, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))  # not in the arguments, which all may read
        subprocess.run(
            [
                NODE, installed(Path(__file__).parent, "lighthouse") / "cli" / "index.js", url, "--quiet",
                f"--only-categories={','.join(AIMS)}", "--output=json", f"--output-path={report}",
                f"--extra-headers={headers}", f"--chrome-path={shutil.which('chromium')}",
                f"--chrome-flags={' '.join(CHROMIUM)}", *(["--preset=desktop"] if options.preset == "desktop" else []),
            ],
            check=True,
        )  # fmt: skip
        found: Report = json.loads(report.read_text())
        return found


def complaints(report: Report) -> Iterator[str]:
    """What costs points, with its score."""
    for aim in AIMS:
        for each in report["categories"][aim]["auditRefs"]:
            audit = report["audits"][each["id"]]
            if each["weight"] and audit["score"] is not None and audit["score"] < (0.9 if aim == "performance" else 1):
                yield f"{aim}: {audit['title']} {audit.get('displayValue', '')}".strip()


if __name__ == "__main__":
    sys.exit(main())
