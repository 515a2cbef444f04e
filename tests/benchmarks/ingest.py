"""What the intake costs, measured side by side in one run.

`make bench-ingest` measures (a) COPY of the same rows, which is the limit, (b) Ringback's writer from the decoding to
the commit, on an empty partition and on one of five million turns, (c) the whole reader with workers as in production,
and (d) the ORM saving one by one. Prints a table, writes var/bench/ingest.json, and ends with status 1 and a word on
each aim that is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from dashboard import embedded
from tests.benchmarks.figures import table

ROOT = Path(__file__).resolve().parents[2]
MOST_RSS_MB, MOST_GROWTH_MB = 200, 20
DATABASE = "ringback_ingest"


def main() -> int:
    options = arguments()
    begin(options.folder)
    from tests.benchmarks import ingest_reader, ingest_writer  # they need the settings

    logs = options.folder / "ingest"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    read = ingest_reader.read(logs, options.rate, options.calls, options.seconds)
    written = ingest_writer.compare(options.rounds, options.batches, options.fill, options.seed)
    result = {**written, **read, **circumstances(options)}
    missed = [aim for aim, is_met in aims(result, options.rate).items() if not is_met]
    (options.folder / "ingest.json").write_text(json.dumps(result | {"missed": missed}, indent=1) + "\n")
    print(table(result))
    for aim in missed:
        print(f"Missed: {aim}")
    return 1 if missed else 0


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


def begin(folder: Path) -> None:
    """A new database, on servers whose data outlives a crash as in production."""
    folder.mkdir(parents=True, exist_ok=True)
    servers = embedded.use(folder)
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    os.environ |= {
        "DATABASE_URL": servers.database_url.replace("@/ringback?", f"@/{DATABASE}?"),
        "REDIS_URL": servers.redis_url,
        "RINGBACK_VAR": str(folder / "ingest-var"),
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "CONN_MAX_AGE": "60",
        "STATEMENT_TIMEOUT_S": "600",  # the partition is filled by one statement
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


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


def circumstances(options: argparse.Namespace) -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)  # noqa: S607
    command = shlex.join([Path(sys.executable).name, "-m", "tests.benchmarks.ingest", *sys.argv[1:]])
    return {
        "commit": commit.stdout.strip(), "seed": options.seed, "command": command, "cpu_count": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
