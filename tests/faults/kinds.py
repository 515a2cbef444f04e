"""Each kind of fault: brought about on the way in, mended on the way out, where it also proves that it came about.

Those that wait at a point come first and are mended last, so that a batch gets to the point. A fault that did not come
about raises DudError: it is the harness that is wrong then.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Literal, TypeVar

import redis
from celery import Celery

from dashboard.processes import Program
from tests.faults.points import AFTER_COMMIT, BEFORE_COMMIT, FENCED, GOT, POINTS, Order
from tests.faults.rig import READERS, WORKERS, Rig

FIRES_WITHIN_S = 40
UP_WITHIN_S = 15
OUTCOME_WITHIN_S = 20


END_SESSIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'ringback'
"""
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ringback'"
# Without waiting for one that is in the middle of a batch: its worker may be frozen.
END_LEASES = """
UPDATE calls_shard SET lease_expires_at = now() - interval '1 second'
WHERE id IN (SELECT id FROM calls_shard WHERE owner <> '' FOR UPDATE SKIP LOCKED) RETURNING id
"""
Found = TypeVar("Found")


class DudError(Exception):
    """A fault that was to be brought about, and was not."""


@dataclass(frozen=True)
class Kind:
    name: str
    bring_about: Callable[[Rig, Random], AbstractContextManager[None]]
    harms: Literal["worker", "server"]  # one of each may come together
    is_at_point: bool = False


@contextmanager
def killed_at(point: str, rig: Rig, rng: Random) -> Iterator[None]:
    order = Order.give(rig.points, point, signal.SIGKILL)
    yield
    pid, _ = _until(rig, order.follower, f"a batch comes to {point}")
    name = rig.name_of(pid)
    if rig.process(name).wait(10) != -signal.SIGKILL:
        raise DudError(f"{name} did not die of {point}")
    rig.restart(name)


@contextmanager
def killed(rig: Rig, rng: Random) -> Iterator[None]:
    name = rng.choice(WORKERS)
    time.sleep(rng.uniform(0, 1))
    if rig.process(name).poll() is not None:
        raise DudError(f"{name} was dead before")
    rig.kill(name)
    yield
    rig.stack.start(name)


@contextmanager
def stopped_at(point: str, rig: Rig, rng: Random) -> Iterator[None]:
    """For longer than the lease: outside of a transaction, until another has taken the shard and written."""
    order = Order.give(rig.points, point, signal.SIGSTOP)
    yield
    pid, shard = _until(rig, order.follower, f"a batch comes to {point}")
    before = rig.checkpoint_of(shard)
    try:
        time.sleep(rig.lease_s + rng.uniform(0.2, 1.5))
        if point == GOT:
            _until(rig, lambda: rig.checkpoint_of(shard) != before, "another reads on where one was stopped")
    finally:
        os.kill(pid, signal.SIGCONT)
    deadline = time.monotonic() + OUTCOME_WITHIN_S
    while not order.outcome() and time.monotonic() < deadline:
        time.sleep(0.05)
    rig.outcomes[f"{point}: {order.outcome() or 'without a word'}"] += 1


@contextmanager
def stopped(rig: Rig, rng: Random) -> Iterator[None]:
    """At any moment, for longer than the lease."""
    time.sleep(rng.uniform(0, 1))
    with rig.frozen(rng.choice(READERS)):
        yield
        time.sleep(rig.lease_s + rng.uniform(0.2, 1.5))


@contextmanager
def sessions_ended(rig: Rig, rng: Random) -> Iterator[None]:
    """More than once: also those that have just come back."""
    for n in range(rng.randint(1, 3)):
        _until(rig, lambda: rig.rows(END_SESSIONS) != [(0,)], "somebody has a session")
        if n == 0:
            yield
        time.sleep(rng.uniform(0, 0.5))


@contextmanager
def postgres_crashed(rig: Rig, rng: Random) -> Iterator[None]:
    time.sleep(rng.uniform(0, 0.7))
    postmaster = (rig.postgres.data / "postmaster.pid").read_text().split("\n", 1)[0]
    os.kill(int(postmaster), signal.SIGQUIT)  # an immediate stop: no checkpoint, the log is replayed at the start
    _until(rig, lambda: not rig.postgres.answers() and not _lives(int(postmaster)), "PostgreSQL crashes")
    yield
    time.sleep(rng.uniform(0, 2))
    rig.postgres.start()


@contextmanager
def backend_killed(rig: Rig, rng: Random) -> Iterator[None]:
    """PostgreSQL then ends all sessions, and recovers by itself."""
    pids = _until(rig, lambda: rig.rows(SESSIONS), "somebody has a session")
    os.kill(rng.choice(pids)[0], signal.SIGKILL)
    yield
    _until(rig, rig.postgres.answers, "PostgreSQL recovers")


@contextmanager
def redis_killed(rig: Rig, rng: Random, away_s: tuple[float, float] = (0.2, 3)) -> Iterator[None]:
    """It comes back empty."""
    time.sleep(rng.uniform(0, 0.7))
    rig.kill_redis()
    yield
    time.sleep(rng.uniform(*away_s))
    rig.stack.redis.start()


@contextmanager
def redis_flushed(rig: Rig, rng: Random) -> Iterator[None]:
    for _ in range(rng.randint(1, 3)):
        time.sleep(rng.uniform(0, 0.5))
        with rig.redis() as client:
            client.flushall()
    yield


