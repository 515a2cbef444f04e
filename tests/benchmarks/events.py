"""Whether the intake keeps up with the events of a large centre.

`make bench-events` has workers as in production read contact events and agent events that come at a set rate, beside
10,000 calls in progress and 1,000 agents. Prints a table, writes var/bench/events.json, and ends with status 1 and a
word on each aim that is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.runs import ROOT, begin, conclude

MOST_RSS_MB, MOST_GROWTH_MB = 200, 20


def main() -> int:
    options = arguments()
    begin(options.folder, "events")
    from tests.benchmarks import events_reader  # it needs the settings

    logs = options.folder / "events"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    result = events_reader.read(logs, options.rate, options.calls, options.agents, options.seconds, time.time())
    return conclude(options.folder, "events", result, aims(result, options.rate))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.events")
    parser.add_argument("--seconds", type=float, default=60, help="that the readers are measured for (60)")
    parser.add_argument("--rate", type=float, default=2000, help="events a second that come meanwhile (2000)")
    parser.add_argument("--calls", type=int, default=10_000, help="calls in progress meanwhile (10000)")
    parser.add_argument("--agents", type=int, default=1000, help="signed in meanwhile (1000)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="for what is written (var/bench)")
    return parser.parse_args()


def aims(result: dict[str, Any], rate: float) -> dict[str, bool]:
    return {
        f"the readers bring in {rate:.0f} events a second": result["events_s"] >= 0.99 * rate,
        "the lag does not grow": not result["lag_grew"],
        "nothing is lost or doubled": result["lost"] == result["doubled"] == 0,
        f"a reader stays under {MOST_RSS_MB} MB": result["worker_rss_mb"] < MOST_RSS_MB,
        "a reader's memory stays flat": result["worker_rss_grew_mb"] < MOST_GROWTH_MB,
    }


if __name__ == "__main__":
    sys.exit(main())
