"""Which alerts are owed to which channels: new ones that a channel's team may see, and that are grave enough for it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, Value

from calls.models import Alert, AlertChannel, AlertDelivery
from calls.models.bulk import add_rows
from calls.models.moments import in_seconds
from calls.scope import Reach, Scope

TRIED_FOR_S = 4 * 3600  # an alert older than that calls nobody any more
LATELY_S = 60


def owe_deliveries(of_last_s: float = LATELY_S) -> None:
    """Of alerts so young. Two statements, however many channels and alerts there are."""
    channels = AlertChannel.objects.filter(is_on=True).select_related("team").shut()
    owed = [_owed_to(channel, of_last_s).values_list("pk", Value(channel.pk)) for channel in channels]
    if owed:
        found = owed[0].union(*owed[1:], all=True)
        add_rows(AlertDelivery(alert_id=alert, channel_id=channel) for alert, channel in found)


def wanted_by(channel: AlertChannel) -> QuerySet[Alert]:
    """What somebody has seen to, or was corrected, or is no longer the team's to see, calls nobody."""
    team = Scope(watched=frozenset({Reach.of(channel.team)}))
    return Alert.objects.visible_in(team).unseen().filter(corrected_at=None)


def _owed_to(channel: AlertChannel, of_last_s: float) -> QuerySet[Alert]:
    severities = list(Alert.Severity.values)
    grave = severities[severities.index(channel.least_severity) :]
    owed_already = Exists(AlertDelivery.objects.filter(channel=channel.pk, alert=OuterRef("pk")))
    alerts = wanted_by(channel).filter(~owed_already, severity__in=grave, at__gte=channel.since)
    return alerts.filter(at__gte=in_seconds(-of_last_s))
