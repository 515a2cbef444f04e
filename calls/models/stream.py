from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils.dateparse import parse_datetime

from .moments import in_seconds

BRAKE_WINDOW_S = 60  # so far back the brake looks, and so long it stays off behind the last of a trouble


def validate_start(start: str) -> None:
    if start in ("trim-horizon", "latest"):
        return
    moment = parse_datetime(start)
    if moment is None or moment.tzinfo is None:
        raise ValidationError("Start is trim-horizon, latest or a time with its zone, such as 2026-11-02T09:00:00Z.")


class StreamQuerySet(models.QuerySet["Stream"]):
    def resume(self) -> int:
        """Read on from where they stopped, by a person's wish; how many had stopped.

        Who says so has seen why: the brake lets through what stopped the stream, until that is over.
        """
        return self.filter(is_stopped=True).update(
            is_stopped=False,
            stopped_because="",
            stopped_at=None,
            trouble="",
            brake_off_until=in_seconds(BRAKE_WINDOW_S),
        )


class Stream(models.Model):
    """A Kinesis stream of one kind of record. A lag of None means that it has not been read yet."""

    class Kind(models.TextChoices):
        CONTACT_RECORDS = "contact-records"
        CONTACT_LENS = "contact-lens"
        CONTACT_EVENTS = "contact-events"
        AGENT_EVENTS = "agent-events"

    instance = models.ForeignKey("calls.Instance", models.CASCADE, related_name="streams")
    kind = models.CharField(max_length=32, choices=Kind.choices)
    name = models.CharField(max_length=256, help_text="The stream's name, or its ARN.")
    start = models.CharField(max_length=40, default="trim-horizon", validators=[validate_start])
    poll_ms = models.PositiveIntegerField(default=250)
    is_fanned_out = models.BooleanField(
        "enhanced fan-out", default=False, help_text="Records are pushed over a consumer of our own (Amazon bills it)."
    )
    behind_limit_s = models.PositiveIntegerField(default=60, help_text="Reading further behind than this is an alarm.")
    is_stopped = models.BooleanField(default=False)
    stopped_because = models.CharField(
        max_length=400,
        blank=True,
        editable=False,
        help_text="Why Ringback stopped it by itself; empty if a person did.",
    )
    stopped_at = models.DateTimeField(null=True, editable=False)
    brake_off_until = models.DateTimeField(
        null=True, editable=False, help_text="Read on by a person's wish: put off as long as the trouble lasts."
    )
    trouble = models.TextField(blank=True, editable=False)
    first_listed_at = models.DateTimeField(null=True, editable=False, help_text="Where `latest` starts.")
    listed_at = models.DateTimeField(null=True, editable=False)
    unread_kinds = models.JSONField(
        default=dict, editable=False, help_text="Records of known kinds that nothing reads, by kind."
    )

    objects = StreamQuerySet.as_manager()

    class Meta:
        ordering = ["instance", "kind"]
        constraints = [models.UniqueConstraint(fields=["instance", "name"], name="one_stream_by_name")]

    def __str__(self) -> str:
        return f"{self.instance.alias}: {self.name}"

    @property
    def address(self) -> dict[str, Any]:
        """The stream as boto3's calls name it."""
        return {"StreamARN": self.name} if self.name.startswith("arn:") else {"StreamName": self.name}


def _is_read() -> models.Exists:
    return models.Exists(Stream.objects.filter(pk=models.OuterRef("stream"), is_stopped=False))


def _is_free() -> Q:
    return Q(owner="") | Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lt=Now())


