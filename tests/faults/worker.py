"""The reader worker as the Procfile runs it, which meets its points on the way: `python -m tests.faults.worker ...`.

What it is made of is the product's own; only the way past each boundary is watched. With FAULTS_CONTROL set it is the
control: the same writer with the fence switched off.
"""

import os
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

from tests.faults.points import AFTER_COMMIT, BEFORE_COMMIT, BEFORE_NUDGE, FENCED, GOT, Points

POINTS = Points(Path(os.environ["FAULTS_POINTS"]))
IS_CONTROL = bool(os.environ.get("FAULTS_CONTROL"))
batch = threading.local()  # shard: whose lease this thread took last; is_open: its transaction has moved a checkpoint
Method = Callable[..., Any]


def around(owner: Any, name: str, wrap: Callable[[Method], Method]) -> None:
    setattr(owner, name, wrap(getattr(owner, name)))


def watch_reads() -> None:
    """After GetRecords, when there is something in hand."""

    def got(parsed: dict[str, Any], **_: object) -> None:
        if parsed.get("Records"):
            POINTS.meet(GOT, batch.shard)

    def watched(make: Method) -> Method:
        def client(*names: Any, **options: Any) -> Any:
            made = make(*names, **options)
            made.meta.events.register("after-call.kinesis.GetRecords", got)
            return made

        return client

    around(boto3.Session, "client", watched)


def watch_the_fence() -> None:
    from calls.models import Shard

    def noting_the_shard(take: Method) -> Method:
        def take_lease(shard: Shard, owner: str) -> Any:
            batch.shard = shard.pk
            return take(shard, owner)

        return take_lease

    def watched(hold: Method) -> Method:
        fence = hold_whoever_has_it if IS_CONTROL else hold

        def watched_hold(shard: Shard, **progress: Any) -> Any:
            if "checkpoint" not in progress:
                return fence(shard, **progress)
            with connection.cursor() as cursor:
                # For the audit in the database: who it is that moves the checkpoint.
                cursor.execute("SELECT set_config('faults.holder', %s, true)", [f"{shard.owner}/{shard.epoch}"])
            batch.is_open = fence(shard, **progress)
            if batch.is_open:
                POINTS.meet(FENCED, shard.pk)
            else:
                POINTS.tell("refused")
            return batch.is_open

        return watched_hold

    around(Shard, "take_lease", noting_the_shard)
    around(Shard, "hold", watched)


def watch_commits() -> None:
    def watched(commit: Method) -> Method:
        def watched_commit(self: BaseDatabaseWrapper) -> None:
            is_batch, batch.is_open = getattr(batch, "is_open", False), False
            if is_batch:
                POINTS.meet(BEFORE_COMMIT, batch.shard)
            try:
                commit(self)
            except Exception:
                POINTS.tell("failed")
                raise
            if is_batch:
                POINTS.meet(AFTER_COMMIT, batch.shard)
                POINTS.tell("committed")

        return watched_commit

    def watched_back(roll_back: Method) -> Method:
        def watched_roll_back(self: BaseDatabaseWrapper) -> None:
            batch.is_open = False
            POINTS.tell("failed")
            roll_back(self)

        return watched_roll_back

    around(BaseDatabaseWrapper, "_commit", watched)
    around(BaseDatabaseWrapper, "_rollback", watched_back)


def watch_nudges() -> None:
    from calls.streams import writer

    def watched(nudge: Method) -> Method:
        def watched_nudge(calls: Iterable[tuple[int, int]] = ()) -> None:
            POINTS.meet(BEFORE_NUDGE, batch.shard)
            nudge(calls)

        return watched_nudge

    around(writer, "nudge", watched)


def hold_whoever_has_it(shard: Any, **progress: Any) -> bool:
    """The control's fence: none."""
    from calls.models import Shard
    from calls.models.moments import in_seconds

    return bool(Shard.objects.filter(pk=shard.pk).update(lease_expires_at=in_seconds(settings.LEASE_S), **progress))


if __name__ == "__main__":
    django.setup()
    watch_reads()
    watch_the_fence()
    watch_commits()
    watch_nudges()
    sys.argv[0] = "celery"
    main()
