"""Alerts raised by the writer of what is said, in its own transaction: they are pushed with the words themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from calls.alerting.cause import Cause
from calls.alerting.raising import raise_alerts
from calls.alerting.reach import within_reach
from calls.alerting.rules import rules_of
from calls.models import AlertRule, Instance
from transcripts.hearing import HeardCall
from transcripts.notes import Notes

from .category import newly_matched
from .sentiment import are_negative

Kind = AlertRule.Kind
OLD = timedelta(minutes=15)  # what is heard so late, after a pause or from a file, calls nobody any more


def alert(instance: Instance, noted: Iterable[HeardCall]) -> None:
    """Of calls whose notes have changed, and are locked. No statement where no rule is newly fulfilled."""
    newest = timezone.now() - OLD
    lately = [call for call in noted if call.heard_at > newest]
    if not lately or not (rules := rules_of(instance.pk)):
        return
    telling = [call for call in lately if call.notes.categories or are_negative(call.notes.trend_values, 1)]
    changes = {call.pk: (Notes.loaded(call.stored), call.notes) for call in telling}
    raise_alerts(within_reach([*_categories(rules, changes), *_moods(rules, changes)]))


def _categories(rules: Iterable[AlertRule], changes: dict[int, tuple[Notes, Notes]]) -> list[Cause]:
    own = [rule for rule in rules if rule.kind == Kind.CATEGORY]
    matched = {pk: set(after.categories) - set(before.categories) for pk, (before, after) in changes.items()}
    return newly_matched(own, {pk: names for pk, names in matched.items() if names})


def _moods(rules: Iterable[AlertRule], changes: dict[int, tuple[Notes, Notes]]) -> list[Cause]:
    """At the turn that makes them so many; the sweep sees to a mood that lasts."""
    own = [(rule, rule.turns) for rule in rules if rule.kind == Kind.SENTIMENT and rule.is_on and rule.turns]
    return [
        Cause(rule, {"turns": turns}, call_id=pk)
        for rule, turns in own
        for pk, (before, after) in changes.items()
        if are_negative(after.trend_values, turns) and not are_negative(before.trend_values, turns)
    ]
