from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Now

from calls.scope import Scope

from .bulk import add_rows, change_free
from .call import Call
from .moments import in_seconds
from .person import Person
from .queue import Queue
from .xid import XidField

CORRECTED_FOR_S = 600  # so long a corrected alert stays, for whoever has acted on it
VANISHES_WITHIN_S = 10  # so young, nobody has acted on it

# Nobody has seen to it.
NEW: dict[str, None] = dict.fromkeys(
    ("acknowledged_at", "acknowledged_by", "snoozed_until", "snoozed_by", "closed_at", "closed_by")
)
MOMENTARY = ("drop", "category")  # what happens, and cannot be over
UNDONE = ("acknowledged_by", "acknowledged_at", "snoozed_by", "snoozed_until", "closed_by", "closed_at")


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, person: Person) -> Self:
        return self.visible_in(Scope.of(person))

    def visible_in(self, scope: Scope) -> Self:
        """Of calls and queues that the scope sees; what a team's own rule raised is that team's."""
        if scope.is_all:
            return self.all()
        of_call = Exists(Call.objects.visible_in(scope).filter(pk=OuterRef("call")))
        of_queue = Exists(Queue.objects.filter(scope.queues(), pk=OuterRef("queue")))
        return self.filter(Q(of_call) | Q(of_queue), Q(team=None) | Q(team__in=scope.team_ids))

    def unseen(self) -> Self:
        """That nobody has seen to: neither acknowledged nor asleep nor over."""
        return self.unsettled().filter(snoozed_until=None)

    def unsettled(self) -> Self:
        """New or asleep."""
        return self.filter(acknowledged_at=None, closed_at=None)

    def drops(self) -> Self:
        return self.filter(kind=Alert.Kind.DROP)

    def raise_for(self, calls: Collection[Call]) -> None:
        """Of drops, once for each call. One that went by itself, or was corrected, and holds again is shown again."""
        add_rows(Alert(call=call) for call in calls)
        taken_back = Q(closed_by=None, closed_at__isnull=False) | Q(corrected_at__isnull=False)
        self.drops().filter(taken_back, call__in=calls).update(**NEW, corrected_at=None)

    def take_back(self) -> None:
        """Drops that nobody has seen to go without a word."""
        self.drops().unsettled().close()

    def close(self) -> int:
        """By themselves; what somebody has closed stays closed by whom it was. Says how many it closed."""
        return self.filter(closed_at=None).update(closed_at=Now(), snoozed_until=None)

    def correct(self) -> None:
        """Drops that nobody has seen to stay a while, and say what is true."""
        self.drops().unsettled().filter(corrected_at=None).update(corrected_at=Now())

    def correct_or_take_back(self) -> None:
        young = self.filter(corrected_at=None, at__gte=in_seconds(-VANISHES_WITHIN_S))
        young.take_back()
        self.correct()

    def let_corrections_go(self) -> int:
        """How many corrections have been shown for long enough, and are no more."""
        shown = self.unsettled().filter(corrected_at__lt=in_seconds(-CORRECTED_FOR_S))
        with transaction.atomic():
            return change_free(shown, closed_at=Now(), snoozed_until=None)

    def wake(self) -> int:
        """How many have slept for long enough, and are new again."""
        with transaction.atomic():
            return change_free(self.unsettled().filter(snoozed_until__lte=Now()), snoozed_until=None, snoozed_by=None)


