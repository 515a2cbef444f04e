"""What the inbox's address asks for: which list, and which alerts of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict

from calls.models import Alert
from calls.models.alert import AlertQuerySet

SHOWS = {"new": "New", "acknowledged": "Acknowledged", "asleep": "Asleep", "over": "Over"}


@dataclass(frozen=True)
class AlertQuery:
    """Values of one filter are alternatives; all filters must hold."""

    show: str
    kinds: list[str]
    severities: list[str]
    queues: list[str]

    @classmethod
    def of(cls, asked: QueryDict) -> AlertQuery:
        show = asked.get("show", "")
        return cls(
            show if show in SHOWS else "new",
            [kind for kind in asked.getlist("kind") if kind in Alert.Kind],
            [name for name in asked.getlist("severity") if name in Alert.Severity],
            [name for name in asked.getlist("queue") if name and "\x00" not in name],
        )

    @property
    def is_everything(self) -> bool:
        return not (self.kinds or self.severities or self.queues)

    def of_list(self, alerts: AlertQuerySet) -> AlertQuerySet:
        if self.show == "new":
            return alerts.unseen()
        if self.show == "over":
            return alerts.exclude(closed_at=None)
        alerts = alerts.filter(closed_at=None)
        return alerts.exclude(snoozed_until=None) if self.show == "asleep" else alerts.exclude(acknowledged_at=None)

    def narrowed(self, alerts: AlertQuerySet) -> AlertQuerySet:
        if self.kinds:
            alerts = alerts.filter(kind__in=self.kinds)
        if self.severities:
            alerts = alerts.filter(severity__in=self.severities)
        if self.queues:
            alerts = alerts.filter(Q(call__queue_name__in=self.queues) | Q(queue__name__in=self.queues))
        return alerts