class ShardQuerySet(models.QuerySet["Shard"]):
    def readable(self) -> ShardQuerySet:
        """Shards that may be read: theirs is the turn only when every known parent has been read to its end."""
        parents = Shard.objects.filter(
            stream=models.OuterRef("stream"), shard_id=models.OuterRef("parent_ids__0"), is_ended=False
        )
        other = Shard.objects.filter(
            stream=models.OuterRef("stream"), shard_id=models.OuterRef("parent_ids__1"), is_ended=False
        )
        # Never a join: Django would move all conditions of an UPDATE into a subquery, which PostgreSQL does not look at
        # again when the row that it waited for has changed; two workers would then both have their way.
        return self.filter(~models.Exists(parents), ~models.Exists(other), _is_read(), is_ended=False)

    def waiting(self) -> ShardQuerySet:
        """Those that could be read now, if somebody had a slot for them."""
        return self.readable().filter(_is_free())

    def unattended(self) -> ShardQuerySet:
        """Those for which a reader should be enqueued: nobody reads them, and no message for them is on its way."""
        return self.waiting().filter(Q(queued_at__isnull=True) | Q(queued_at__lt=in_seconds(-settings.LEASE_S)))

    def overdue(self, poll_ms: int) -> ShardQuerySet:
        """Those waiting that were not read for longer than between two reads."""
        return self.waiting().filter(Q(read_at__isnull=True) | Q(read_at__lt=in_seconds(-poll_ms / 1000)))

    def most_urgent_first(self) -> ShardQuerySet:
        """The oldest unread record leads.

        But who has waited for a slot for longer than a lease goes before, and a stream that gives trouble goes last:
        neither a long backlog nor what cannot be read at all may keep the slots from the others.
        """
        out_of_patience = Case(When(lease_expires_at__lt=in_seconds(-settings.LEASE_S), then="lease_expires_at"))
        in_trouble = Stream.objects.filter(pk=models.OuterRef("stream")).exclude(trouble="")
        behind = ExpressionWrapper(
            Coalesce(F("behind_ms"), 0) * Value(timedelta(milliseconds=1)), output_field=models.DurationField()
        )
        read_up_to = ExpressionWrapper(F("read_at") - behind, output_field=DateTimeField())
        return self.order_by(
            out_of_patience.asc(nulls_last=True), models.Exists(in_trouble), read_up_to.asc(nulls_first=True), "pk"
        )

    def take_most_urgent(self, owner: str) -> Shard | None:
        """A shard that is now ours to read; None if none waits. Of many who ask at once, each gets another."""
        with transaction.atomic():
            shard = self.waiting().most_urgent_first().select_for_update(skip_locked=True).first()
            return shard if shard and shard.take_lease(owner) else None


class Shard(models.Model):
    """One shard with its lease. `epoch` rises with each new holder and fences writes of an earlier one."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="shards")
    shard_id = models.CharField(max_length=128)
    parent_ids = ArrayField(models.CharField(max_length=128), default=list)
    owner = models.CharField(max_length=64, blank=True)
    epoch = models.BigIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    checkpoint = models.CharField(max_length=128, blank=True, help_text="Sequence number of the last record written.")
    is_ended = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, help_text="The last read that succeeded, empty or not.")
    behind_ms = models.BigIntegerField(null=True, help_text="MillisBehindLatest of the last read.")
    newest_at = models.DateTimeField(null=True, help_text="When the newest record read had arrived in Kinesis.")
    records = models.BigIntegerField(default=0)
    unusable = models.BigIntegerField(default=0, help_text="How many of the records became dead letters.")
    recent = models.JSONField(
        default=list,
        help_text="The last minute: [start of ten seconds as a Unix time, records, unusable], oldest first.",
    )

    objects = ShardQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "shard_id"], name="one_row_per_shard")]

    def __str__(self) -> str:
        return f"{self.stream}/{self.shard_id}"

    def take_lease(self, owner: str) -> bool:
        """True if the shard is now ours: it may be read, and nobody held it or the holder's lease had run out."""
        taken = (
            Shard.objects.filter(pk=self.pk)
            .waiting()
            .update(owner=owner, epoch=F("epoch") + 1, lease_expires_at=in_seconds(settings.LEASE_S), queued_at=None)
        )
        if taken:
            self.refresh_from_db()
        return bool(taken) and self.owner == owner

    def hold(self, **progress: Any) -> bool:
        """Renew the lease and note progress: the fence. False if the shard is no longer ours, or its stream stopped."""
        return bool(
            Shard.objects.filter(_is_read(), pk=self.pk, owner=self.owner, epoch=self.epoch).update(
                lease_expires_at=in_seconds(settings.LEASE_S), **progress
            )
        )

    def hand_on(self, **progress: Any) -> bool:
        """Give the lease back and mark the shard as queued, in one step; False if it was no longer ours."""
        return self._let_go(queued_at=Now(), **progress)

    def release(self, **progress: Any) -> bool:
        """Give the lease back with nobody to follow: the next who has a slot, or the next sweep, finds the shard."""
        return self._let_go(queued_at=None, **progress)

    def _let_go(self, **changes: Any) -> bool:
        # The time tells how long the shard has waited since.
        freed = {"owner": "", "lease_expires_at": Now(), **changes}
        return bool(Shard.objects.filter(pk=self.pk, owner=self.owner, epoch=self.epoch).update(**freed))

    def claim_for_queue(self) -> bool:
        """True for the one sweep that may enqueue a reader for this shard now.

        It never waits for the row: whoever froze in the middle of a batch would keep all other shards waiting too.
        """
        with transaction.atomic():
            is_free = Shard.objects.filter(pk=self.pk).unattended().select_for_update(skip_locked=True).first()
            return bool(is_free and Shard.objects.filter(pk=self.pk).update(queued_at=Now()))
