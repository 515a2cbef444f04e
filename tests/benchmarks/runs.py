"""What a run of a benchmark begins with and ends with."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from dashboard import embedded
from tests.benchmarks.figures import table

ROOT = Path(__file__).resolve().parents[2]


def begin(folder: Path, name: str) -> None:
    """A new database, on servers whose data outlives a crash as in production."""
    folder.mkdir(parents=True, exist_ok=True)
    servers = embedded.use(folder)
    database = f"ringback_{name}"
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {database}".encode())
    os.environ |= {
        "DATABASE_URL": servers.database_url.replace("@/ringback?", f"@/{database}?"),
        "REDIS_URL": servers.redis_url,
        "RINGBACK_VAR": str(folder / f"{name}-var"),
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "CONN_MAX_AGE": "60",
        "STATEMENT_TIMEOUT_S": "600",  # what is there before may be written by one statement
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def conclude(folder: Path, name: str, result: Mapping[str, Any], aims: Mapping[str, bool]) -> int:
    """Write and print what was measured, and where; the status to end with."""
    missed = [aim for aim, is_met in aims.items() if not is_met]
    told = {**result, **_circumstances(name)}
    (folder / f"{name}.json").write_text(json.dumps(told | {"missed": missed}, indent=1) + "\n")
    print(table(told))
    for aim in missed:
        print(f"Missed: {aim}")
    return 1 if missed else 0


def _circumstances(name: str) -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)  # noqa: S607
    command = shlex.join([Path(sys.executable).name, "-m", f"tests.benchmarks.{name}", *sys.argv[1:]])
    return {
        "commit": commit.stdout.strip(), "command": command, "cpu_count": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
    }  # fmt: skip
