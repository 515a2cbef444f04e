"""The tiles of the day, from midnight in the person's zone."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from calls.models import Case, Person
from calls.rights import rights_of
from calls.scope import Scope

from .abandon_rate import abandon_rate
from .drops import dropped_since
from .figure import Figure
from .service_level import service_level
from .sources import KIND, Sources

ENDS = (KIND.CONTACT_RECORDS, KIND.CONTACT_EVENTS)


def drop_figures(person: Person, scope: Scope, sources: Sources, midnight: datetime) -> list[Figure]:
    dropped = _dropped(scope, sources, midnight)
    return [dropped, _open_cases(person)] if "cases" in rights_of(person) else [dropped]


def rate_figures(scope: Scope, sources: Sources, midnight: datetime) -> list[Figure]:
    """They look at every call of the day: not for each change on the wall."""
    up_to = sources.up_to()
    return [_service_level(scope, sources, midnight, up_to), _abandon_rate(scope, sources, midnight, up_to)]


def _service_level(scope: Scope, sources: Sources, midnight: datetime, up_to: datetime | None) -> Figure:
    level = service_level(scope, midnight)
    within = sorted({each.service_level_s for each in sources.instances.values()})
    in_time = f"in {within[0]} s" if len(within) == 1 else "in time"
    strict = "" if level.strict_percent is None else f"strict {_percent(level.strict_percent)}"
    return Figure(
        name="service-level",
        label="Service level",
        means=(
            f"Of the calls that came into a queue today, those that left it {in_time}, by any way out, as Amazon"
            " Connect counts it. Strict: answered in time, of those answered and abandoned; short ones do not count."
            " Without callbacks and consults."
        ),
        needs="" if sources.knowing(*ENDS) else sources.needs(*ENDS),
        source=sources.told_by(*ENDS),
        value=_percent(level.percent),
        note=" · ".join(filter(None, (f"today {in_time}", strict))) if level.queued else "nobody queued yet today",
        up_to=up_to,
    )


def _abandon_rate(scope: Scope, sources: Sources, midnight: datetime, up_to: datetime | None) -> Figure:
    rate = abandon_rate(scope, midnight)
    return Figure(
        name="abandon-rate",
        label="Abandon rate",
        means=(
            "Of the calls that came into a queue today, those that were left, rang in vain or that we hung up on:"
            " without those who left within seconds, and with them. Without callbacks and those who chose one, consults"
            " and test calls."
        ),
        needs="" if sources.knowing(*ENDS) else sources.needs(*ENDS),
        source=sources.told_by(*ENDS),
        value=_percent(rate.percent),
        note=f"today · {_percent(rate.percent_with_short)} with short ones"
        if rate.queued
        else "nobody queued yet today",
        up_to=up_to,
    )


def _dropped(scope: Scope, sources: Sources, midnight: datetime) -> Figure:
    return Figure(
        name="dropped",
        label="Dropped today",
        means=(
            "Calls that ended today, in your time zone, before the caller was served: left in a queue or flow, missed,"
            " cut or turned away."
        ),
        needs="" if sources.knowing(*ENDS) else sources.needs(*ENDS),
        source=sources.told_by(*ENDS),
        value=dropped_since(scope, midnight),
    )


def _open_cases(person: Person) -> Figure:
    return Figure(
        name="cases",
        label="Open cases",
        means="Callers whose dropped call nobody has closed yet.",
        source="by Ringback's own cases",
        value=Case.objects.visible_to(person).open().count(),
        href=reverse("cases"),
    )


def _percent(percent: int | None) -> str | None:
    return None if percent is None else f"{percent}\N{NO-BREAK SPACE}%"
