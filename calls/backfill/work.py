"""A backfill that is worked on: first counted, and once a person has seen the count, brought in."""

from __future__ import annotations

import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from calls.models import Backfill, Shard
from calls.models.backfill import REMARKS_KEPT
from calls.streams.reader import stopping
from calls.streams.writer import LeaseLost, write

from .batches import Batch, batches
from .counting import Seen, count
from .disk import Disk
from .kinesis_range import KinesisRange
from .s3 import S3
from .source import Source, SourceError

log = structlog.get_logger()

AT_ONCE = 2  # of the worker's threads, which the mirror and the sweeps need too
BEHIND_MS = 2000
LONGEST_REST_S = 5.0
RETRY_AFTER_S = (0.5, 1, 2, 4)


def attend_next() -> None:
    """Work on the first one that wants it, until it is done, stopped or cancelled, or this process is to stop."""
    for backfill in Backfill.objects.for_workers()[:AT_ONCE]:
        if backfill.claim(an_owner()):
            attend(backfill)
            return


def an_owner() -> str:
    return f"{socket.gethostname()[:40]}:{uuid.uuid4().hex[:12]}"


def attend(backfill: Backfill, heard: Callable[[Backfill], None] = lambda _: None) -> None:
    """Work on one whose claim is ours; `heard` is called after each step. Stopped, it goes on where it was."""
    work = _Counting if backfill.state == Backfill.State.COUNTING else _Bringing
    try:
        work(backfill, heard).run()
    except _Stopped:
        backfill.release()
    except LeaseLost:
        log.info("backfill is another's, or cancelled", backfill=backfill.pk)
    except SourceError as error:
        backfill.fail(str(error))
    except (OperationalError, InterfaceError) as error:
        # Nothing of the batch was written; once the claim has run out somebody goes on behind the one before.
        log.warning("database", backfill=backfill.pk, state=getattr(error.__cause__, "sqlstate", None))
        connection.close()
    except Exception as error:
        backfill.fail(f"The backfill failed: {type(error).__name__}")
        raise


def source_of(backfill: Backfill) -> Source:
    if backfill.source == Backfill.Source.S3:
        return S3(backfill.stream.instance, backfill.location)
    if backfill.source == Backfill.Source.DISK:
        return Disk(backfill.location)
    if backfill.from_at is None or backfill.to_at is None:
        raise SourceError("Kinesis is read from a time to a time.")
    return KinesisRange(backfill.stream, backfill.from_at, backfill.to_at)


class _Stopped(Exception):  # noqa: N818
    """This process is to end."""


class _Work:
    def __init__(self, backfill: Backfill, heard: Callable[[Backfill], None]) -> None:
        self.backfill, self.heard = backfill, heard
        self.stream = backfill.stream
        self.remarks: list[str] = list(backfill.remarks)
        self.held_at = time.monotonic()

    def beat(self) -> None:
        if stopping.is_set():
            raise _Stopped
        if time.monotonic() - self.held_at >= settings.LEASE_RENEW_S:
            self.hold()

    def hold(self, **progress: Any) -> None:
        if not self.backfill.hold(**progress):
            raise LeaseLost
        self.held_at = time.monotonic()
        self.heard(self.backfill)

    def note_remarks(self, batch: Batch) -> Counter[str]:
        self.remarks = (self.remarks + batch.remarks)[:REMARKS_KEPT]
        return Counter(remarks=len(batch.remarks))


class _Counting(_Work):
    """From the beginning, whenever it was stopped: what it had seen is gone with its connection."""

    def run(self) -> None:
        source = source_of(self.backfill)
        total = source.total(self.beat)
        counted: Counter[str] = Counter()
        self.remarks = []
        with Seen() as seen:
            for batch in batches(source.records({}, self.beat)):
                self.beat()
                counted += count(self.stream, batch.records, seen) + self.note_remarks(batch)
                done = {"done": batch.found[-1].done} if batch.found else {}
                self.hold(counted=counted, remarks=self.remarks, total=total, **done)
        if not self.backfill.note_counted(counted=counted, remarks=self.remarks, total=total, done=total):
            raise LeaseLost


class _Bringing(_Work):
    """Each batch commits with the place behind it: nothing is written twice, and nothing left out."""

    def run(self) -> None:
        brought = Counter(self.backfill.brought)
        for batch in batches(source_of(self.backfill).records(self.backfill.position, self.beat)):
            self.beat()
            began = time.monotonic()
            brought += self.note_remarks(batch)
            if batch.found:
                brought = self._bring(batch, brought)
            else:
                self.hold(remarks=self.remarks, brought=brought)
            _let_live_readers_go_first(time.monotonic() - began)
        total = self.backfill.total or 0
        if not self.backfill.finish(brought=brought, remarks=self.remarks, done=total):
            raise LeaseLost

    def _bring(self, batch: Batch, brought: Counter[str]) -> Counter[str]:
        """A deadlock, a time-out or a lost connection is nobody's bad record: the same batch again."""
        for wait_s in RETRY_AFTER_S:
            try:
                return self._write(batch, brought)
            except (OperationalError, InterfaceError) as error:
                log.warning("database", backfill=self.backfill.pk, state=getattr(error.__cause__, "sqlstate", None))
                connection.close()
                stopping.wait(wait_s)
        return self._write(batch, brought)

    def _write(self, batch: Batch, brought: Counter[str]) -> Counter[str]:
        counts = count(self.stream, batch.records)
        last = batch.found[-1]
        progress = {"position": last.position, "done": last.done, "remarks": self.remarks, "brought": brought + counts}
        unusable = write(self.stream, batch.records, lambda: self.backfill.hold(**progress))
        self.held_at = time.monotonic()
        self.heard(self.backfill)
        # The database may refuse what could be read.
        return brought + counts + Counter(unusable=unusable - counts["unusable"])


def _let_live_readers_go_first(took_s: float) -> None:
    """Rests as long as it worked while one of them is behind."""
    behind = Shard.objects.filter(is_ended=False, stream__is_stopped=False, behind_ms__gt=BEHIND_MS)
    if behind.exists():
        stopping.wait(min(took_s, LONGEST_REST_S))
