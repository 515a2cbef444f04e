from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from .gap import Gap
from .moments import in_seconds
from .person import Person

LOCATION = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[^\x00]{0,1024}))?")
LONGEST_RETENTION = timedelta(days=365)
REMARKS_KEPT = 20


class BackfillQuerySet(models.QuerySet["Backfill"]):
    def in_work(self) -> BackfillQuerySet:
        return self.filter(state__in=Backfill.WORKED)

    def unclaimed(self) -> BackfillQuerySet:
        return self.in_work().filter(Q(claimed_until=None) | Q(claimed_until__lt=Now()))

    def for_workers(self) -> BackfillQuerySet:
        """Those that no command attends; previews first, because somebody waits for them."""
        seen = self.in_work().filter(is_by_command=False).exclude(source=Backfill.Source.DISK)
        return seen.order_by("-state", "pk")  # counting before bringing


class Backfill(models.Model):
    """Records brought in from elsewhere: counted first, and written once a person has seen the count.

    Whoever works on it holds a claim, as a reader holds a lease: `epoch` fences the writes of an earlier one.
    """

    class Source(models.TextChoices):
        S3 = "s3", "S3"
        KINESIS = "kinesis", "Kinesis, what it still holds of a time"
        DISK = "disk", "Disk"

    class State(models.TextChoices):
        COUNTING = "counting"
        COUNTED = "counted"
        BRINGING = "bringing", "Bringing in"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    WORKED = (State.COUNTING, State.BRINGING)
    STOPPED = (State.FAILED, State.CANCELLED)

    stream = models.ForeignKey("calls.Stream", models.CASCADE, related_name="backfills")
    source = models.CharField(max_length=16, choices=Source.choices, default=Source.S3)
    location = models.CharField(
        max_length=1200, blank=True, help_text="s3://BUCKET/PREFIX: every object whose key begins so is read."
    )
    from_at = models.DateTimeField(
        "from", null=True, blank=True, help_text="UTC. With files: the time that they cover, whose gaps they fill."
    )
    to_at = models.DateTimeField("to", null=True, blank=True, help_text="UTC.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.COUNTING, editable=False)
    trouble = models.CharField(max_length=400, blank=True, editable=False)
    remarks = models.JSONField(default=list, editable=False)
    counted = models.JSONField(default=dict, editable=False, help_text="What it would bring, by the count.")
    brought = models.JSONField(default=dict, editable=False, help_text="What it has brought.")
    position = models.JSONField(default=dict, editable=False, help_text="Behind the last record written.")
    done = models.BigIntegerField(default=0, editable=False)
    total = models.BigIntegerField(null=True, editable=False, help_text="Bytes; of Kinesis, milliseconds of shards.")
    asked_by = models.ForeignKey("calls.Person", models.SET_NULL, null=True, editable=False, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    begun_by = models.ForeignKey("calls.Person", models.SET_NULL, null=True, editable=False, related_name="+")
    begun_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    is_by_command = models.BooleanField(default=False, editable=False, help_text="Workers leave it alone.")
    owner = models.CharField(max_length=64, blank=True, editable=False)
    epoch = models.BigIntegerField(default=0, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)

    objects = BackfillQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Backfill {self.pk}"

    def clean(self) -> None:
        if self.from_at and self.to_at and self.from_at >= self.to_at:
            raise ValidationError({"to_at": "Must be after its beginning."})
        if self.to_at and self.to_at > timezone.now() + timedelta(seconds=1):
            raise ValidationError({"to_at": "Must have passed: what comes from now on is read as it comes."})
        if self.source == self.Source.KINESIS:
            self._clean_kinesis()
        elif self.source == self.Source.S3 and not LOCATION.fullmatch(self.location):
            raise ValidationError({"location": "Must be s3://, a bucket's name, and / with the beginning of its keys."})
        elif self.from_at and not self.to_at:
            raise ValidationError({"to_at": "A time has an end."})

    def _clean_kinesis(self) -> None:
        if not (self.from_at and self.to_at):
            raise ValidationError({"from_at": "Kinesis is read from a time to a time."})
        if self.location:
            raise ValidationError({"location": "Kinesis has none: the stream says where it is."})
        if timezone.now() - self.from_at > LONGEST_RETENTION:
            raise ValidationError({"from_at": "Kinesis keeps nothing longer than 365 days."})

    # By those who work on it

    def claim(self, owner: str) -> bool:
        """True if it is ours to work on: nobody did, or the claim of whoever did has run out."""
        claimed = (
            Backfill.objects.filter(pk=self.pk)
            .unclaimed()
            .update(owner=owner, epoch=F("epoch") + 1, claimed_until=in_seconds(settings.LEASE_S))
        )
        if claimed:
            self.refresh_from_db()
        return bool(claimed) and self.owner == owner

    def hold(self, **progress: Any) -> bool:
        """Renew the claim and note progress: the fence. False if it is no longer ours, or was cancelled."""
        held = bool(self._mine().update(claimed_until=in_seconds(settings.LEASE_S), **progress))
        for name, value in progress.items():
            setattr(self, name, value)
        return held

    def release(self) -> None:
        self._mine().update(owner="", claimed_until=None)

    def note_counted(self, **progress: Any) -> bool:
        return bool(self._mine().update(state=self.State.COUNTED, owner="", claimed_until=None, **progress))

    def finish(self, **progress: Any) -> bool:
        """Done, and with it the gaps that it fills."""
        with transaction.atomic():
            done = self._mine().update(state=self.State.DONE, ended_at=Now(), owner="", claimed_until=None, **progress)
            if done:
                self.refresh_from_db()
                Gap.objects.filled_by(self).close(by=self.begun_by, backfill=self)
        return bool(done)

    def fail(self, words: str) -> None:
        self._mine().update(state=self.State.FAILED, trouble=words[:400], ended_at=Now(), owner="", claimed_until=None)

    def _mine(self) -> BackfillQuerySet:
        return Backfill.objects.filter(pk=self.pk, owner=self.owner, epoch=self.epoch, state=self.state)

    # By people

    def bring_in(self, by: Person | None, *, is_by_command: bool = False) -> bool:
        """Write what was counted; False if it is not counted, or somebody was first."""
        begun: dict[str, Any] = {"begun_at": Now(), "begun_by": by, "done": 0, "remarks": []}
        return self._go([self.State.COUNTED], self.State.BRINGING, is_by_command, **begun)

    def go_on(self, *, is_by_command: bool = False) -> bool:
        """From where it stopped; False if it did not stop."""
        back_to = self.State.BRINGING if self.begun_at else self.State.COUNTING
        return self._go(self.STOPPED, back_to, is_by_command, trouble="", ended_at=None)

    def _go(self, if_still: Sequence[State], to: State, is_by_command: bool, **change: Any) -> bool:
        if not is_by_command and not self.is_for_workers:
            return False
        return self._move(if_still, state=to, is_by_command=is_by_command, **change)

    def cancel(self) -> bool:
        """What was written stays; what was not can still be brought."""
        running = [self.State.COUNTING, self.State.COUNTED, self.State.BRINGING]
        return self._move(running, state=self.State.CANCELLED, ended_at=Now(), owner="", claimed_until=None)

    def _move(self, if_still: Sequence[State], **change: Any) -> bool:
        moved = Backfill.objects.filter(pk=self.pk, state__in=if_still).update(**change)
        self.refresh_from_db()
        return bool(moved)

    # For those who look

    @property
    def has_brought(self) -> bool:
        """Something that could be used, known before or not."""
        return bool(self.brought.get("records", 0) > self.brought.get("unusable", 0))

    @property
    def is_for_workers(self) -> bool:
        """They do not see the disk that a command saw, and no page has them read a file of theirs."""
        return self.source != self.Source.DISK

    @property
    def is_worked_on(self) -> bool:
        return self.claimed_until is not None and self.claimed_until > timezone.now()

    @property
    def where(self) -> str:
        return self.location or str(self.stream)

    @property
    def percent(self) -> int | None:
        return min(100, self.done * 100 // self.total) if self.total else None
