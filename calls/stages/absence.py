"""Agents whose heartbeats do not come any more."""

from django.db import transaction

from calls.models import Agent
from calls.models.agent import AgentQuerySet
from calls.models.bulk import change_free
from calls.models.moments import in_seconds
from calls.nudges import nudge

MISSING_AFTER_S = 260  # two heartbeats, and some delay
# Amazon Connect goes on with heartbeats for an hour after a logout.
GONE_AFTER_S = 3900


def mark_missing_agents() -> None:
    signed_in = Agent.objects.signed_in()
    _change(signed_in.filter(is_missing=False, heard_at__lt=in_seconds(-MISSING_AFTER_S)), is_missing=True)
    _change(signed_in.filter(heard_at__lt=in_seconds(-GONE_AFTER_S)), is_signed_in=False, is_missing=False)


def _change(agents: AgentQuerySet, **columns: bool) -> None:
    """Those that somebody writes now are heard of."""
    with transaction.atomic():
        if change_free(agents, **columns):
            transaction.on_commit(nudge)
