"""`make bench-pages`: how long the server works on the wall with a thousand calls in progress.

The page is asked for as a browser does, all middleware included, by a client within this process: what is measured is
the server's time for one request and nothing of the network. Writes var/bench/pages.json, and ends with status 1 when
the median is not under 100 ms.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import percentile
from tests.benchmarks.runs import ROOT, begin, conclude

WITHIN_MS = 100


def main() -> int:
    options = arguments()
    begin(options.folder, "pages")
    result = measure(options.calls, options.pages, options.seed)
    aims = {
        f"the wall takes under {WITHIN_MS} ms": result["wall_ms"] < WITHIN_MS,
        "it carries a hundred rows": result["rows_in_page"] == min(100, options.calls),
    }
    return conclude(options.folder, "pages", result, aims)


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages")
    parser.add_argument("--calls", type=int, default=1000, help="in progress (1000)")
    parser.add_argument("--pages", type=int, default=50, help="that are asked for (50)")
    parser.add_argument("--seed", type=int, default=1, help="of the floor (1)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="for what is written (var/bench)")
    return parser.parse_args(given or None)


def measure(calls: int, pages: int, seed: int) -> dict[str, Any]:
    from django.conf import settings  # they need the settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.benchmarks.ingest_world import settle
    from tests.benchmarks.wall_world import furnish

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(furnish(calls, seed))
    settle()
    client.get("/")  # templates are compiled with the first
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/").content.decode()
    statements = asked.captured_queries  # the next request forgets them
    began_s = time.process_time()
    taken = [_taken_ms(client) for _ in range(pages)]
    cpu_s = time.process_time() - began_s
    return {
        "wall_ms": round(statistics.median(taken), 1),
        "wall_p95_ms": percentile(taken, 95),
        "calls": calls,
        "rows_in_page": len(re.findall(r'<tr id="call-\d+"', page)),
        "page_kb": round(len(page.encode()) / 1000),
        "wall_cpu_ms": round(1000 * cpu_s / pages, 1),  # of this process alone: PostgreSQL's comes on top
        "statements": len(statements),
        "sql_ms": round(1000 * sum(float(each["time"]) for each in statements), 1),
        "pages": pages,
        "seed": seed,
    }


def _taken_ms(client: Any) -> float:
    began = time.perf_counter()
    answer = client.get("/")
    taken_ms = 1000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise RuntimeError(f"The wall answered {answer.status_code}")
    return taken_ms


if __name__ == "__main__":
    sys.exit(main())
