"""Several programs in one terminal: prefixed lines, and all of them end with the first.

Each has a session of its own, so that Ctrl-C reaches us alone and we end them in order; what a program started itself
is in its group and goes with it. (honcho's Manager loses its children when it is interrupted while it starts them.)
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from honcho.environ import parse_procfile

STOP_WITHIN_S = 8  # a reader ends its request to Kinesis well within it, or the next one reads again from its lease
LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True)
class Program:
    name: str
    command: str  # for the shell; begins its last program with `exec`, to hear our signals itself


def procfile(path: Path) -> list[Program]:
    return [Program(name, command) for name, command in parse_procfile(path.read_text()).processes.items()]


class EndedError(Exception):
    """A program ended by itself."""

    def __init__(self, name: str, status: int) -> None:
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        super().__init__(f"{name} {how}, so everything was stopped.")


class Processes:
    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        # The programs of our own virtual environment, whether it is active or not.
        self.env = {**env, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"}
        self.running: list[asyncio.subprocess.Process] = []
        self.watchers: list[asyncio.Task[None]] = []
        self.first_end: asyncio.Future[EndedError] = asyncio.get_running_loop().create_future()

    async def start(self, *programs: Program) -> None:
        for program in programs:
            process = await asyncio.create_subprocess_shell(
                program.command,
                cwd=self.folder,
                env=self.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                limit=LONGEST_LINE,
            )
            self.running.append(process)
            lines = cast(asyncio.StreamReader, process.stdout)
            for watch in (self._print(program.name, lines), self._tell_the_end(program.name, process)):
                self.watchers.append(asyncio.create_task(watch))

    async def stop(self) -> None:
        """Ask all to end; end those that do not within STOP_WITHIN_S."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_S):
                for process in self.running:
                    await process.wait()
        self._signal(signal.SIGKILL)  # a group outlives its leader for as long as it has members
        if self.watchers:
            await asyncio.wait(self.watchers, timeout=1)

    def _signal(self, number: signal.Signals) -> None:
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    async def _print(self, name: str, lines: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await lines.readline()
            except ValueError:
                line = b"(a very long line)"
            if not line:
                return
            print(f"{name:<10} | {line.decode(errors='replace').rstrip()}", flush=True)  # noqa: T201

    async def _tell_the_end(self, name: str, process: asyncio.subprocess.Process) -> None:
        status = await process.wait()
        if not self.first_end.done():
            self.first_end.set_result(EndedError(name, status))


async def run_until_told(processes: Processes, start: Callable[[], Awaitable[None]]) -> None:
    """Await `start`, then SIGINT, SIGTERM or SIGHUP. Raises EndedError when a program ends before that."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    starting, stopping = asyncio.ensure_future(start()), asyncio.ensure_future(told.wait())
    ends: list[asyncio.Future[Any]] = [stopping, processes.first_end]
    try:
        await asyncio.wait([starting, *ends], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()  # raises what went wrong
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        ended = None if told.is_set() else processes.first_end.result()
    finally:
        starting.cancel()
        stopping.cancel()
        await processes.stop()
    if ended:
        raise ended
