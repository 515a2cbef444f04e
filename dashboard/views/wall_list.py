"""The wall's one list: light values of all that is in progress, and all that is shown of the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from calls.models import Call
from calls.scope import Scope
from dashboard.figures.drops import with_earlier_drops
from transcripts.last_words import with_last_words

from .light_call import LightCall
from .wall_query import WallQuery

ROWS_AT_ONCE = 100  # the others come over the socket


@dataclass(frozen=True)
class WallList:
    calls: list[Call]
    found: int  # of those in progress, as many as are asked for
    total: int

    @classmethod
    def of(cls, scope: Scope, query: WallQuery) -> WallList:
        light = _light(scope)
        found = [call.pk for call in query.in_order(light)]
        return cls(whole_rows(scope, found[:ROWS_AT_ONCE]), len(found), len(light))


def found_pks(scope: Scope, query: WallQuery) -> list[int]:
    return [call.pk for call in query.in_order(_light(scope))]


def whole_rows(scope: Scope, pks: Sequence[int]) -> list[Call]:
    """With all that a row shows, in this order; without those that ended, or went out of sight, meanwhile."""
    calls = _in_progress(scope).defer("record", "evidence", "stage_facts")
    calls = calls.select_related("instance", "conversation", "caller", "case", "flag__by")
    found = with_earlier_drops(with_last_words(calls)).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _light(scope: Scope) -> list[LightCall]:
    return [LightCall._make(values) for values in _in_progress(scope).values_list(*LightCall.columns())]


def _in_progress(scope: Scope) -> QuerySet[Call]:
    return Call.objects.visible_in(scope).in_progress()
