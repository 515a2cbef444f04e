"""How far each stream has been read: the one reading of it for alarms, metrics and the admin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum
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


def progress(streams: QuerySet[Stream] | None = None) -> list[Progress]:
    """In two statements, whatever the number of streams and shards."""
    wanted = (Stream.objects.all() if streams is None else streams).select_related("instance")
    found = wanted.annotate(now=Now(), records=Sum("shards__records"), unusable=Sum("shards__unusable"))
    shown = Q(is_ended=False) | Q(read_at__gt=in_seconds(-ENDED_SHOWN_S))
    shards: dict[int, list[Shard]] = {}
    for shard in Shard.objects.filter(shown, stream__in=wanted).order_by("shard_id"):
        shards.setdefault(shard.stream_id, []).append(shard)
    return [_progress(stream, shards.get(stream.pk, [])) for stream in found]


def _progress(stream: Stream, shards: list[Shard]) -> Progress:
    now: datetime = stream.now  # type: ignore[attr-defined]
    unended = {shard.shard_id for shard in shards if not shard.is_ended}
    return Progress(
        stream=stream,
        shards=[ShardProgress(shard, now, not unended.isdisjoint(shard.parent_ids)) for shard in shards],
        now=now,
        records=stream.records or 0,  # type: ignore[attr-defined]
        unusable=stream.unusable or 0,  # type: ignore[attr-defined]
    )
