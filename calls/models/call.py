from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

import msgspec
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Now
from django.urls import reverse

from calls.connect.contact_record import ContactRecord, decode
from calls.outcomes import OUTCOMES, Evidence
from calls.outcomes.early import early_record
from calls.scope import Scope

from .xid import XidField

if TYPE_CHECKING:
    from calls.outcomes import Outcome

    from .person import Person


class Stage(models.TextChoices):
    """Where a call is. The first five are in progress."""

    FLOW = "flow", "In the flow"
    WAITING = "waiting", "Waiting"
    RINGING = "ringing", "Ringing"
    TALKING = "talking", "With an agent"
    HOLD = "hold", "On hold"
    WRAP_UP = "wrap-up", "Wrapping up"
    PASSED_ON = "passed-on", "Passed on"
    ENDED = "ended", "Ended"


IN_QUEUE = (Stage.WAITING, Stage.RINGING)
WITH_AGENT = (Stage.TALKING, Stage.HOLD)
IN_PROGRESS = (Stage.FLOW, *IN_QUEUE, *WITH_AGENT)


VOICE = ("", "VOICE")  # the first: no source has told the channel yet
NO_CALLERS = ("TASK", "EMAIL")  # channels on which nobody waits at the other end


# While such a call of ours rings at the customer, nobody waits for us. Whoever is called back has waited before it.
DIALLED = ("OUTBOUND", "EXTERNAL_OUTBOUND", "API")
WAITS = models.Q(stage__in=IN_QUEUE) & ~models.Q(channel__in=VOICE, initiation_method__in=DIALLED)


class Promise(models.TextChoices):
    """What became of a caller whom nobody talked to and who was passed on."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"


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

    def waiting(self) -> Self:
        """In a queue, with a phone that rings or without."""
        return self.in_progress().filter(WAITS)

    def unasked(self) -> Self:
        """In progress, and neither is the number known, nor was Amazon Connect asked for it. Only voice has one.

        Who has become silent since is asked about anew, whose end may be lost.
        """
        wanted = models.Q(caller_address="") | models.Q(is_silent=True)
        unasked = self.in_progress().filter(wanted, described_at__isnull=True, record__isnull=True)
        return unasked.filter(channel__in=VOICE)


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

    stage = models.CharField(max_length=16, choices=Stage.choices, blank=True, default="", db_default="")
    stage_since = models.DateTimeField(null=True)
    stage_source = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="The kind of stream that said so."
    )
    stage_facts = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), help_text="calls.stages.Facts"
    )
    words_at = models.DateTimeField(null=True, help_text="When Contact Lens first heard an agent and the customer.")
    spoken_at = models.DateTimeField(null=True, help_text="When Contact Lens last heard anybody speak or write.")
    words_over_at = models.DateTimeField(null=True, help_text="When Contact Lens said that it was over.")
    holds = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_silent = models.BooleanField(
        default=False, db_default=False, help_text="Nobody has heard of it for long; its end may be lost."
    )
    enqueued_at = models.DateTimeField(null=True, help_text="When it came into the queue that it is or was in last.")
    wait_s = models.FloatField(null=True, help_text="In the queue, as the contact record tells it.")
    is_talked = models.BooleanField(
        default=False, db_default=False, help_text="By its contact record an agent and the customer talked."
    )
    described_at = models.DateTimeField(null=True, help_text="When DescribeContact was asked about it.")

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
    promise = models.CharField(
        max_length=8,
        choices=Promise.choices,
        blank=True,
        default="",
        db_default="",
        help_text="Of a leg passed on with nobody talking.",
    )

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
            models.Index(
                fields=["instance", "queue_arn"],
                condition=models.Q(queue_name="") & ~models.Q(queue_arn=""),
                name="call_unnamed_queue",
            ),
            models.Index(
                fields=["instance", "agent_arn"],
                condition=models.Q(agent_username="") & ~models.Q(agent_arn=""),
                name="call_unnamed_agent",
            ),
            models.Index(fields=["enqueued_at"], condition=models.Q(enqueued_at__isnull=False), name="call_enqueued"),
            models.Index(fields=["promise", "ended_at"], condition=~models.Q(promise=""), name="call_promise"),
        ]

    def __str__(self) -> str:
        return self.contact_id

    def get_absolute_url(self) -> str:
        return reverse("call", args=[self.instance.alias, self.contact_id])

    @cached_property
    def contact_record(self) -> ContactRecord | None:
        return decode(self.record) if self.record else None

    @property
    def has_caller(self) -> bool:
        """Somebody is at the other end: it is no task, no e-mail and no supervisor's ear. Only such calls are live."""
        return self.initiation_method != "MONITOR" and self.channel not in NO_CALLERS

    @property
    def waits(self) -> bool:
        """As the queryset's `waiting`."""
        is_dialled = self.channel in VOICE and self.initiation_method in DIALLED
        return self.is_live and self.stage in IN_QUEUE and not is_dialled

    @property
    def is_unasked(self) -> bool:
        """As the queryset's `unasked`."""
        is_wanted = not self.caller_address or self.is_silent
        is_unasked = self.described_at is None and self.record is None
        return self.is_live and is_wanted and is_unasked and self.channel in VOICE

    @property
    def sentence(self) -> str:
        """What happened in one line, such as "left the queue after 2:48"; empty before the call is judged."""
        record, kind = self.contact_record or early_record(self), self.outcome_kind
        if record is None or kind is None:
            return ""
        return kind.sentence(
            wait_s=record.wait_s,
            duration_s=record.duration_s,
            attempts=record.agent_connection_attempts,
            evidence=msgspec.convert(self.evidence, Evidence),
        )

    @property
    def outcome_kind(self) -> Outcome | None:
        return OUTCOMES.get(self.outcome)
