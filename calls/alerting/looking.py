"""The look at all calls in progress, each second: what the writers cannot know, and what they have missed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now

from calls.models import Alert, AlertRule, Call
from calls.models.bulk import change_free

from .behind import behind
from .cause import Cause
from .kinds import lasting, momentary
from .raising import raise_alerts
from .reach import calls_of, within_reach


class Lasts(NamedTuple):
    """An alert of what is not over, as far as anybody has looked."""

    pk: int
    rule_id: int | None
    kind: str
    call_id: int | None  # None: a queue's


def look(rules: Sequence[AlertRule]) -> int:
    """How many alerts are new or over. In a number of statements that hangs on the kinds of rules alone."""
    told = [Lasts(*row) for row in Alert.objects.filter(lasts=True).values_list("pk", "rule_id", "kind", "call_id")]
    return raise_due(rules, told) + end(_over(rules, told))


def raise_due(rules: Sequence[AlertRule], told: Iterable[Lasts]) -> int:
    """What somebody writes now is for that writer, or for the next look. What is found is looked at again once it is
    held: a statement sees what was before it, and a sweep beside this one, or a writer, may have raised it.
    """
    late = behind() if rules else set()
    known = {(each.rule_id, each.call_id) for each in told}
    found = [cause for cause in _causes(rules, late, None) if (cause.rule.pk, cause.call_id) not in known]
    if not found:
        return 0
    with transaction.atomic():
        calls = Call.objects.filter(pk__in={cause.call_id for cause in found}).order_by("pk")
        free = calls.select_for_update(of=("self",), skip_locked=True, no_key=True)
        held = list(free.values_list("pk", flat=True))
        return raise_alerts(_causes(rules, late, held)) if held else 0


def _causes(rules: Sequence[AlertRule], late: set[tuple[int, str]], calls: Collection[int] | None) -> list[Cause]:
    causes = _of_what_lasts(rules, late, calls)
    for kind, each in momentary().items():
        if own := [rule for rule in rules if rule.kind == kind]:
            causes += within_reach(each.causes(own, calls))
    return causes


def _of_what_lasts(
    rules: Iterable[AlertRule], late: set[tuple[int, str]], calls: Collection[int] | None
) -> list[Cause]:
    ways = [
        (rule, way)
        for rule in rules
        if rule.is_on and (kind := lasting().get(rule.kind))
        for way in kind.ways(rule)
        if not (way.is_by_clock and (rule.instance_id, rule.kind) in late)
    ]
    among = Q() if calls is None else Q(pk__in=calls)
    asked = [_in_progress(among, calls_of(rule), way.calls, at) for at, (rule, way) in enumerate(ways)]
    return [Cause(ways[at][0], ways[at][1].detail, call_id=pk) for pk, at in _together(asked)]


def _over(rules: Iterable[AlertRule], told: Iterable[Lasts]) -> list[int]:
    """Those of rules that are off, or are no more, or of another kind now, are over too."""
    on = {rule.pk: rule for rule in rules if rule.is_on}
    kinds = {(pk, rule.kind) for pk, rule in on.items()}
    without = [each.pk for each in told if (each.rule_id, each.kind) not in kinds]
    of_calls = [each for each in told if (each.rule_id, each.kind) in kinds and each.call_id]
    asked = []
    for pk, rule in on.items():
        calls = {each.call_id for each in of_calls if each.rule_id == pk}
        if calls and (kind := lasting().get(rule.kind)):
            asked.append(_in_progress(Q(pk__in=calls), kind.goes_on(rule), Q(), pk))
    going_on = {(rule, call) for call, rule in _together(asked)}
    return [*without, *(each.pk for each in of_calls if (each.rule_id, each.call_id) not in going_on)]


def _in_progress(among: Q, seen: Q, fulfilling: Q, mark: int) -> QuerySet[Call, tuple[int, int]]:
    return Call.objects.in_progress().filter(among, seen, fulfilling).order_by().values_list("pk", Value(mark))


def _together(asked: Sequence[QuerySet[Call, tuple[int, int]]]) -> Iterable[tuple[int, int]]:
    if len(asked) < 2:
        return asked[0] if asked else ()
    return asked[0].union(*asked[1:], all=True)


def end(alerts: Collection[int]) -> int:
    """By themselves; whoever has seen to one before is still named. Says how many end."""
    if not alerts:
        return 0
    with transaction.atomic():
        lasting_ones = Alert.objects.filter(pk__in=alerts, lasts=True)
        return change_free(lasting_ones, lasts=False, closed_at=Coalesce("closed_at", Now()), snoozed_until=None)
