"""The figures of the day, from midnight in the looker's zone."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from calls.models import Case

from .abandon_rate import AbandonRate
from .drops import Drops, drops_since
from .figure import Figure
from .looker import Looker
from .service_level import ServiceLevel
from .sources import KIND, Sources
from .usual_drops import WEEKS

ENDS = (KIND.CONTACT_RECORDS, KIND.CONTACT_EVENTS)
TWICE = 2
LEAST_UNUSUAL = 5  # two drops where one is usual alarm nobody


def drop_figures(looker: Looker, sources: Sources, usual: float | None) -> list[Figure]:
    drops = drops_since(looker.scope, looker.midnight)
    found = [_dropped(looker, sources, drops, usual), _won_back(looker, sources, drops)]
    return [*found, _open_cases(looker)] if looker.sees_cases else found


def rate_figures(sources: Sources, level: ServiceLevel, rate: AbandonRate) -> list[Figure]:
    up_to = sources.up_to()
    return [_service_level(sources, level, up_to), _abandon_rate(sources, rate, up_to)]


def _service_level(sources: Sources, level: ServiceLevel, up_to: datetime | None) -> Figure:
    within = sorted({each.service_level_s for each in sources.instances.values()})
    in_time = f"in {within[0]} s" if len(within) == 1 else "in time"
    strict = "" if level.strict_percent is None else f" Strict today: {_percent(level.strict_percent)}."
    return Figure(
        name="service-level",
        label="Service level",
        means=(
            f"Of the calls that came into a queue today, those that left it {in_time}, by any way out, as Amazon"
            " Connect counts it. Strict: answered in time, of those answered and abandoned; short ones do not count."
            f" Without callbacks and consults.{strict}"
        ),
        needs="" if sources.knowing(*ENDS) else sources.needs(*ENDS),
        source=sources.told_by(*ENDS),
        value=_percent(level.percent),
        note=in_time if level.queued else "nobody queued yet today",
        up_to=up_to,
    )


def _abandon_rate(sources: Sources, rate: AbandonRate, up_to: datetime | None) -> Figure:
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
        note=f"{_percent(rate.percent_with_short)} with short ones" if rate.queued else "nobody queued yet today",
        up_to=up_to,
    )


def _dropped(looker: Looker, sources: Sources, drops: Drops, usual: float | None) -> Figure:
    is_twice = usual is not None and drops.calls >= max(LEAST_UNUSUAL, TWICE * usual)
    return Figure(
        name="dropped",
        label="Dropped today",
        means=(
            "Calls that ended today, in your time zone, before the caller was served: left in a queue or flow, missed,"
            " cut or turned away. Callers lost are the people behind them, each counted once; a call whose caller"
            f" nobody knows counts as one. {_usually(usual)}"
        ),
        needs="" if sources.knowing(*ENDS) else sources.needs(*ENDS),
        source=sources.told_by(*ENDS),
        value=drops.calls,
        alarm="twice usual" if is_twice else "",
        note=f"{drops.callers} caller{'' if drops.callers == 1 else 's'} lost",
        href=reverse("cases") if looker.sees_cases else "",
    )


def _usually(usual: float | None) -> str:
    if usual is None:
        return f"What is usual is not known yet: that needs {WEEKS} weeks of calls at this hour of this weekday."
    return f"By this hour of this weekday {usual:.0f} are usual, in the mean of {WEEKS} weeks."


def _won_back(looker: Looker, sources: Sources, drops: Drops) -> Figure:
    return Figure(
        name="won-back",
        label="Won back today",
        means=(
            "Of the callers who were dropped today those whom somebody reached since: their case was closed as reached,"
            " solved or not."
        ),
        needs="" if sources.knowing(*ENDS) else sources.needs(*ENDS),
        source="by Ringback's own cases",
        value=drops.won_back,
        note=f"of {drops.callers} caller{'' if drops.callers == 1 else 's'}" if drops.callers else "nobody was dropped",
        href=f"{reverse('cases')}?show=closed" if looker.sees_cases else "",
    )


def _open_cases(looker: Looker) -> Figure:
    return Figure(
        name="cases",
        label="Open cases",
        means="Callers whose dropped call nobody has closed yet.",
        source="by Ringback's own cases",
        value=Case.objects.visible_in(looker.scope).open().count(),
        href=reverse("cases"),
    )


def _percent(percent: int | None) -> str | None:
    return None if percent is None else f"{percent}\N{NO-BREAK SPACE}%"
