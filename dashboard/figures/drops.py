"""Calls that were dropped: judged so for good, or told so already and not taken back."""

from datetime import datetime

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from calls.models import Alert, Call
from calls.models.moments import in_seconds
from calls.outcomes import OUTCOMES
from calls.scope import Scope

DROPS = [name for name, outcome in OUTCOMES.items() if outcome.is_drop]
A_DAY_S = 24 * 60 * 60


def dropped() -> Q:
    told = Alert.objects.filter(call=OuterRef("pk"), corrected_at=None)
    return Q(outcome__in=DROPS) & (Q(is_provisional=False) | Q(Exists(told)))


def dropped_since(scope: Scope, moment: datetime) -> int:
    return Call.objects.visible_in(scope).filter(dropped(), ended_at__gte=moment).count()


def with_earlier_drops(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Each with how often its caller was dropped in the last 24 hours, as `earlier_drops`.

    Not of today: what is shown to all alike knows nobody's midnight.
    """
    others = Call.objects.filter(dropped(), caller=OuterRef("caller"), ended_at__gte=in_seconds(-A_DAY_S))
    counted = others.exclude(pk=OuterRef("pk")).order_by().values("caller").annotate(n=Count("pk")).values("n")
    return calls.annotate(earlier_drops=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
