"""Whether anything was thrown away before it was read: Kinesis itself jumps over it and says nothing.

A shard is known to be read up to a moment: its last successful read, less how far behind it was. As long as that moment
lies within the stream's retention, nothing behind it has been thrown away, however old the checkpoint is: a quiet shard
has no gap. Once it lies before the trim horizon, what arrived between the two may be lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from botocore.exceptions import ClientError
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from calls.models import Gap, Shard, Stream

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

    from .page import Page

log = structlog.get_logger()

LEAST_RETENTION = timedelta(hours=24)  # no stream can be told to keep its records for less
# A read is noted when what it brought has been written, and clocks differ. Better a gap that is none than one unseen.
LEEWAY = timedelta(minutes=1)
# A reader that is chased by the trim horizon loses a little again and again: that is one gap.
APART = timedelta(minutes=10)


def read_up_to(shard: Shard) -> datetime | None:
    """All that arrived in the shard before this has been read, or was not asked for. None: that is not known.

    A shard that was not read yet began where its parents ended; the first shards of a stream began when it was first
    listed. One whose parents were never seen is covered by the gap of the shard that they had come from.
    """
    behind = timedelta(milliseconds=shard.behind_ms or 0)
    moments = [shard.read_at and shard.read_at - behind, shard.newest_at]
    if own := [moment for moment in moments if moment]:
        return max(own)
    parents = Shard.objects.filter(stream=shard.stream_id, shard_id__in=shard.parent_ids).select_related("stream")
    if shard.parent_ids:
        return min(filter(None, map(read_up_to, parents)), default=None)
    is_read = Q(read_at__isnull=False) | Q(newest_at__isnull=False)
    return None if shard.stream.shards.filter(is_read).exists() else _asked_from(shard.stream)


def _asked_from(stream: Stream) -> datetime | None:
    start = parse_datetime(stream.start) if stream.start not in ("trim-horizon", "latest") else None
    if start is None or stream.first_listed_at is None:
        return stream.first_listed_at
    return max(start, stream.first_listed_at - LEAST_RETENTION)


class Continuity:
    """Watches one reader of one shard."""

    def __init__(self, shard: Shard, client: KinesisClient) -> None:
        self.shard = shard
        self.client = client
        self.read_up_to = read_up_to(shard)

    def gap_before(self, page: Page) -> Gap | None:
        """What may have been thrown away between the page before and this one."""
        now, since = timezone.now(), self.read_up_to
        if since is None or now - since < LEAST_RETENTION - LEEWAY:
            return None
        horizon = now - retention(self.client, self.shard.stream) + LEEWAY
        if since >= horizon:
            return None
        return self.gap(min(horizon, page.first_at) if page.records else horizon)

    def gap(self, to_at: datetime) -> Gap:
        since = self.read_up_to
        return Gap(
            stream=self.shard.stream,
            shard_id=self.shard.shard_id,
            after=self.shard.checkpoint,
            from_at=since,
            to_at=max(since or to_at, to_at),
        )

    def note(self, page: Page) -> None:
        """The page has been written."""
        reached = timezone.now() - timedelta(milliseconds=page.behind_ms)
        self.read_up_to = max(reached, page.newest_at) if page.records else reached


def retention(client: KinesisClient, stream: Stream) -> timedelta:
    """How long the stream keeps its records; the least that it can be where we are not told."""
    try:
        summary = client.describe_stream_summary(**stream.address)["StreamDescriptionSummary"]
    except ClientError as error:
        log.warning("retention unknown", stream=stream.pk, code=error.response.get("Error", {}).get("Code"))
        return LEAST_RETENTION
    return timedelta(hours=summary["RetentionPeriodHours"])


def record(gap: Gap) -> None:
    """In the transaction that jumps over it. A gap right behind an open one of the shard is the same gap."""
    log.warning("gap", stream=gap.stream_id, shard=gap.shard_id, since=gap.from_at, to=gap.to_at)
    before = Gap.objects.filter(stream=gap.stream_id, shard_id=gap.shard_id, closed_at=None)
    if gap.from_at:
        before = before.filter(to_at__gte=gap.from_at - APART)
    if before.update(to_at=Greatest("to_at", gap.to_at)):
        return
    Gap.objects.update_or_create(
        stream=gap.stream,
        shard_id=gap.shard_id,
        after=gap.after,
        defaults={
            "from_at": gap.from_at,
            "to_at": gap.to_at,
            "closed_at": None,
            "closed_by": None,
            "filled_with": None,
        },
    )
