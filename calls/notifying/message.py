"""What a channel is told of its alerts, before it takes the shape of a mail or of a webhook's body.

The place beside the link says who and what: a message leaves Ringback, and holds no number and no words of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, When
from django.urls import reverse
from django.utils.http import urlencode

from calls.alert_sentence import heading, sentence
from calls.models import Alert, AlertChannel, Call, Queue

MOST_LINES = 20
SEVERITY_RANK = Case(*(When(severity=name, then=rank) for rank, name in enumerate(Alert.Severity.values)))


@dataclass(frozen=True)
class Line:
    """One alert."""

    id: int
    kind: str
    severity: str
    at: datetime
    instance: str
    queue: str
    title: str
    sentence: str
    link: str


@dataclass(frozen=True)
class Message:
    """`more` alerts are in none of the lines, and only on the page of alerts."""

    team: str
    lines: Sequence[Line]
    more: int
    link: str
    is_test: bool = False

    @property
    def subject(self) -> str:
        if self.is_test:
            return f"A test of Ringback's alerts for {self.team}"
        if len(self.lines) == 1:
            return self.lines[0].title
        return f"{len(self.lines) + self.more} alerts for {self.team}"


def message_of(channel: AlertChannel, pks: Sequence[int]) -> Message:
    """Of these alerts, the worst first, then the newest."""
    alerts = Alert.objects.filter(pk__in=pks).annotate(severity_rank=SEVERITY_RANK).order_by("-severity_rank", "-pk")
    shown = alerts.select_related("call__instance", "call__case", "queue__instance")[:MOST_LINES]
    lines = [_line(alert) for alert in shown]
    return Message(channel.team.name, lines, len(pks) - len(lines), _address(reverse("alerts")))


def trial_message(channel: AlertChannel) -> Message:
    return Message(channel.team.name, (), 0, _address(reverse("alerts")), is_test=True)


def _line(alert: Alert) -> Line:
    of = alert.call or alert.queue
    queue = _one_line(alert.call.queue_name if alert.call else alert.queue.name if alert.queue else "")
    who = "A caller" if alert.call else f"The queue {queue}"
    return Line(
        id=alert.pk,
        kind=alert.kind,
        severity=alert.severity,
        at=alert.at,
        instance=of.instance.alias if of else "",
        queue=queue,
        title=" · ".join(filter(None, (heading(alert), queue))),
        sentence=f"{who} {_one_line(sentence(alert))}.",
        link=_link(of),
    )


def _link(of: Call | Queue | None) -> str:
    if isinstance(of, Call):
        return _address(of.get_absolute_url())
    return _address(f"{reverse('wall')}?{urlencode({'queue': of.name})}" if of else reverse("alerts"))


def _address(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
