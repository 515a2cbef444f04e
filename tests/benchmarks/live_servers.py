"""Servers as processes of their own, each on a free port, and what they take."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dashboard.processes import procfile
from tests.benchmarks.runs import ROOT
from tests.journeys.stack import free_port, until

RINGBACK = "dashboard.asgi:application"
UVICORN = (
    "exec python -m uvicorn --log-level warning --backlog 1024 --port $PORT --lifespan off"
    " --ws-max-size 131072 --ws-per-message-deflate false "
)


class Server:
    def __init__(self, application: str, kind: str = "daphne") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {
            **os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), "PUBLIC_URL": self.url,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }  # fmt: skip
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", self._command(application, kind)], cwd=ROOT, env=env, start_new_session=True
        )
        until(self._listens, f"{application} listens", within_s=300)

    @staticmethod
    def _command(application: str, kind: str) -> str:
        """Daphne is run as the product runs it."""
        if kind == "uvicorn":
            return UVICORN + application
        (web,) = [program.command for program in procfile(ROOT / "Procfile") if program.name == "web"]
        return web.replace(RINGBACK, application)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    @property
    def rss_kb(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def rest(self) -> None:
        """While others are measured."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def end(self) -> None:
        self.go_on()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def server(application: str, kind: str = "daphne") -> Iterator[Server]:
    running = Server(application, kind)
    try:
        yield running
    finally:
        running.end()
