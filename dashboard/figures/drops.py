"""Calls that were dropped: judged so for good, or told so already and not taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from calls.connect.parts import OWN_QUEUE
from calls.models import Alert, Call, Case
from calls.models.moments import in_seconds
from calls.outcomes import OUTCOMES
from calls.scope import Scope

DROPS = [name for name, outcome in OUTCOMES.items() if outcome.is_drop]
REACHED = (Case.Disposition.SOLVED, Case.Disposition.REACHED)
A_DAY_S = 24 * 60 * 60


class Drops(NamedTuple):
    """Calls that were dropped, whose they were, and how many of these people were reached again since."""

    calls: int
    callers: int  # each call whose caller nobody knows is one
    won_back: int


def dropped() -> Q:
    told = Alert.objects.drops().filter(call=OuterRef("pk"), corrected_at=None)
    return Q(outcome__in=DROPS) & (Q(is_provisional=False) | Q(Exists(told)))


def drops_since(scope: Scope, moment: datetime) -> Drops:
    who = Coalesce(F("caller_id"), -F("pk"), output_field=BigIntegerField())
    is_won_back = Q(case__disposition__in=REACHED, case__closed_at__gte=F("ended_at"))
    calls = Call.objects.visible_in(scope).filter(dropped(), ended_at__gte=moment)
    return Drops(
        **calls.aggregate(
            calls=Count("pk"),
            callers=Count(who, distinct=True),
            won_back=Count(who, distinct=True, filter=is_won_back),
        )
    )


def with_earlier_drops(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Each with how often its caller was dropped here in the last 24 hours, as `earlier_drops`.

    What is shown to all alike knows nobody's midnight and nobody's teams: here is where whoever sees the call sees the
    others too.
    """
    others = Call.objects.filter(
        dropped(), seen_alike(OuterRef), caller=OuterRef("caller"), ended_at__gte=in_seconds(-A_DAY_S)
    )
    counted = others.exclude(pk=OuterRef("pk")).order_by().values("caller").annotate(n=Count("pk")).values("n")
    return calls.annotate(earlier_drops=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def seen_alike(field: Callable[[str], object]) -> Q:
    """In the same queue, or of none with the same number dialled, as calls.scope tells teams apart.

    As the call whose `field` is asked for by name.
    """
    same_queue = Q(queue_name=field("queue_name"), queue_arn=field("queue_arn"))
    is_queued = ~Q(queue_name="", queue_arn="")
    same_agent = ~Q(queue_arn__contains=OWN_QUEUE) | Q(agent_username=field("agent_username"))
    return same_queue & same_agent & (is_queued | Q(dialled_address=field("dialled_address")))
