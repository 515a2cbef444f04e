from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from .backfill import Backfill
    from .person import Person


class GapQuerySet(models.QuerySet["Gap"]):
    def open(self) -> GapQuerySet:
        return self.filter(closed_at=None)

    def filled_by(self, backfill: Backfill) -> GapQuerySet:
        """Those within the time that it brought from files. What Kinesis had thrown away it cannot bring itself."""
        is_since = Q() if backfill.from_at is None else Q(from_at__gte=backfill.from_at)
        is_of_files = backfill.source != backfill.Source.KINESIS
        if not is_of_files or backfill.to_at is None or not backfill.has_brought:
            return self.none()
        return self.open().filter(is_since, stream=backfill.stream, to_at__lte=backfill.to_at)

    def close(self, by: Person | None, backfill: Backfill | None = None) -> int:
        """How many were open until now."""
        return self.open().update(closed_at=Now(), closed_by=by, filled_with=backfill)


class Gap(models.Model):
    """Records of a shard that Kinesis had thrown away before they were read: what a stream's retention cost us.

    Open until a backfill has brought what lies between `from_at` and `to_at`, or a person has said that nothing will.
    """

    stream = models.ForeignKey("calls.Stream", models.CASCADE, related_name="gaps")
    shard_id = models.CharField(max_length=128)
    after = models.CharField(max_length=128, help_text="Sequence number of the last record that was read before it.")
    from_at = models.DateTimeField(null=True, help_text="When that record had arrived in Kinesis.")
    to_at = models.DateTimeField(help_text="When the first record behind the gap had arrived, or the gap was found.")
    found_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("calls.Person", models.SET_NULL, null=True, related_name="+")
    filled_with = models.ForeignKey(
        "calls.Backfill", models.SET_NULL, null=True, related_name="gaps", help_text="None: a person closed it."
    )

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at"]
        constraints = [models.UniqueConstraint(fields=["stream", "shard_id", "after"], name="one_gap_per_checkpoint")]

    def __str__(self) -> str:
        return f"{self.stream}: {self.shard_id}"
