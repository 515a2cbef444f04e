"""A call nobody has heard of for long is shown as such, and is then taken to have ended: its end was lost.

That is no fact: whatever is heard of it later decides anew where it is.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Now

from calls.models import Call, Policy, Stream
from calls.models.bulk import change_free
from calls.models.call import WITH_AGENT, CallQuerySet, Stage
from calls.models.moments import in_seconds
from calls.nudges import nudge

SOURCE = "silence"
LONGEST_S = 24 * 3600
EVENTS = (Stream.Kind.CONTACT_EVENTS, Stream.Kind.AGENT_EVENTS)
# Between the queue and a phone that rings no source says anything; of a promised callback not before it is tried.
QUEUED = Q(stage=Stage.WAITING, stage_source__in=EVENTS)
CALLBACK_WAITS = Q(stage__in=(Stage.FLOW, Stage.WAITING), initiation_method="CALLBACK")
# Of a talk contact events tell the beginning and the end; that it lasts, only heartbeats of agents and words.
TALKS_ON = Stream.objects.filter(
    instance=OuterRef("instance"), kind__in=(Stream.Kind.AGENT_EVENTS, Stream.Kind.CONTACT_LENS)
)
TALKS = Q(stage__in=WITH_AGENT, stage_source=Stream.Kind.CONTACT_EVENTS) & ~Exists(TALKS_ON)


def mark_silent_calls() -> None:
    """Where contacts are described, Amazon Connect is asked about them anew."""
    _change(_unheard("silence_marks_s").filter(is_silent=False), is_silent=True, described_at=None)


def end_silent_calls() -> None:
    is_quiet = QUEUED | CALLBACK_WAITS | TALKS
    silent = _unheard("silence_ends_s").filter(~is_quiet | Q(last_heard_at__lt=in_seconds(-LONGEST_S)))
    ended = {"stage": Stage.ENDED, "stage_since": F("last_heard_at"), "stage_source": SOURCE}
    _change(silent, is_live=False, is_silent=True, **ended)


def _unheard(patience: str) -> CallQuerySet:
    """Calls in progress not heard of for so many seconds, by a field of the policy."""
    seconds = ExpressionWrapper(
        Coalesce(F(f"instance__policy__{patience}"), Value(getattr(Policy(), patience))) * Value(timedelta(seconds=1)),
        output_field=DurationField(),
    )
    return Call.objects.in_progress().filter(last_heard_at__lt=Now() - seconds)


def _change(calls: CallQuerySet, **columns: object) -> None:
    """Those that somebody writes now are for the next sweep."""
    with transaction.atomic():
        if change_free(calls, **columns):
            transaction.on_commit(nudge)
