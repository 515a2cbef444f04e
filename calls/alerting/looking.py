"""The look at all calls in progress, each second: what the writers cannot know, and what they have missed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now

from calls.models import Alert, AlertRule, Call
from calls.models.bulk import change_free

from .cause import Cause, Way
from .kinds import lasting, momentary
from .raising import raise_alerts
from .reach import calls_of, within_reach


def raise_due(rules: Sequence[AlertRule]) -> int:
    """How many alerts are new. In a number of statements that hangs on the kinds of rules alone.

    What somebody writes now is for that writer, or for the next look. What is found is looked at again once it is
    held: a statement sees what was before it, and a sweep beside this one, or a writer, may have raised it.
    """
    found = _causes(rules, None)
    if not found:
        return 0
    with transaction.atomic():
        calls = Call.objects.filter(pk__in={cause.call_id for cause in found}).order_by("pk")
        free = calls.select_for_update(of=("self",), skip_locked=True, no_key=True)
        held = list(free.values_list("pk", flat=True))
        return raise_alerts(_causes(rules, held)) if held else 0


def _causes(rules: Sequence[AlertRule], calls: Collection[int] | None) -> list[Cause]:
    causes = _of_what_lasts([rule for rule in rules if rule.is_on and rule.kind in lasting()], calls)
    for kind, each in momentary().items():
        if own := [rule for rule in rules if rule.kind == kind]:
            causes += within_reach(each.causes(own, calls))
    return causes


def _of_what_lasts(rules: Sequence[AlertRule], calls: Collection[int] | None) -> list[Cause]:
    ways = [(rule, way) for rule in rules for way in lasting()[rule.kind].ways(rule)]
    asked = [_fulfilling(rule, way, calls).values_list("pk", Value(at)) for at, (rule, way) in enumerate(ways)]
    if not asked:
        return []
    found = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
    return [Cause(ways[at][0], ways[at][1].detail, call_id=pk) for pk, at in found]


def _fulfilling(rule: AlertRule, way: Way, calls: Collection[int] | None) -> QuerySet[Call]:
    is_told = Exists(Alert.objects.filter(call=OuterRef("pk"), kind=rule.kind, rule=rule, lasts=True))
    among = Q() if calls is None else Q(pk__in=calls)
    return Call.objects.in_progress().filter(among, calls_of(rule), way.calls).filter(~is_told).order_by()


def end_what_is_over(rules: Sequence[AlertRule]) -> int:
    """How many alerts end. Those of rules that are off, or are no more, end too."""
    asked: list[QuerySet[Any, Any]] = [_of_no_rule().values_list("pk", flat=True)]
    for rule in rules:
        if rule.is_on and (kind := lasting().get(rule.kind)):
            goes_on = Exists(Call.objects.in_progress().filter(kind.goes_on(rule), pk=OuterRef("call")))
            asked.append(Alert.objects.filter(~goes_on, rule=rule, lasts=True).order_by().values_list("pk", flat=True))
    over = list(asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0])
    return end(over)


def end(alerts: Collection[int]) -> int:
    """By themselves; whoever has seen to one before is still named."""
    if not alerts:
        return 0
    with transaction.atomic():
        lasting_ones = Alert.objects.filter(pk__in=alerts, lasts=True)
        return change_free(lasting_ones, lasts=False, closed_at=Coalesce("closed_at", Now()), snoozed_until=None)


def _of_no_rule() -> QuerySet[Alert]:
    return Alert.objects.filter(Q(rule=None) | Q(rule__is_on=False), lasts=True).order_by()
