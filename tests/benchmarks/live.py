"""What a thousand open walls cost, beside a plain Channels group and beside nothing but sending.

`make bench-live` starts the web server as `make run` does, and beside it two others of the same kind: (a) one with a
Channels group, and (c) one that only sends, the ceiling. All three have the same number of sockets and are given the
same frame in turns of a few seconds, while the two others are stopped, so that whatever else the machine does falls
upon each alike; what is counted is frames at sockets: the two others send each in a message of its own, the feed those
of one look together. Then a thousand sockets are told of four changes a second, by one server process and by two; 500
are cut at once; and uvicorn serves the same application. `--stopped` watches the memory while browsers read no more.
Writes var/bench/live.json, and ends with status 1 when an aim is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
from collections.abc import Coroutine
from typing import Any

from tests.benchmarks.runs import ROOT, begin, conclude

ADVICE = """
Daphne serves by default. Choose uvicorn where one process is to hold more open walls than Daphne's share of a core
allows (figures above): the application is the same, and the limits are given to it as
  uvicorn --lifespan off --backlog 1024 --ws-max-size 131072 --ws-per-message-deflate false dashboard.asgi:application
Deflate would compress each message for each socket anew. A second process of either doubles the
room: each looks at the database once for all of its sockets.
"""

FOLDER = ROOT / "var" / "bench"


def main() -> int:
    asked = arguments()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    begin(FOLDER, "live")
    from tests.benchmarks.live_parts import Parts
    from tests.benchmarks.live_room import Room

    room = Room.open(asked.calls, 2 * asked.sockets)
    parts = Parts(room, asked)
    if asked.stopped:
        return conclude(FOLDER, "live_stopped", *asyncio.run(_both(parts.stopped(), _bounded)))
    status = conclude(FOLDER, "live", *asyncio.run(_both(parts.all(), _aims)))
    print(ADVICE)
    return status


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live")
    parser.add_argument("--sockets", type=int, default=1000, help="at one server process (1000)")
    parser.add_argument("--calls", type=int, default=100, help="in progress (100)")
    parser.add_argument("--turns", type=int, default=5, help="of each of the three (5)")
    parser.add_argument("--seconds", type=float, default=20, help="of each even stream of changes (20)")
    parser.add_argument("--cut", type=int, default=500, help="sockets that are cut at once (500)")
    parser.add_argument("--stopped", type=float, default=0, help="minutes with 20 browsers that read no more, alone")
    return parser.parse_args(given or None)


async def _both(part: Coroutine[Any, Any, dict[str, Any]], aims: Any) -> tuple[dict[str, Any], dict[str, bool]]:
    result = await part
    return result, aims(result)


def _aims(result: dict[str, Any]) -> dict[str, bool]:
    feed = result["feed_deliveries_s"]
    return {
        "5 times a Channels group": feed >= 5 * result["group_deliveries_s"],
        "0.8 of the raw ceiling": feed >= 0.8 * result["raw_deliveries_s"],
        "p99 under 250 ms": result["p99_ms"] < 250,
        "under 40 KB a socket": result["kb_per_socket"] < 40,
        "reads do not grow with the sockets": result["reads_s"] <= 1.5 * result["reads_s_of_ten_sockets"],
        "a second process doubles the room": result["two_p99_ms"] < 250,
        "whoever is cut is back within 10 s": result["cut_all_live_s"] < 10,
        "uvicorn: p99 under 100 ms": result["uvicorn_p99_ms"] < 100,
    }


def _bounded(result: dict[str, Any]) -> dict[str, bool]:
    return {
        "under 50 MB growth": result["growth_mb"] < 50,
        "the others' p95 unchanged": result["p95_ms"] <= 1.5 * result["p95_ms_before"] + 20,
    }


if __name__ == "__main__":
    sys.exit(main())
