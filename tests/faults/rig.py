"""The whole product as processes, on servers of its own that can be harmed: PostgreSQL behind a wire, Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

import psycopg
import redis

from dashboard.embedded.account import account
from dashboard.embedded.postgres import Postgres
from dashboard.embedded.sockets import socket_folder
from dashboard.processes import Program
from tests.faults import audit
from tests.faults.held import Held, held
from tests.faults.wire import Wire
from tests.journeys.stack import ROOT, Stack, until

READERS = ("readers", "readers-2")
WORKERS = (*READERS, "worker")
SHARDS = 4
PATIENCE_S = 60
QUICK = {
    "LEASE_S": "2",
    "LEASE_RENEW_S": "0.5",
    "SWEEP_S": "0.5",
    "READ_SLICE_S": "3",
    "READER_SLOTS": "16",
    "IDLE_TRANSACTION_TIMEOUT_S": "4",
    "STANDBY_AFTER_S": "2",
}
Found = TypeVar("Found")


class Rig:
    """A context manager. `env` are the settings; a control has neither fence nor natural keys."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, is_control: bool = False) -> None:
        self.folder, self.env, self.is_control = folder.resolve(), dict(env), is_control
        self.lease_s, self.sweep_s = float(env.get("LEASE_S", 8)), float(env.get("SWEEP_S", 2))
        self.points = self.folder / "points"
        self.points.mkdir(parents=True)
        owner = account()
        sockets = socket_folder(self.folder, owner)
        self.postgres = Postgres(self.folder, sockets, owner, is_durable=False)
        wire = self.folder / "wire"
        wire.mkdir(mode=0o700)
        self.wire = Wire(socket_folder(wire, owner), sockets)
        self.outcomes: Counter[str] = Counter()  # of batches that were frozen, and of workers told to end
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self.postgres.start()
            undo.callback(self.postgres.stop)
            undo.enter_context(self.wire)
            self.stack = self._stack()
            undo.enter_context(self.stack)
            undo.callback(self._forget_the_connection)
            self.connection().execute(audit.INSTALL.encode())
            if self.is_control:
                self.connection().execute(audit.DROP_KEYS.encode())
            until(lambda: self.rows("SELECT count(*) FROM calls_shard") == [(2 * SHARDS,)], "the shards are known")
            self._closing = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _stack(self) -> Stack:
        world = (ROOT / "tests/journeys/acme.toml").read_text()
        stack = Stack(self.folder / "run", self.postgres.url, world, self.env, SHARDS)
        address = urlsplit(stack.database_url)
        through_the_wire = address._replace(query=f"host={quote(str(self.wire.folder))}").geturl()
        stack.env |= {"DATABASE_URL": through_the_wire, "FAULTS_POINTS": str(self.points)}
        command = stack.procfile["readers"].command.replace("exec celery", "exec python -m tests.faults.worker")
        if self.is_control:
            command = f"FAULTS_CONTROL=1 {command}"
            stack.procfile.pop("standby", None)
        for name in READERS:
            stack.procfile[name] = Program(name, command.replace("readers@", f"{name}@"))
        return stack

    # The database, past the wire

    def connection(self) -> psycopg.Connection:
        """The harness's own. What it had is gone after each fault of the server."""
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._connection = psycopg.connect(self.stack.database_url, autocommit=True)
        return self._connection

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Asked again if the server went away since the last time; nothing here does harm twice."""
        try:
            return self._ask(query, values)
        except psycopg.OperationalError:
            self._forget_the_connection()
            return self._ask(query, values)

    def _ask(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        return self.connection().execute(query.encode(), values or None).fetchall()

    def held(self, name: str) -> Held:
        return held(self.connection(), name)

    def checkpoints(self) -> dict[tuple[str, str], str]:
        rows = self.rows(
            "SELECT s.name, h.shard_id, h.checkpoint FROM calls_shard h JOIN calls_stream s ON s.id = stream_id"
        )
        return {(stream, shard): checkpoint for stream, shard, checkpoint in rows}

    def checkpoint_of(self, shard: int) -> str:
        return str(self.rows("SELECT checkpoint FROM calls_shard WHERE id = %s", shard)[0][0])

    def epochs(self) -> int:
        """Raised by one whenever a shard gets a new holder."""
        return int(self.rows("SELECT sum(epoch) FROM calls_shard")[0][0])

    def late_writes(self) -> int:
        return int(self.rows(audit.LATE)[0][0])

    def until(self, look: Callable[[], Found | None], what: str, within_s: float = PATIENCE_S) -> Found:
        """As `until` of the stack; a server that is away has not answered yet."""

        def ask() -> Found | None:
            try:
                return look()
            except psycopg.OperationalError:
                self._forget_the_connection()
                return None

        deadline = time.monotonic() + within_s
        while not (found := ask()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not within {within_s:g} s")
            time.sleep(0.1)
        return found

    def _forget_the_connection(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    # Processes

    def process(self, name: str) -> subprocess.Popen[bytes]:
        return self.stack.running[name]

    def kill(self, name: str) -> None:
        self.stack.stop(name, number=signal.SIGKILL)

    def restart(self, name: str) -> None:
        """After its end, whoever brought it about."""
        self.kill(name)
        self.stack.start(name)

    def mended(self) -> list[str]:
        """Whatever a fault left is cleared away; says of each program that had ended by itself that it did."""
        for order in self.points.iterdir():
            order.unlink()
        for running in self.stack.running.values():
            if running.poll() is None:
                os.kill(running.pid, signal.SIGCONT)
        told = []
        for server in (self.postgres, self.stack.redis):
            if not server.answers():
                told.append(f"{type(server).__name__} was gone")
                server.start()
        for name in self.stack.procfile:
            process = self.stack.running.get(name)
            if process is None or process.poll() is not None:
                told.append(f"{name} was gone ({process and process.returncode})")
                if process:
                    self.kill(name)
                self.stack.start(name)
        return told

    def name_of(self, pid: int) -> str:
        return next(name for name, process in self.stack.running.items() if process.pid == pid)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        os.kill(self.process(name).pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process(name).pid, signal.SIGCONT)

    # Redis

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.stack.redis.url, socket_timeout=2)

    def is_listening(self) -> bool:
        """Whether every worker waits for messages: one that only starts does not listen to signals either."""
        with self.redis() as client:
            waiting = [each for each in client.client_list() if each["cmd"] == "brpop"]
        return len(waiting) >= len(WORKERS)

    def kill_redis(self) -> None:
        with self.redis() as client:
            pid = int(client.info("server")["process_id"])
        os.kill(pid, signal.SIGKILL)
        until(lambda: not self.stack.redis.answers(), "Redis is dead")
