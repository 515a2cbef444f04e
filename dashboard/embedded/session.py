"""Who uses the servers: the first one starts them, the last one out stops them.

Everyone holds a shared lock on `embedded.lock` for as long as the process lives; the kernel drops it even on kill -9.
Who gets it alone at the end is the last. A process that was killed as the last one leaves servers running: the next
one uses them, and stops them.
"""

import atexit
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.embedded.account import account
from dashboard.embedded.postgres import Postgres
from dashboard.embedded.redis import Redis
from dashboard.embedded.sockets import socket_folder


@dataclass(frozen=True)
class Servers:
    database_url: str
    redis_url: str


def use(var: Path, *, is_durable: bool = True) -> Servers:
    """Find the servers of `var` running or start them, and keep them until this process ends.

    Without `is_durable` a crash of the machine may spoil the data. Raises EmbeddedError.
    """
    var = var.resolve()
    var.mkdir(parents=True, exist_ok=True)
    owner = account()
    owner.may_reach(var / "any")
    sockets = socket_folder(var, owner)
    postgres = Postgres(var, sockets, owner, is_durable)
    redis = Redis(var, sockets, owner)

    in_use = os.open(var / "embedded.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(in_use, fcntl.LOCK_SH)
    atexit.register(_leave, in_use, os.getpid(), postgres, redis)
    _end_in_order_when_told()
    with _alone(var / "embedded.start.lock"):
        for server in (redis, postgres):
            if not server.answers():
                server.start()
    return Servers(postgres.url, redis.url)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _leave(in_use: int, pid: int, postgres: Postgres, redis: Redis) -> None:
    if os.getpid() != pid:
        return  # a fork shares the lock, but it is not the one who came
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave half of it running
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # others still use them, and this attempt has already given up our share
    redis.stop()
    postgres.stop()
    os.close(in_use)


def _end_in_order_when_told() -> None:
    """A plain SIGTERM would end the process without its exit handlers."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, _: sys.exit(128 + number))
