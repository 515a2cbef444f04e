"""What the intake costs, measured side by side in one run.

`make bench-ingest` measures (a) COPY of the same rows, which is the limit, (b) Ringback's writer from the decoding to
the commit, on an empty partition and on one of five million turns, (c) the whole reader with workers as in production,
and (d) the ORM saving one by one. Prints a table, writes var/bench/ingest.json, and ends with status 1 and a word on
each aim that is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.runs import ROOT, begin, conclude

MOST_RSS_MB, MOST_GROWTH_MB = 200, 20


def main() -> int:
    options = arguments()
    begin(options.folder, "ingest")
    from tests.benchmarks import ingest_reader, ingest_writer  # they need the settings

    logs = options.folder / "ingest"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    read = ingest_reader.read(logs, options.rate, options.calls, options.seconds)
    written = ingest_writer.compare(options.rounds, options.batches, options.fill, options.seed)
    result = {**written, **read, "seed": options.seed}
    return conclude(options.folder, "ingest", result, aims(result, options.rate))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ingest")
    parser.add_argument("--seconds", type=float, default=60, help="that the reader is measured for (60)")
    parser.add_argument("--rate", type=float, default=10_000, help="utterances a second that come meanwhile (10000)")
    parser.add_argument("--calls", type=int, default=10_000, help="calls in progress meanwhile (10000)")
    parser.add_argument("--fill", type=int, default=5_000_000, help="turns in the full partition (5000000)")
    parser.add_argument("--rounds", type=int, default=9, help="of the writer; the median counts (9)")
    parser.add_argument("--batches", type=int, default=10, help="of 500 records in each round (10)")
    parser.add_argument("--seed", type=int, default=1, help="of the words (1)")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench", help="for what is written (var/bench)")
    return parser.parse_args()


def aims(result: dict[str, Any], rate: float) -> dict[str, bool]:
    copied, written = result["copy_rows_s"], result["writer_rows_s"]
    return {
        "the writer is at least half as fast as COPY": written >= 0.5 * copied,
        "the writer is at least ten times as fast as the ORM": written >= 10 * result["orm_rows_s"],
        "a full partition leaves at least 0.8 of the speed": result["writer_5m_rows_s"] >= 0.8 * written,
        f"the readers bring in {rate:.0f} utterances a second": result["reader_utterances_s"] >= 0.99 * rate,
        "the lag does not grow": not result["reader_lag_grew"],
        "nothing is lost or doubled": result["reader_lost"] == result["reader_doubled"] == 0,
        f"a reader stays under {MOST_RSS_MB} MB": result["worker_rss_mb"] < MOST_RSS_MB,
        "a reader's memory stays flat": result["worker_rss_grew_mb"] < MOST_GROWTH_MB,
    }


if __name__ == "__main__":
    sys.exit(main())
