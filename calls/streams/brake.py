"""A stream of which too much cannot be used is stopped: it must not drain into dead letters while nobody looks.

More than a fifth of the last minute's records, and at least 50, mean that something is wrong with the stream or with
Ringback, and not with a record. The batch with which it becomes too much is rolled back whole and stays in Kinesis, but
for a few examples to look at: once the cause is mended, it is read like any other. A person who reads on although
nothing was mended says that the other records matter more. Then the brake is off until a minute has gone by in which it
would not have acted, and what cannot be used becomes dead letters, to be replayed later: no stream stops twice for one
trouble.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import structlog
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from calls.models import DeadLetter, Shard, Stream
from calls.models.moments import in_seconds
from calls.models.stream import BRAKE_WINDOW_S

log = structlog.get_logger()

AT_LEAST, SHARE = 50, 0.2
EXAMPLES = 10  # of what stopped a stream, buried to be looked at
STEP_S = 10
RENEW_S = 10  # a brake that is off is put off again at most so often, for all shards of a stream together

Step = Sequence[int]  # of the last minute's counts: its start as a Unix time, records, unusable


class TooMuch(Exception):  # noqa: N818
    """The stream is to stop: roll back."""

    def __init__(self, records: int, unusable: int) -> None:
        super().__init__()
        self.records, self.unusable = records, unusable


class Brake:
    """In the hands of a shard's reader, for one batch. Replay and backfill have none."""

    def __init__(self, shard: Shard, records: int) -> None:
        self.shard = shard
        self.records = records
        self.before: list[Step] = shard.recent
        self.noted = 0
        self.is_held_off = False

    def note(self, unusable: int) -> dict[str, Any]:
        """The shard's counts with those of the batch, to be written together with its progress."""
        more, self.noted = unusable - self.noted, unusable
        self.shard.recent = with_batch(self.before, self.records, unusable, int(time.time()))
        return {"recent": self.shard.recent, "unusable": F("unusable") + more}

    def check(self, unusable: int) -> None:
        """Raises TooMuch if with so many of the batch its stream is to stop."""
        if not unusable:
            return
        records, others = self._last_minute
        records, unusable = records + self.records, others + unusable
        if is_too_much(records, unusable):
            if not self._is_off:
                raise TooMuch(records, unusable)
            self.is_held_off = True

    @cached_property
    def _last_minute(self) -> tuple[int, int]:
        """Records and unusable ones of all shards of the stream, before this batch."""
        others = Shard.objects.filter(stream=self.shard.stream_id).exclude(pk=self.shard.pk)
        oldest = time.time() - BRAKE_WINDOW_S
        steps = [step for steps in (self.before, *others.values_list("recent", flat=True)) for step in steps]
        lately = [step for step in steps if step[0] > oldest]
        return sum(step[1] for step in lately), sum(step[2] for step in lately)

    @cached_property
    def _is_off(self) -> bool:
        return Stream.objects.filter(pk=self.shard.stream_id, brake_off_until__gt=Now()).exists()

    def settle(self, unusable: int) -> None:
        """At the end of the batch's transaction: what the database refused after the fence; the trouble still lasts."""
        if unusable > self.noted:
            Shard.objects.filter(pk=self.shard.pk).update(**self.note(unusable))
        if self.is_held_off:
            Stream.objects.filter(
                pk=self.shard.stream_id, brake_off_until__lt=in_seconds(BRAKE_WINDOW_S - RENEW_S)
            ).update(brake_off_until=in_seconds(BRAKE_WINDOW_S))

    def stop(self, found: TooMuch, reasons: Iterable[str]) -> None:
        """After the batch was rolled back. Its readers lose their leases, as at a stop by hand."""
        words = f"{found.unusable} of {found.records} records in the last minute could not be used"
        because = f"{words}: {self._commonest(reasons)}"[:400]
        is_on = Q(brake_off_until=None) | Q(brake_off_until__lte=Now())
        stopped = Stream.objects.filter(is_on, pk=self.shard.stream_id, is_stopped=False).update(
            is_stopped=True, stopped_because=because, stopped_at=Now()
        )
        self.shard.release()
        if stopped:
            log.error("stream stopped", stream=self.shard.stream_id, because=because)

    def _commonest(self, reasons: Iterable[str]) -> str:
        """Of this batch, and of the minute's letters."""
        counts = Counter(reasons)
        letters = DeadLetter.objects.filter(
            stream=self.shard.stream_id, expired_at=None, last_seen_at__gt=in_seconds(-BRAKE_WINDOW_S)
        )
        counts.update(dict(letters.order_by().values_list("reason").annotate(Count("pk"))))
        return counts.most_common(1)[0][0]


def is_too_much(records: int, unusable: int) -> bool:
    return unusable >= AT_LEAST and unusable > SHARE * records


def with_batch(steps: Iterable[Step], records: int, unusable: int, now: int) -> list[Step]:
    """The counts of the last minute with those of a batch, oldest first."""
    start = now - now % STEP_S
    counts = {step[0]: step[1:] for step in steps if step[0] > now - BRAKE_WINDOW_S}
    known_records, known_unusable = counts.get(start, (0, 0))
    counts[start] = known_records + records, known_unusable + unusable
    return [[at, *counts[at]] for at in sorted(counts)]
