"""A lease in use: every write of a reader goes through it, and is fenced by it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from calls.models import Gap, Shard

from .brake import Brake
from .gaps import Continuity, record
from .listing import note_children
from .page import Page
from .writer import LeaseLost, write

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient


def renew_s() -> float:
    """Often enough for the lease, and for the page to say how old its data is."""
    return float(min(settings.LEASE_RENEW_S, 1.0))


class Lease:
    """Of a shard that is ours. What it does not own any more raises LeaseLost."""

    def __init__(self, shard: Shard, client: KinesisClient) -> None:
        self.shard = shard
        self.stream = shard.stream
        self.continuity = Continuity(shard, client)
        self.held_at = time.monotonic()
        self.unnoted: dict[str, Any] = {}  # what an empty read says, until the next renewal

    def take(self, page: Page) -> bool:
        """Write what was read; whether something was thrown away before it."""
        gap = self.continuity.gap_before(page)
        progress = self._progress(page)

        def fence(**noted: Any) -> bool:
            return self._fence(page, gap, **progress, **noted)

        if page.records:
            write(self.stream, page.arrived, fence, Brake(self.shard, len(page.records)))
        elif page.is_last or gap or self.is_to_renew():
            with transaction.atomic():
                if not fence():
                    raise LeaseLost
        else:
            self.unnoted = progress
            self._reach(page)
            return False
        self.held_at, self.unnoted = time.monotonic(), {}
        self._reach(page)
        return gap is not None

    def _progress(self, page: Page) -> dict[str, Any]:
        """Of an ended shard the last read before is kept: its children began after that one, maybe before this one."""
        progress: dict[str, Any] = {"is_ended": True}
        if not page.is_last:
            progress = {"read_at": Now(), "behind_ms": page.behind_ms}
        if page.records:
            progress |= {
                "checkpoint": page.checkpoint,
                "newest_at": page.newest_at,
                "records": F("records") + len(page.records),
            }
        return progress

    def _fence(self, page: Page, gap: Gap | None, **progress: Any) -> bool:
        if not self.shard.hold(**progress):
            return False
        if gap:
            record(gap)
        note_children(self.stream, page.children)
        return True

    def _reach(self, page: Page) -> None:
        self.shard.is_ended, self.shard.behind_ms = page.is_last, page.behind_ms
        if page.records:
            self.shard.checkpoint, self.shard.newest_at = page.checkpoint, page.newest_at
        self.continuity.note(page)

    def is_to_renew(self) -> bool:
        return time.monotonic() - self.held_at >= renew_s()

    def hold(self) -> None:
        """While nothing is read. An empty read before it goes unnoted: noted later, it would seem to be newer."""
        if not self.shard.hold():
            raise LeaseLost
        self.held_at, self.unnoted = time.monotonic(), {}

    def start_anew(self) -> None:
        """Kinesis does not take the checkpoint: too old, or of a stream that was deleted and made again."""
        with transaction.atomic():
            if not self.shard.hold(checkpoint=""):
                raise LeaseLost
            record(self.continuity.gap(timezone.now()))
        self.shard.checkpoint = ""