@contextmanager
def redis_full(rig: Rig, rng: Random) -> Iterator[None]:
    with rig.redis() as client:
        client.config_set("maxmemory", "1")
        try:
            client.set("faults", "full")
        except redis.exceptions.OutOfMemoryError:
            pass
        else:
            raise DudError("Redis had room")
    yield
    time.sleep(rng.uniform(0.5, 3))
    with rig.redis() as client:
        client.config_set("maxmemory", "0")


@contextmanager
def beat_killed(rig: Rig, rng: Random) -> Iterator[None]:
    rig.kill("beat")
    yield
    time.sleep(rng.uniform(0.5, rig.lease_s + 1))
    rig.stack.start("beat")


@contextmanager
def beat_twice(rig: Rig, rng: Random) -> Iterator[None]:
    command = rig.stack.procfile["beat"].command.replace("celerybeat-schedule", "celerybeat-schedule-2")
    rig.stack.run(Program("beat-2", command))
    yield
    time.sleep(rng.uniform(2, 4))  # so long a beat takes to begin
    if rig.process("beat-2").poll() is not None:
        raise DudError("the second beat ended by itself")
    rig.kill("beat-2")


@contextmanager
def read_twice(rig: Rig, rng: Random) -> Iterator[None]:
    """A lease is ended while its holder reads, and another reader is sent: two read one shard."""
    with Celery(broker=f"redis+socket://{rig.stack.redis.url.removeprefix('unix://')}", set_as_current=False) as app:
        before = rig.epochs()
        for n in range(4):
            for (shard,) in rig.rows(END_LEASES):
                app.send_task("calls.tasks.read_shard", args=[shard], queue="readers")
            if n == 0:
                yield
            time.sleep(rng.uniform(0, 0.5))
        _until(rig, lambda: rig.epochs() > before, "another reader has taken a shard")


@contextmanager
def rolled(rig: Rig, rng: Random) -> Iterator[None]:
    """SIGTERM to two workers, one after the other, each started again when it has ended in order."""
    names = rng.sample(WORKERS, k=2)
    for n, name in enumerate(names):
        with suppress(TimeoutError, redis.RedisError):  # Redis may be what is harmed beside
            rig.until(rig.is_listening, "all workers listen", UP_WITHIN_S)
        process = rig.process(name)
        process.send_signal(signal.SIGTERM)
        status = process.wait(15)
        # One that has only just been started does not listen to signals yet, and just ends.
        if status not in (0, -signal.SIGTERM):
            raise DudError(f"{name} ended with {status} after SIGTERM")
        rig.outcomes["SIGTERM: in order" if status == 0 else "SIGTERM: before it was up"] += 1
        rig.restart(name)
        if n == 0:
            yield


@contextmanager
def answer_lost(rig: Rig, rng: Random) -> Iterator[None]:
    before = rig.wire.cuts
    rig.wire.lose_the_next_answer()
    yield
    _until(rig, lambda: rig.wire.cuts > before, "an answer to a COMMIT is lost")


def _until(rig: Rig, look: Callable[[], Found | None], what: str) -> Found:
    try:
        return rig.until(look, what, FIRES_WITHIN_S)
    except TimeoutError as late:
        raise DudError(str(late)) from None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


KILLS_AT = [Kind(f"kill -9 at {point}", partial(killed_at, point), "worker", is_at_point=True) for point in POINTS]
STOPS = [
    Kind("stopped with records in hand", partial(stopped_at, GOT), "worker", is_at_point=True),
    Kind("stopped behind the fence", partial(stopped_at, FENCED), "worker", is_at_point=True),
    Kind("stopped before COMMIT", partial(stopped_at, BEFORE_COMMIT), "worker", is_at_point=True),
    Kind("stopped after COMMIT", partial(stopped_at, AFTER_COMMIT), "worker", is_at_point=True),
    Kind("stopped at any moment", stopped, "worker"),
]
CRASH = Kind("PostgreSQL stopped immediately", postgres_crashed, "server")
EMPTIED = Kind("Redis killed, back empty", redis_killed, "server")
AWAY = Kind("Redis away for long", partial(redis_killed, away_s=(45, 90)), "server")
TWO_READERS = Kind("two readers on each shard", read_twice, "server")
ROLLED = Kind("rolling restart", rolled, "worker")
KINDS = [
    *KILLS_AT,
    Kind("kill -9 at any moment", killed, "worker"),
    *STOPS,
    ROLLED,
    Kind("answer to COMMIT lost", answer_lost, "worker", is_at_point=True),
    Kind("all sessions ended", sessions_ended, "server"),
    CRASH,
    Kind("a backend killed", backend_killed, "server"),
    EMPTIED,
    Kind("FLUSHALL", redis_flushed, "server"),
    Kind("Redis full", redis_full, "server"),
    Kind("beat killed", beat_killed, "server"),
    Kind("beat twice", beat_twice, "server"),
    TWO_READERS,
]


def drawn(rng: Random) -> list[Kind]:
    """One fault, or two of which one harms a worker and one a server."""
    first = rng.choice(KINDS)
    others = [kind for kind in KINDS if kind.harms != first.harms]
    return [first, rng.choice(others)] if rng.random() < 0.4 else [first]
