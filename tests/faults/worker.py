"""The reader worker as the Procfile runs it, which meets its points on the way: `python -m tests.faults.worker ...`.

What it is made of is the product's own; only the way past each boundary is watched. With FAULTS_CONTROL set it is the
control: the same writer with the fence and the natural keys switched off.
"""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import boto3
import django
from celery.__main__ import main
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tests.faults.audit import WITHOUT_KEYS
from tests.faults.points import AFTER_COMMIT, BEFORE_COMMIT, BEFORE_NUDGE, FENCED, GOT, Points

POINTS = Points(Path(os.environ["FAULTS_POINTS"]))
batch = threading.local()  # shard: whose lease this thread took last; is_open: its transaction has moved a checkpoint


def watch_reads() -> None:
    """After GetRecords, when there is something in hand."""
    make: Callable[..., Any] = boto3.Session.client

    def client(session: boto3.Session, *names: Any, **options: Any) -> Any:
        made = make(session, *names, **options)
        made.meta.events.register("after-call.kinesis.GetRecords", got)
        return made

    def got(parsed: dict[str, Any], **_: object) -> None:
        if parsed.get("Records"):
            POINTS.meet(GOT, batch.shard)

    setattr(boto3.Session, "client", client)  # noqa: B010 - mypy has one type for each service


def watch_the_fence() -> None:
    from calls.models import Shard

    fence = hold_whoever_has_it if os.environ.get("FAULTS_CONTROL") else Shard.hold
    take = Shard.take_lease

    def take_lease(shard: Shard, owner: str) -> bool:
        batch.shard = shard.pk
        return take(shard, owner)

    def hold(shard: Shard, **progress: Any) -> bool:
        if "checkpoint" not in progress:
            return fence(shard, **progress)
        with connection.cursor() as cursor:
            # For the audit in the database: who it is that moves the checkpoint.
            cursor.execute("SELECT set_config('faults.holder', %s, true)", [f"{shard.owner}/{shard.epoch}"])
        is_held = fence(shard, **progress)
        if is_held:
            batch.is_open = True
            POINTS.meet(FENCED, shard.pk)
        else:
            POINTS.tell("refused")
        return is_held

    Shard.take_lease = take_lease  # type: ignore[method-assign]
    Shard.hold = hold  # type: ignore[method-assign]


def watch_commits() -> None:
    commit: Callable[..., None] = BaseDatabaseWrapper._commit
    roll_back: Callable[..., None] = BaseDatabaseWrapper._rollback

    def watched_commit(self: BaseDatabaseWrapper) -> None:
        if not getattr(batch, "is_open", False):
            return commit(self)
        batch.is_open = False
        POINTS.meet(BEFORE_COMMIT, batch.shard)
        try:
            commit(self)
        except Exception:
            POINTS.tell("failed")
            raise
        POINTS.meet(AFTER_COMMIT, batch.shard)
        return POINTS.tell("committed")

    def watched_roll_back(self: BaseDatabaseWrapper) -> None:
        batch.is_open = False
        POINTS.tell("failed")
        roll_back(self)

    BaseDatabaseWrapper._commit = watched_commit
    BaseDatabaseWrapper._rollback = watched_roll_back


def watch_nudges() -> None:
    from calls.streams import writer

    nudge = writer.nudge

    def watched(calls: Iterable[tuple[int, int]] = ()) -> None:
        POINTS.meet(BEFORE_NUDGE, batch.shard)
        nudge(calls)

    writer.nudge = watched


def hold_whoever_has_it(shard: Any, **progress: Any) -> bool:
    """The control's fence: none."""
    from calls.models import Shard
    from calls.models.moments import in_seconds

    return bool(Shard.objects.filter(pk=shard.pk).update(lease_expires_at=in_seconds(settings.LEASE_S), **progress))


ON_CONFLICT = re.compile(r"ON CONFLICT.*?(?=RETURNING|$)", re.DOTALL)
TABLE = re.compile(r'\s*INSERT INTO "?(\w+)')


def forget_the_keys() -> None:
    """The control's inserts: none looks whether the row is there."""
    from transcripts import intake
    from transcripts.store import make_partitions

    def blind(execute: Callable[..., Any], sql: Any, *more: Any) -> Any:
        table = TABLE.match(str(sql))
        return execute(ON_CONFLICT.sub("", str(sql)) if table and table[1] in WITHOUT_KEYS else sql, *more)

    def make_blind(connection: BaseDatabaseWrapper, **_: object) -> None:
        if not connection.execute_wrappers:
            connection.execute_wrappers.append(blind)

    def load_no_turns(calls: Any, items: Any) -> None:
        make_partitions({turns.call.filed_on for turns in calls.values()})

    connection_created.connect(make_blind, weak=False)
    intake.load_turns = load_no_turns


if __name__ == "__main__":
    django.setup()
    if os.environ.get("FAULTS_CONTROL"):
        forget_the_keys()
    watch_reads()
    watch_the_fence()
    watch_commits()
    watch_nudges()
    sys.argv[0] = "celery"
    main()
