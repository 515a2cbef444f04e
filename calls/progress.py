"""How far each stream has been read: the one reading of it for alarms, metrics and the admin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Now

from calls.models import Shard, Stream
from calls.models.moments import in_seconds

MINUTE = timedelta(minutes=1)
ENDED_SHOWN_S = 24 * 3600  # a shard that was read to its end is shown so long: its last records are to be seen too


@dataclass(frozen=True)
class ShardProgress:
    shard: Shard
    now: datetime
    waits_for_parents: bool

    @property
    def age_s(self) -> float | None:
        """How old the moment is up to which the shard was read. None: never read. A quiet stream is not old."""
        if self.shard.read_at is None:
            return None
        since_read_s = (self.now - self.shard.read_at).total_seconds()
        return max(since_read_s, 0.0) + (self.shard.behind_ms or 0) / 1000

    @property
    def is_leased(self) -> bool:
        lease_ends = self.shard.lease_expires_at
        return bool(self.shard.owner) and lease_ends is not None and lease_ends > self.now

    @property
    def last_minute(self) -> tuple[int, int]:
        """Records, and those of them that were unusable."""
        start = (self.now - MINUTE).timestamp()
        recent = [(records, unusable) for began, records, unusable in self.shard.recent if began >= start]
        return sum(records for records, _ in recent), sum(unusable for _, unusable in recent)


@dataclass(frozen=True)
class Progress:
    """A stream with its shards: all that are open, and those read to their end within the last day."""

    stream: Stream
    shards: list[ShardProgress]
    now: datetime
    records: int  # since the beginning, of all shards
    unusable: int

    @classmethod
    def of(cls, stream: Any) -> Progress:
        """Of one that comes from `watched`."""
        unended = {shard.shard_id for shard in stream.shown_shards if not shard.is_ended}
        shards = [
            ShardProgress(shard, stream.now, not unended.isdisjoint(shard.parent_ids)) for shard in stream.shown_shards
        ]
        return cls(stream, shards, stream.now, stream.records or 0, stream.unusable or 0)

    @property
    def open(self) -> list[ShardProgress]:
        return [each for each in self.shards if not each.shard.is_ended]

    @property
    def age_s(self) -> float | None:
        """Of the worst shard that is open and has been read."""
        return max((each.age_s for each in self.open if each.age_s is not None), default=None)

    @property
    def newest_at(self) -> datetime | None:
        return max((each.shard.newest_at for each in self.shards if each.shard.newest_at), default=None)

    @property
    def last_minute(self) -> tuple[int, int]:
        each = [shard.last_minute for shard in self.shards]
        return sum(records for records, _ in each), sum(unusable for _, unusable in each)

    @property
    def unread(self) -> list[ShardProgress]:
        """Open shards whose turn it is, and which nobody has read yet."""
        return [each for each in self.open if each.shard.read_at is None and not each.waits_for_parents]

    @property
    def unread_since(self) -> datetime | None:
        """Since when the stream, or its oldest unread shard, waits for its first read; None: not even listed."""
        read_at = {each.shard.shard_id: each.shard.read_at for each in self.shards}
        parents = [_latest(read_at.get(parent) for parent in each.shard.parent_ids) for each in self.unread]
        return min((since for since in parents if since), default=self.stream.first_listed_at)

    @property
    def is_never_read(self) -> bool:
        return bool(self.unread) or not (self.shards or self.records)


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)


def watched(streams: QuerySet[Stream]) -> QuerySet[Stream]:
    """With what Progress.of wants to know: two statements for all of them."""
    shown = Q(is_ended=False) | Q(read_at__gt=in_seconds(-ENDED_SHOWN_S))
    shards = Prefetch("shards", Shard.objects.filter(shown).order_by("shard_id"), to_attr="shown_shards")
    sums = {"records": Sum("shards__records"), "unusable": Sum("shards__unusable")}
    found = streams.select_related("instance").prefetch_related(shards).annotate(now=Now(), **sums)
    return found.order_by("instance__alias", "kind", "name")


def progress() -> list[Progress]:
    return [Progress.of(stream) for stream in watched(Stream.objects.all())]
