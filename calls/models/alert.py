from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from calls.scope import Scope

from .call import Call
from .person import Person
from .xid import XidField


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, person: Person) -> Self:
        return self.visible_in(Scope.of(person))

    def visible_in(self, scope: Scope) -> Self:
        return self.filter(Exists(Call.objects.visible_in(scope).filter(pk=OuterRef("call"))))

    def unseen(self) -> Self:
        return self.filter(acknowledged_at=None)


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

    def acknowledge(self, by: Person) -> bool:
        """False if somebody had seen to it before."""
        return bool(Alert.objects.unseen().filter(pk=self.pk).update(acknowledged_by=by, acknowledged_at=Now()))
