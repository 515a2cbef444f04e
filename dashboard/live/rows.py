"""The rows that are told of, and who may see them: each question one statement, for all rows and all scopes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Prefetch, Q, QuerySet, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce

from calls.models import Agent, Alert, Call, Case, CaseEntry
from calls.scope import Scope
from dashboard.figures.agent_grid import with_teams
from dashboard.figures.drops import with_earlier_drops
from transcripts.last_words import with_last_words
from transcripts.models import Bookmark, Segment

MODELS: dict[str, Any] = {"call": Call, "alert": Alert, "case": Case, "agent": Agent}


# With all that their partials show of their neighbours. Made when asked for: making the query costs as much as a row.
WITH_NEIGHBOURS: dict[str, Callable[[], QuerySet[Any]]] = {
    "call": lambda: with_earlier_drops(
        with_last_words(Call.objects.select_related("instance", "conversation", "caller", "case__org", "flag__by"))
    ).prefetch_related("instance__shown_attributes"),
    "alert": lambda: Alert.objects.select_related("call__instance", "call__case", "queue"),
    "case": lambda: Case.objects.select_related("instance", "owner", "caller", "org").prefetch_related("calls"),
    "agent": lambda: with_teams(Agent.objects.select_related("instance")),
}


def rows(kind: str, pks: Collection[int]) -> dict[int, Any]:
    return WITH_NEIGHBOURS[kind]().in_bulk(pks) if pks else {}


def visible(kind: str, pks: Collection[int], scopes: Iterable[Scope]) -> dict[Scope, set[int]]:
    """Which of these rows each scope sees."""
    if not pks:
        return {scope: set() for scope in scopes}
    return _told_apart(scopes, lambda scope: MODELS[kind].objects.visible_in(scope).filter(pk__in=pks))


def listed(members: Callable[[], Any], scopes: Iterable[Scope]) -> dict[Scope, set[int]]:
    """Which of a list's members each scope sees."""
    return _told_apart(scopes, lambda scope: members().visible_in(scope))


def _told_apart(scopes: Iterable[Scope], seen_by: Callable[[Scope], QuerySet[Any]]) -> dict[Scope, set[int]]:
    order = list(scopes)
    asked = [seen_by(scope).values_list("pk", Value(at)) for at, scope in enumerate(order)]
    told: dict[Scope, set[int]] = {scope: set() for scope in order}
    if asked:
        for pk, at in asked[0].union(*asked[1:], all=True):
            told[order[at]].add(pk)
    return told


def worst_first(calls: Collection[int]) -> list[int]:
    """As their page orders them, but for those that wait too long by now: it knows that itself."""
    if not calls:
        return []
    mood = models.Case(
        When(conversation__mood="NEGATIVE", then=0), When(conversation__mood="POSITIVE", then=2), default=1
    )
    order = (mood, Coalesce("first_heard_at", "began_at"), "pk")
    return list(Call.objects.filter(pk__in=calls).order_by(*order).values_list("pk", flat=True))


def read_marks(calls: Collection[Call]) -> None:
    """What was noted at their turns, for those that are shown with it."""
    prefetch_related_objects(list(calls), Prefetch("bookmarks", Bookmark.objects.select_related("by")))


def turns_after(told: Mapping[Call, int]) -> list[Segment]:
    """The turns of these calls that changed after the number told for each, tombstones included."""
    asked = [Q(filed_on=call.filed_on, call_id=call.pk, number__gt=number) for call, number in told.items()]
    return list(Segment.objects.filter(reduce(or_, asked)).order_by("number")) if asked else []


def entries_of(cases: Collection[int]) -> list[CaseEntry]:
    return list(CaseEntry.objects.filter(case__in=cases).select_related("by")) if cases else []
