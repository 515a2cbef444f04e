"""A call nobody has heard of for long is shown as such, and is then taken to have ended: its end was lost.

That is no fact: whatever is heard of it later decides anew where it is.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce, Now

from calls.models import Call, Policy
from calls.models.call import CallQuerySet, Stage
from calls.nudges import nudge

SOURCE = "silence"
# A promised callback waits for hours without a word; its contact record comes in any case.
CALLBACK_WAITS = Q(stage=Stage.WAITING, initiation_method="CALLBACK")


def mark_silent_calls() -> None:
    _change(_unheard("silence_marks_s").filter(is_silent=False), is_silent=True)


def end_silent_calls() -> None:
    silent = _unheard("silence_ends_s").exclude(CALLBACK_WAITS)
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
        locked = calls.order_by("pk").select_for_update(of=("self",), skip_locked=True)
        if Call.objects.filter(pk__in=list(locked.values_list("pk", flat=True))).update(**columns):
            transaction.on_commit(nudge)
