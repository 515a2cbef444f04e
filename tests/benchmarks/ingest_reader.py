"""(c) The whole reader: workers as they run in production read a Kinesis whose records come at a set rate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import redis
import requests
from django.db.models import Sum

from calls.models import Call, Shard, Stream
from dashboard.processes import procfile
from tests.benchmarks.ingest_kinesis import GROUP
from tests.benchmarks.ingest_world import make_world, months
from tests.journeys.stack import ROOT, free_port, until
from transcripts.models import Segment

READERS = 2  # processes
SHARDS = 10  # a shard takes a thousand records a second
POLL_MS = 500
WARM_UP_S = 10
EDGE_S = 5  # the backlog at the start and at the end of the minute is the mean of so long


@dataclass
class Watch:
    """A sample a second: the records that had come, those that were committed, the memory of each reader."""

    kinesis_url: str
    stream: Stream
    readers: list[int]  # process ids
    at: list[float] = field(default_factory=list)
    come: list[int] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)  # of all readers so far
    rss_mb: list[list[float]] = field(default_factory=list)

    def sample(self) -> None:
        self.committed.append(committed(self.stream))
        self.come.append(requests.get(f"{self.kinesis_url}/come", timeout=5).json()["come"])
        self.at.append(time.monotonic())
        self.cpu_s.append(sum(map(_cpu_s, self.readers)))
        self.rss_mb.append([_rss_mb(pid) for pid in self.readers])

    def figures(self, rate: float) -> dict[str, Any]:
        backlog = [come - done for come, done in zip(self.come, self.committed, strict=True)]
        edge = min(EDGE_S, len(backlog) // 2)
        begins, ends = mean(backlog[:edge]), mean(backlog[-edge:])
        seconds = self.at[-1] - self.at[0]
        utterances = self.committed[-1] - self.committed[0]
        return {
            "reader_utterances_s": round(utterances / seconds),
            "reader_cpu_us": round((self.cpu_s[-1] - self.cpu_s[0]) * 1e6 / max(1, utterances), 1),
            # What waits for the next read comes and goes: half a second's worth is no lag.
            "reader_lag_grew": ends - begins > rate * POLL_MS / 1000,
            "reader_backlog": [round(begins), round(ends)],
            "reader_seconds": round(seconds, 1),
            "worker_rss_mb": round(max(max(sample) for sample in self.rss_mb), 1),
            "worker_rss_grew_mb": round(max(map(_growth, zip(*self.rss_mb, strict=True))), 1),
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


def committed(stream: Stream) -> int:
    return int(Shard.objects.filter(stream=stream).aggregate(read=Sum("records"))["read"] or 0)


def read(folder: Path, rate: float, calls: int, seconds: float) -> dict[str, Any]:
    """`folder` gets the processes' output. Ends with a count of what came and what is stored."""
    world = make_world("before")
    world.calls_in_progress(GROUP, calls, months()[0])
    Stream.objects.update(is_stopped=True)
    stream = Stream.objects.create(instance=world.instance, kind="contact-lens", name="canned", poll_ms=POLL_MS)
    url = f"http://127.0.0.1:{free_port()}"
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    with ExitStack() as stack:
        stack.enter_context(_program(folder, "kinesis", _canned(url, rate, calls), {}))
        until(lambda: _answers(url), "the canned Kinesis answers")
        readers = [stack.enter_context(program) for program in _workers(folder, url)]
        until(lambda: Shard.objects.filter(stream=stream, read_at__isnull=False).count() == SHARDS, "all are read", 60)
        requests.post(f"{url}/start", timeout=5)
        time.sleep(min(WARM_UP_S, seconds))
        watch = Watch(url, stream, readers[:READERS])
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            watch.sample()
            time.sleep(1)
        watch.sample()
        requests.post(f"{url}/stop", timeout=5)
        return watch.figures(rate) | _compared(url, stream)


def _compared(url: str, stream: Stream) -> dict[str, Any]:
    """What came by the end, and whether it is all there."""
    come = requests.get(f"{url}/state", timeout=120).json()
    began = time.monotonic()
    until(lambda: committed(stream) >= come["come"], "the backlog is read", 300)
    calls = Call.objects.filter(contact_id__startswith=f"20000000-0000-4000-{GROUP:04}").values("pk")
    stored = Segment.objects.filter(filed_on=months()[0], call_id__in=calls).count()
    return {
        "reader_catch_up_s": round(time.monotonic() - began, 1),
        "reader_lost": come["turns"] - stored,
        "reader_doubled": committed(stream) - come["come"],
    }


def _canned(url: str, rate: float, calls: int) -> str:
    options = f"--port {url.rpartition(':')[2]} --shards {SHARDS} --rate {rate} --calls {calls}"
    return f"exec {sys.executable} -m tests.benchmarks.ingest_kinesis {options}"


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