class Alert(models.Model):
    """What a supervisor should see now, of a call or of a queue. One for each cause.

    New, then acknowledged or asleep, then over: by a person, or by itself when what it tells of is.
    """

    class Kind(models.TextChoices):
        DROP = "drop", "Dropped"
        CATEGORY = "category", "Category matched"
        SENTIMENT = "sentiment", "Bad mood"
        LONG_CALL = "long-call", "Long call"
        SILENCE = "silence", "Long silence"
        LONG_WAIT = "long-wait", "Long wait"
        THRESHOLD = "threshold", "Threshold breached"

    class Severity(models.TextChoices):
        NOTICE = "notice", "Notice"
        WARNING = "warning", "Warning"
        CRITICAL = "critical", "Critical"

    call = models.ForeignKey(Call, models.CASCADE, related_name="alerts", null=True)
    queue = models.ForeignKey("calls.Queue", models.CASCADE, related_name="alerts", null=True, db_index=False)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.DROP)
    severity = models.CharField(
        max_length=16, choices=Severity.choices, default=Severity.CRITICAL, db_default=Severity.CRITICAL
    )
    rule = models.ForeignKey("calls.AlertRule", models.SET_NULL, null=True, related_name="alerts", db_index=False)
    team = models.ForeignKey("calls.Team", models.CASCADE, null=True, db_index=False, help_text="Whose alone it is.")
    cause = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="What it fires once for, beside its call or queue and its kind: the rule and what fulfilled it.",
    )
    detail = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        help_text="Figures and names of categories that its sentence needs; never words of a conversation.",
    )
    at = models.DateTimeField(db_default=Now())
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    snoozed_until = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True, help_text="With nobody beside it: by itself.")
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    acknowledged_at = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True, help_text="When what came later said that it was no drop.")
    lasts = models.BooleanField(
        default=False,
        db_default=False,
        help_text="What it tells of goes on, whoever has seen to it: until that is over the rule raises no other.",
    )
    changed_xid = XidField()

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "kind", "cause"], name="one_alert_per_cause_of_call"),
            models.UniqueConstraint(fields=["queue", "kind", "cause"], name="one_alert_per_cause_of_queue"),
        ]
        indexes = [
            models.Index(fields=["changed_xid"]),
            models.Index(
                fields=["-at"], condition=models.Q(acknowledged_at=None, closed_at=None), name="alert_unsettled"
            ),
            models.Index(fields=["rule"], condition=models.Q(lasts=True), name="alert_lasting"),
            models.Index(fields=["-at"], name="alert_newest"),
            models.Index(
                fields=["snoozed_until"], condition=models.Q(snoozed_until__isnull=False), name="alert_asleep"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {f'call {self.call_id}' if self.call_id else f'queue {self.queue_id}'}"

    @property
    def known_at(self) -> datetime:
        """When the drop was: told by events, or with the contact record."""
        arrived_at = self.call.record_arrived_at if self.call else None
        return min(self.at, arrived_at) if arrived_at else self.at

    @property
    def is_unseen(self) -> bool:
        """As the queryset's `unseen`."""
        return self.acknowledged_at is None and self.snoozed_until is None and self.closed_at is None

    @property
    def is_past(self) -> bool:
        """What it told of went on for a while, and does no longer."""
        return not self.lasts and self.kind not in MOMENTARY

    # Each says False if somebody, or the alert by itself, was first.

    def acknowledge(self, by: Person) -> bool:
        seen_to = {**NEW, "acknowledged_by": by, "acknowledged_at": Now()}
        return self._change(Alert.objects.unsettled(), seen_to)

    def snooze(self, by: Person, seconds: float) -> bool:
        return self._change(Alert.objects.unseen(), {"snoozed_by": by, "snoozed_until": in_seconds(seconds)})

    def close(self, by: Person) -> bool:
        """Also one that was acknowledged."""
        closed = {"closed_by": by, "closed_at": Now(), "snoozed_until": None}
        return self._change(Alert.objects.filter(closed_at=None), closed)

    def renew(self) -> bool:
        """New again, as if nobody had seen to it; not what is over by itself, or would be had nobody closed it."""
        by_itself = Q(closed_at__isnull=False, closed_by=None)
        is_past = Q(lasts=False) & ~Q(kind__in=MOMENTARY)
        is_new = Q(acknowledged_at=None, snoozed_until=None, closed_at=None)
        return self._change(Alert.objects.exclude(is_new).exclude(by_itself).exclude(is_past), NEW)

    def _change(self, those: AlertQuerySet, columns: Mapping[str, object]) -> bool:
        return bool(those.filter(pk=self.pk).update(**columns))
