from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Cast, Now
from django.urls import reverse

from calls.connect.contact_record import ContactRecord, decode
from calls.outcomes import OUTCOMES
from calls.scope import Scope

from .xid import XidField

if TYPE_CHECKING:
    from calls.outcomes import Outcome

    from .person import Person


# BRIN knows how to sum up integers, and not xid8.
CHANGED = Cast(Cast("changed_xid", models.TextField()), models.BigIntegerField())


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, person: Person) -> Self:
        """The one answer to "may this person see this call?"."""
        return self.visible_in(Scope.of(person))

    def visible_in(self, scope: Scope) -> Self:
        return self.filter(scope.calls())

    def in_progress(self) -> Self:
        return self.filter(is_live=True)


class Call(models.Model):
    """One contact of Amazon Connect. A trigger counts `number` up with each write and notes the transaction."""

    instance = models.ForeignKey("calls.Instance", models.CASCADE)
    contact_id = models.CharField(max_length=256)
    # Set once, by the database's clock: segments are partitioned by it, so it must not move.
    filed_on = models.DateField(db_default=Now())
    number = models.BigIntegerField(db_default=1, editable=False)
    changed_xid = XidField()

    channel = models.CharField(max_length=32, blank=True)
    initiation_method = models.CharField(max_length=64, blank=True)
    began_at = models.DateTimeField(null=True)
    is_began_estimated = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    first_heard_at = models.DateTimeField(null=True)
    last_heard_at = models.DateTimeField(null=True)
    is_live = models.BooleanField(default=False)

    queue_arn = models.CharField(max_length=512, blank=True)
    queue_name = models.CharField(max_length=256, blank=True)
    agent_arn = models.CharField(max_length=512, blank=True)
    agent_username = models.CharField(max_length=256, blank=True)
    caller = models.ForeignKey("calls.Caller", models.SET_NULL, null=True)
    caller_address = models.CharField(max_length=300, blank=True)
    dialled_address = models.CharField(max_length=300, blank=True)
    root_contact_id = models.CharField(max_length=256)
    previous_contact_id = models.CharField(max_length=256, blank=True)
    next_contact_id = models.CharField(max_length=256, blank=True)

    record = models.JSONField(null=True, help_text="The newest contact record, as it came.")
    record_updated_at = models.DateTimeField(null=True, help_text="Its LastUpdateTimestamp.")
    record_arrived_at = models.DateTimeField(null=True, help_text="When the first record of the call was here.")

    outcome = models.CharField(max_length=32, blank=True)
    outcome_row = models.PositiveSmallIntegerField(null=True)
    outcome_fields = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    is_provisional = models.BooleanField(default=False)
    judge_at = models.DateTimeField(null=True, help_text="When a provisional outcome is looked at again.")
    opens_case = models.BooleanField(default=False, help_text="What the newest judgement says, case or not.")
    case = models.ForeignKey("calls.Case", models.SET_NULL, null=True, related_name="calls")

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "contact_id"], name="one_call_per_contact")]
        indexes = [
            models.Index(fields=["instance", "root_contact_id"]),
            models.Index(
                fields=["instance", "previous_contact_id"],
                condition=~models.Q(previous_contact_id=""),
                name="call_previous",
            ),
            models.Index(
                fields=["instance", "next_contact_id"], condition=~models.Q(next_contact_id=""), name="call_next"
            ),
            models.Index(fields=["contact_id"]),
            # Each segment raises changed_xid. PostgreSQL keeps such a write within the row's page, and out of all the
            # other indexes, only while no index but a BRIN covers what it changes.
            BrinIndex(CHANGED, name="call_changed", pages_per_range=16),
            models.Index(fields=["ended_at"], name="call_ended"),
            models.Index(fields=["instance"], condition=models.Q(is_live=True), name="call_in_progress"),
            models.Index(fields=["judge_at"], condition=models.Q(judge_at__isnull=False), name="call_judge"),
        ]

    def __str__(self) -> str:
        return self.contact_id

    def get_absolute_url(self) -> str:
        return reverse("call", args=[self.instance.alias, self.contact_id])

    @cached_property
    def contact_record(self) -> ContactRecord | None:
        return decode(self.record) if self.record else None

    @property
    def sentence(self) -> str:
        """What happened in one line, such as "left the queue after 2:48"; empty before a contact record."""
        record, kind = self.contact_record, self.outcome_kind
        if record is None or kind is None:
            return ""
        return kind.sentence(
            wait_s=record.wait_s, duration_s=record.duration_s, attempts=record.agent_connection_attempts
        )

    @property
    def outcome_kind(self) -> Outcome | None:
        return OUTCOMES.get(self.outcome)
