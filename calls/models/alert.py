from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from calls.scope import Scope

from .bulk import add_rows
from .call import Call
from .moments import in_seconds
from .person import Person
from .xid import XidField

CORRECTED_FOR_S = 600  # so long a corrected alert stays, for whoever has acted on it
VANISHES_WITHIN_S = 10  # so young, nobody has acted on it


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, person: Person) -> Self:
        return self.visible_in(Scope.of(person))

    def visible_in(self, scope: Scope) -> Self:
        return self.filter(Exists(Call.objects.visible_in(scope).filter(pk=OuterRef("call"))))

    def unseen(self) -> Self:
        return self.filter(acknowledged_at=None)

    def raise_for(self, calls: Collection[Call]) -> None:
        """Once for each call. One that went without anybody, or was corrected, and holds again is shown again."""
        add_rows(Alert(call=call) for call in calls)
        taken_back = Q(acknowledged_by=None, acknowledged_at__isnull=False) | Q(corrected_at__isnull=False)
        self.filter(taken_back, call__in=calls).update(acknowledged_at=None, acknowledged_by=None, corrected_at=None)

    def take_back(self) -> None:
        """Those that nobody has seen to go without a word."""
        self.unseen().update(acknowledged_at=Now())

    def correct(self) -> None:
        """Those that nobody has seen to stay a while, and say what is true."""
        self.unseen().filter(corrected_at=None).update(corrected_at=Now())

    def correct_or_take_back(self) -> None:
        young = self.filter(corrected_at=None, at__gte=in_seconds(-VANISHES_WITHIN_S))
        young.take_back()
        self.correct()

    def let_corrections_go(self) -> int:
        """How many corrections have been shown for long enough, and are no more."""
        return self.unseen().filter(corrected_at__lt=in_seconds(-CORRECTED_FOR_S)).update(acknowledged_at=Now())


class Alert(models.Model):
    """What a supervisor should see now. One of a kind for each call."""

    class Kind(models.TextChoices):
        DROP = "drop"

    call = models.ForeignKey(Call, models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.DROP)
    at = models.DateTimeField(db_default=Now())
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    acknowledged_at = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True, help_text="When what came later said that it was no drop.")
    changed_xid = XidField()

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="one_alert_of_a_kind_per_call")]
        indexes = [
            models.Index(fields=["changed_xid"]),
            models.Index(fields=["-at"], condition=models.Q(acknowledged_at=None), name="alert_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of call {self.call_id}"

    @property
    def known_at(self) -> datetime:
        """When the drop was: told by events, or with the contact record."""
        return min(filter(None, (self.at, self.call.record_arrived_at)))

    def acknowledge(self, by: Person) -> bool:
        """False if somebody had seen to it before."""
        return bool(Alert.objects.unseen().filter(pk=self.pk).update(acknowledged_by=by, acknowledged_at=Now()))
