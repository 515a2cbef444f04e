"""Which alerts are owed to which channels: new ones that a channel's team may see, and that are grave enough for it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, Value

from calls.models import Alert, AlertChannel, AlertDelivery
from calls.models.bulk import add_rows
from calls.models.moments import in_seconds
from calls.scope import Reach, Scope

TRIED_FOR_S = 4 * 3600  # an alert older than that calls nobody any more


def owe_deliveries() -> None:
    """Two statements, however many channels and alerts there are."""
    # Their secrets stay shut: one that cannot be read must not stop the others.
    channels = list(AlertChannel.objects.filter(is_on=True).select_related("team").defer("address", "signing_key"))
    owed = [_owed_to(channel).values_list("pk", Value(channel.pk)) for channel in channels]
    if owed:
        found = owed[0].union(*owed[1:], all=True)
        add_rows(AlertDelivery(alert_id=alert, channel_id=channel) for alert, channel in found)


def _owed_to(channel: AlertChannel) -> QuerySet[Alert]:
    team = Scope(watched=frozenset({Reach.of(channel.team)}))
    severities = list(Alert.Severity.values)
    grave = severities[severities.index(channel.least_severity) :]
    owed_already = Exists(AlertDelivery.objects.filter(channel=channel.pk, alert=OuterRef("pk")))
    alerts = Alert.objects.visible_in(team).unseen().filter(severity__in=grave, corrected_at=None)
    return alerts.filter(~owed_already, at__gte=channel.since).filter(at__gte=in_seconds(-TRIED_FOR_S))
