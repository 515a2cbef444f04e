"""Programs of the Procfile as processes of their own, on the test's database and a Redis of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.db import connection

from calls.models import Shard
from dashboard.demo.kinesis import KinesisStandIn
from dashboard.embedded.account import account
from dashboard.embedded.redis import Redis
from dashboard.embedded.sockets import socket_folder
from dashboard.processes import procfile
from tests.calls.world import World
from tests.dashboard.demo.kinesis.conftest import connect
from tests.journeys.stack import until

ROOT = Path(__file__).resolve().parents[2]


class Programs:
    def __init__(self, folder: Path, redis: Redis) -> None:
        self.folder, self.redis = folder, redis
        self.running: list[subprocess.Popen[bytes]] = []
        self.commands = {program.name: program.command for program in procfile(ROOT / "Procfile")}

    def start(self, name: str, **env: str) -> subprocess.Popen[bytes]:
        """Once more, if it runs already. Its output goes to `log(name)`."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                ["/bin/sh", "-c", self.commands[name]],
                cwd=ROOT,
                env={**os.environ, **self._settings(), **env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def start_readers(self, **env: str) -> subprocess.Popen[bytes]:
        """They listen when this returns."""
        before = self.times("readers", "Connected to")
        process = self.start("readers", **env)
        until(lambda: self.times("readers", "Connected to") > before, "the readers listen")
        return process

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def times(self, name: str, words: str) -> int:
        log = self.log(name)
        return log.read_text().count(words) if log.exists() else 0

    def ask_for_a_turn(self, shard: Shard) -> None:
        broker = f"redis+socket://{urlsplit(self.redis.url).path}"
        with Celery("tests", broker=broker, set_as_current=False) as app:
            app.send_task("calls.tasks.read_shard", (shard.pk,), queue="readers")

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _settings(self) -> dict[str, str]:
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        return {
            "DATABASE_URL": database.geturl(),
            "REDIS_URL": self.redis.url,
            "RINGBACK_VAR": str(self.folder / "var"),
            "AWS_DEFAULT_REGION": "us-east-1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }


@pytest.fixture
def shard(world_apart: World, stand_in: KinesisStandIn) -> Shard:
    """The only one, of a stream that is there."""
    world_apart.lens.delete()
    client = connect(stand_in.url)
    client.create_stream(StreamName=world_apart.stream.name, ShardCount=1)
    client.close()
    return Shard.objects.create(stream=world_apart.stream, shard_id="shardId-000000000000")


@pytest.fixture
def programs(tmp_path: Path, shard: Shard) -> Iterator[Programs]:
    """Their Redis is there, but not started."""
    folder = tmp_path / "redis"
    folder.mkdir()
    owner = account()
    owner.may_reach(folder / "any")
    redis = Redis(folder, socket_folder(folder, owner), owner)
    programs = Programs(tmp_path, redis)
    yield programs
    programs.end()
    redis.stop()
