"""The whole product as people run it: real processes on free ports, beside the stand-ins."""

import json
import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import boto3
import psycopg
import requests
from psycopg import sql

from dashboard.embedded.account import account
from dashboard.embedded.redis import Redis
from dashboard.embedded.sockets import socket_folder
from dashboard.processes import Program, procfile
from tests.journeys.records import INSTANCE_ID

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

ROOT = Path(__file__).resolve().parents[2]
CONTACT_RECORDS, CONTACT_LENS = "acme-contact-records", "acme-contact-lens"
CONTACT_EVENTS, AGENT_EVENTS = "acme-contact-events", "acme-agent-events"
STREAMS = (CONTACT_RECORDS, CONTACT_LENS, CONTACT_EVENTS, AGENT_EVENTS)
STOP_WITHIN_S = 10
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, within_s: float = 30) -> Found:
    """The first answer that is true; TimeoutError says what did not come."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        time.sleep(0.05)
    return found


class Stack:
    """A context manager. `folder` gets everything that is written; the database is made anew."""

    def __init__(
        self, folder: Path, database_url: str, world: str, env: Mapping[str, str] | None = None, shards: int = 2
    ) -> None:
        self.folder, self.world, self.shards = folder, world, shards
        self.password = secrets.token_urlsafe(12)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.procfile = {program.name: program for program in procfile(ROOT / "Procfile")}
        self._redis_folder = folder / "redis"
        self._redis_folder.mkdir(parents=True)
        owner = account()
        owner.may_reach(self._redis_folder / "any")
        self.redis = Redis(self._redis_folder, socket_folder(self._redis_folder, owner), owner)
        self.database_url = _new_database(database_url, f"ringback_{folder.name}".replace("-", "_"))
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.http = requests.Session()
        self.http.trust_env = False  # else REQUESTS_CA_BUNDLE goes before the authority that is named here
        self.http.verify = str(folder / "ca.pem")
        self.env = {**os.environ, **self._settings(), **(env or {})}

    def __enter__(self) -> Self:
        try:
            self._begin()
        except Exception as error:
            error.add_note(json.dumps(self.logs(), indent=1))
            raise
        return self

    def _begin(self) -> None:
        with ExitStack() as undo:
            undo.callback(self.http.close)
            undo.callback(lambda: self.stop(*self.running))
            undo.callback(self.redis.stop)
            self.redis.start()
            self._start_stand_ins()
            self.kinesis = kinesis_at(self.kinesis_url)
            undo.callback(self.kinesis.close)
            self._furnish()
            self.start(*self.procfile)
            self.until_the_site_answers()
            self._closing = undo.pop_all()

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def start(self, *names: str) -> None:
        for name in names:
            self.run(self.procfile[name])

    def run(self, program: Program) -> None:
        with self.log(program.name).open("ab") as log:
            self.running[program.name] = subprocess.Popen(
                ["/bin/sh", "-c", program.command],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self, *names: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask all of them first, so that they end side by side."""
        for name in names:
            with suppress(ProcessLookupError):
                os.killpg(self.running[name].pid, number)
        for name in names:
            process = self.running.pop(name)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_WITHIN_S)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a group outlives its leader for as long as it has members
            process.wait()

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Killed meanwhile, and there again afterwards."""
        self.stop(name, number=signal.SIGKILL)
        try:
            yield
        finally:
            self.start(name)

    @contextmanager
    def without_redis(self) -> Iterator[None]:
        """It comes back empty."""
        self.redis.stop()
        try:
            yield
        finally:
            self.redis.start()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def logs(self) -> dict[str, str]:
        return {path.stem: path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log"))}

    def put(self, stream: str, *records: Mapping[str, Any]) -> None:
        """In their order: contact records and words of one contact share a shard, and so do an agent's events."""
        for record in records:
            key = next(str(record[name]) for name in ("ContactId", "AgentARN", "id") if name in record)
            self.kinesis.put_record(StreamName=stream, PartitionKey=key, Data=json.dumps(record).encode())

    def put_bytes(self, stream: str, data: bytes) -> None:
        self.kinesis.put_record(StreamName=stream, PartitionKey="any", Data=data)

    def salesforce_cases(self) -> list[dict[str, Any]]:
        answer = self.http.get(f"{self.salesforce_url}/_stand_in/cases")
        answer.raise_for_status()
        cases: list[dict[str, Any]] = answer.json()
        return cases

    def until_the_site_answers(self) -> None:
        until(self._answers, "the site answers")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def manage(self, *arguments: str, **env: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env={**self.env, **env}, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")

    def _settings(self) -> dict[str, str]:
        return {
            "RINGBACK_VAR": str(self.folder / "var"),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis.url,
            "HOST": "127.0.0.1",
            "PORT": str(self._port),
            "PUBLIC_URL": self.url,
            "AWS_ACCESS_KEY_ID": "journeys",
            "AWS_SECRET_ACCESS_KEY": "journeys",
            "AWS_DEFAULT_REGION": "us-east-1",
            "SF_CLIENT_SECRET": "for the stand-in only",
            "REQUESTS_CA_BUNDLE": str(self.folder / "ca.pem"),
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }

    def _start_stand_ins(self) -> None:
        stand_in = "exec python -m dashboard.demo."
        streams = " ".join(f"--stream {name}:{self.shards}" for name in STREAMS)
        self.run(Program("kinesis", f"{stand_in}kinesis {streams}"))
        self.run(Program("connect", f"{stand_in}connect --instance {INSTANCE_ID}"))
        self.run(Program("salesforce", f"{stand_in}salesforce --certificates {shlex.quote(str(self.folder))}"))
        self.env["AWS_ENDPOINT_URL_KINESIS"] = self.kinesis_url = self._address_in("kinesis")
        self.env["AWS_ENDPOINT_URL_CONNECT"] = self.connect_url = self._address_in("connect")
        self.salesforce_url = self._address_in("salesforce")

    def _address_in(self, name: str) -> str:
        found = until(lambda: re.search(r"https?://[a-z0-9.]+:\d+", self.log(name).read_text()), f"{name} listens")
        return found[0]

    def _furnish(self) -> None:
        world = self.folder / "world.toml"
        world.write_text(Template(self.world).substitute(salesforce_url=self.salesforce_url))
        self.manage("migrate", "--verbosity", "0")
        self.manage("configure", str(world))
        self.manage("shell", "--verbosity", "0", "--command", GIVE_PASSWORDS, PASSWORD=self.password)

    def _answers(self) -> bool:
        try:
            return self.http.get(f"{self.url}/accounts/login/").ok
        except requests.ConnectionError:
            return False


# One hash for all: each takes half a second.
GIVE_PASSWORDS = """
import os
from django.contrib.auth.hashers import make_password
from calls.models import Person
Person.objects.update(password=make_password(os.environ["PASSWORD"]))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def kinesis_at(url: str) -> "KinesisClient":
    return boto3.client(
        "kinesis",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="journeys",
        aws_secret_access_key="journeys",
    )


def _new_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()
