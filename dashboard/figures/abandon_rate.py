from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from calls.models import Call
from calls.scope import Scope

from .legs import legs_queued
from .percent import percent
from .queue_key import QUEUE, QueueKey, queue_key

ABANDONED = ("abandoned", "missed_by_agent", "turned_away")
SHORT = "short_abandon"


class AbandonRate(NamedTuple):
    """Who left the queue, rang in vain or was turned away, of all queued but those who chose to be called back."""

    abandoned: int
    short: int
    queued: int

    @property
    def percent(self) -> int | None:
        """As if the short ones had never come."""
        return percent(self.abandoned, self.queued - self.short)

    @property
    def percent_with_short(self) -> int | None:
        return percent(self.abandoned + self.short, self.queued)


NONE = AbandonRate(0, 0, 0)


def abandon_rate(scope: Scope, since: datetime) -> AbandonRate:
    return total(abandon_rates(scope, since).values())


def total(rates: Iterable[AbandonRate]) -> AbandonRate:
    return AbandonRate(*map(sum, zip(*rates, NONE, strict=True)))


def abandon_rates(scope: Scope, since: datetime) -> dict[QueueKey, AbandonRate]:
    """Of each queue."""
    legs = legs_queued(scope, since).exclude(_took_a_callback())
    counted = legs.order_by().values_list("instance_id", *QUEUE).annotate(
        abandoned=Count("pk", filter=Q(outcome__in=ABANDONED)),
        short=Count("pk", filter=Q(outcome=SHORT)),
        queued=Count("pk"),
    )  # fmt: skip
    found: dict[QueueKey, AbandonRate] = {}
    for instance_id, arn, name, *counts in counted:
        key = queue_key(instance_id, arn, name)
        found[key] = total([found.get(key, NONE), AbandonRate(*counts)])
    return found


def _took_a_callback() -> Q:
    """Passed on to a callback, which either leg may tell, and an event before them."""
    callbacks = Call.objects.filter(instance=OuterRef("instance"), initiation_method="CALLBACK")
    is_next = Exists(callbacks.filter(contact_id=OuterRef("next_contact_id")))
    names_it = Exists(callbacks.exclude(previous_contact_id="").filter(previous_contact_id=OuterRef("contact_id")))
    by_events = Q(stage_facts__has_key="next", stage_facts__next__initiation_method="CALLBACK")
    return Q(is_talked=False) & (by_events | Q(is_next, outcome="passed_on") | Q(names_it, outcome="passed_on"))
