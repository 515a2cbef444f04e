"""A call nobody has heard of for too long is not in progress: its COMPLETED was lost."""

from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce, Now

from calls.models import Call
from calls.nudges import nudge


def end_silent_calls() -> None:
    """A later segment makes such a call live again."""
    patience = ExpressionWrapper(
        Coalesce(F("instance__policy__silence_ends_s"), Value(1800)) * Value(timedelta(seconds=1)),
        output_field=DurationField(),
    )
    silent = Call.objects.in_progress().filter(last_heard_at__lt=Now() - patience)
    with transaction.atomic():
        ids = list(silent.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        if Call.objects.filter(pk__in=ids).update(is_live=False):
            transaction.on_commit(nudge)
