"""Workers as they run in production, reading a Kinesis whose records come at a set rate; and how they keep up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import redis
import requests
from django.db.models import Sum

from calls.models import Shard, Stream
from dashboard.processes import procfile
from tests.journeys.stack import ROOT, free_port, until

READERS = 2  # processes
SHARDS = 10  # a shard takes a thousand records a second
POLL_MS = 500
WARM_UP_S = 10
EDGE_S = 5  # the backlog at the start and at the end of the minute is the mean of so long


@dataclass
class Watch:
    """A sample a second: the records that had come, those that were committed, the memory of each reader."""

    kinesis_url: str
    streams: Sequence[Stream]
    readers: list[int]  # process ids
    at: list[float] = field(default_factory=list)
    come: list[int] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)  # of all readers so far
    rss_mb: list[list[float]] = field(default_factory=list)

    def sample(self) -> None:
        self.committed.append(committed(self.streams))
        self.come.append(requests.get(f"{self.kinesis_url}/come", timeout=5).json()["come"])
        self.at.append(time.monotonic())
        self.cpu_s.append(sum(map(_cpu_s, self.readers)))
        self.rss_mb.append([_rss_mb(pid) for pid in self.readers])

    def figures(self, rate: float) -> dict[str, Any]:
        backlog = [come - done for come, done in zip(self.come, self.committed, strict=True)]
        edge = min(EDGE_S, len(backlog) // 2)
        begins, ends = mean(backlog[:edge]), mean(backlog[-edge:])
        seconds = self.at[-1] - self.at[0]
        read = self.committed[-1] - self.committed[0]
        return {
            "records_s": round(read / seconds),
            "cpu_us": round((self.cpu_s[-1] - self.cpu_s[0]) * 1e6 / max(1, read), 1),
            # What waits for the next read comes and goes: half a second's worth is no lag.
            "lag_grew": ends - begins > rate * POLL_MS / 1000,
            "backlog": [round(begins), round(ends)],
            "seconds": round(seconds, 1),
            "rss_mb": round(max(max(sample) for sample in self.rss_mb), 1),
            "rss_grew_mb": round(max(map(_growth, zip(*self.rss_mb, strict=True))), 1),
        }


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _growth(rss_mb: tuple[float, ...]) -> float:
    """Of one process, from the first third of the time to the last."""
    third = max(1, len(rss_mb) // 3)
    return median(rss_mb[-third:]) - median(rss_mb[:third])


def committed(streams: Sequence[Stream]) -> int:
    return int(Shard.objects.filter(stream__in=streams).aggregate(read=Sum("records"))["read"] or 0)


@dataclass
class Reading:
    """What was measured, and the canned Kinesis, which has stopped and is still there to be asked."""

    figures: dict[str, Any]
    kinesis_url: str
    streams: Sequence[Stream]

    def committed(self) -> int:
        return committed(self.streams)

    def catch_up(self) -> dict[str, Any]:
        """Once all that came is read: how long that took, and what the Kinesis says of it under /state."""
        state: dict[str, Any] = requests.get(f"{self.kinesis_url}/state", timeout=120).json()
        began = time.monotonic()
        until(lambda: committed(self.streams) >= state["come"], "the backlog is read", 300)
        return {**state, "catch_up_s": round(time.monotonic() - began, 1)}


@contextmanager
def reading(folder: Path, canned: str, streams: Sequence[Stream], rate: float, seconds: float) -> Iterator[Reading]:
    """`canned`: the command of the Kinesis, but for its --port. `folder` gets the processes' output."""
    url = f"http://127.0.0.1:{free_port()}"
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    with ExitStack() as stack:
        command = f"exec {sys.executable} {canned} --port {url.rpartition(':')[2]}"
        stack.enter_context(_program(folder, "kinesis", command, {}))
        until(lambda: _answers(url), "the canned Kinesis answers")
        readers = [stack.enter_context(program) for program in _workers(folder, url)]
        are_read = Shard.objects.filter(stream__in=streams, read_at__isnull=False)
        until(lambda: are_read.count() == SHARDS, "all are read", 60)
        requests.post(f"{url}/start", timeout=5)
        time.sleep(min(WARM_UP_S, seconds))
        watch = Watch(url, streams, readers[:READERS])
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            watch.sample()
            time.sleep(1)
        watch.sample()
        requests.post(f"{url}/stop", timeout=5)
        yield Reading(watch.figures(rate), url, streams)


def _workers(folder: Path, kinesis_url: str) -> Iterator[Any]:
    """The readers first. As on several machines, each has a name of its own."""
    commands = {program.name: program.command for program in procfile(ROOT / "Procfile")}
    env = {"AWS_ENDPOINT_URL_KINESIS": kinesis_url}
    for number in range(READERS):
        name = f"readers{number}"
        yield _program(folder, name, commands["readers"].replace("readers@", f"{name}@"), env)
    for name in ("worker", "beat"):
        yield _program(folder, name, commands[name], env)


@contextmanager
def _program(folder: Path, name: str, command: str, env: dict[str, str]) -> Iterator[int]:
    """Its process id."""
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "us-east-1"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env={**os.environ, **keys, "PATH": path, **env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/come", timeout=2).ok
    except requests.ConnectionError:
        return False
