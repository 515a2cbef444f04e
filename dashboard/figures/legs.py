"""The legs that came into a queue: what service level and abandon rate are counted of."""

from datetime import datetime

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Extract, Least, Now

from calls.models import Call
from calls.models.call import NO_CALLERS, WAITS
from calls.outcomes import OUTCOMES
from calls.scope import Scope

UNCOUNTED = [name for name, outcome in OUTCOMES.items() if not outcome.is_counted]  # consults, test calls, tasks ...

# What contact events tell before the record does.
CONNECTED_AT = Cast(KT("stage_facts__connected_at"), DateTimeField())
DISCONNECTED_AT = Cast(KT("stage_facts__disconnected_at"), DateTimeField())
IS_WAITING = Q(is_live=True) & WAITS
TALKED = Q(is_talked=True) | Q(connected_at__isnull=False)


def legs_queued(scope: Scope, since: datetime) -> QuerySet[Call]:
    """By the moment at which they came into their queue; without callbacks, which nobody waits for, and consults.

    Each with `connected_at` as the events tell it, and `waited_s`: how long it was in the queue, or is by now if that
    lasts; None if nobody knows.
    """
    legs = Call.objects.visible_in(scope).filter(enqueued_at__gte=since)
    counted = legs.exclude(initiation_method="CALLBACK").exclude(channel__in=NO_CALLERS).exclude(outcome__in=UNCOUNTED)
    return counted.annotate(connected_at=CONNECTED_AT).annotate(
        waited_s=Coalesce(
            "wait_s", _seconds(Least("connected_at", DISCONNECTED_AT)), Case(When(IS_WAITING, _seconds(Now())))
        )
    )


def _seconds(until: Func) -> Cast:
    """In the queue, until then."""
    passed = ExpressionWrapper(until - F("enqueued_at"), DurationField())
    return Cast(Extract(passed, "epoch"), FloatField())
