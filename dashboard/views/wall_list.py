"""The wall's one list: light values of all that is in progress, and all that is shown of the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from calls.models import Call
from calls.scope import Scope
from dashboard.figures.drops import with_earlier_drops
from transcripts.last_words import with_last_words

from .light_call import light_calls
from .wall_query import WallQuery

ROWS_AT_ONCE = 100  # the others come over the socket

# By a row, or by its line in a file. What is not among them costs each row a statement.
SHOWN = (
    "contact_id", "number", "channel", "initiation_method", "is_live", "is_silent", "holds", "caller_address",
    "stage", "stage_since", "stage_source", "enqueued_at", "began_at", "first_heard_at", "last_heard_at",
    "words_at", "words_over_at", "record_updated_at", "described_at",
    "queue_name", "queue_arn", "agent_username", "agent_arn",
    "instance__alias", "instance__describe_contacts", "instance__describe_trouble",
    "conversation__mood", "conversation__trend", "conversation__categories",
    "caller__name", "caller__tier",
    "flag__at", "flag__by__username", "flag__by__first_name", "flag__by__last_name",
)  # fmt: skip


@dataclass(frozen=True)
class WallList:
    calls: list[Call]
    found: int  # of those in progress, as many as are asked for
    total: int

    @classmethod
    def of(cls, scope: Scope, query: WallQuery) -> WallList:
        light = light_calls(_in_progress(scope))
        found = [call.pk for call in query.in_order(light)]
        return cls(whole_rows(scope, found[:ROWS_AT_ONCE]), len(found), len(light))


def found_pks(scope: Scope, query: WallQuery) -> list[int]:
    return [call.pk for call in query.in_order(light_calls(_in_progress(scope)))]


def whole_rows(scope: Scope, pks: Sequence[int]) -> list[Call]:
    """With all that a row shows, in this order; without those that ended, or went out of sight, meanwhile."""
    calls = _in_progress(scope).select_related("instance", "conversation", "caller", "flag__by").only(*SHOWN)
    found = with_earlier_drops(with_last_words(calls)).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _in_progress(scope: Scope) -> QuerySet[Call]:
    return Call.objects.visible_in(scope).in_progress()
