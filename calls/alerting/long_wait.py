from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Now

from calls.models import AlertRule, Call
from calls.models.call import NO_CALLERS, WAITS
from calls.models.moments import in_seconds

from .cause import Trial, Way
from .reach import calls_of

CALLBACK = Q(initiation_method="CALLBACK")  # nobody is on the line
WAITING = Q(is_live=True) & WAITS & ~CALLBACK


class LongWait:
    """In a queue, with a phone that rings or without."""

    def ways(self, rule: AlertRule) -> list[Way]:
        return [Way(self.goes_on(rule), {"seconds": rule.seconds})]

    def goes_on(self, rule: AlertRule) -> Q:
        since = in_seconds(-(rule.seconds or 0))
        return WAITING & (Q(enqueued_at__lt=since) | Q(enqueued_at=None, stage_since__lt=since))

    def trial(self, rule: AlertRule, since: datetime) -> Trial:
        seconds = rule.seconds or 0
        waits_still = WAITING & Q(enqueued_at__lt=Now() - timedelta(seconds=seconds))
        queued = Call.objects.filter(calls_of(rule), enqueued_at__gte=since - timedelta(seconds=seconds))
        callers = queued.exclude(CALLBACK).exclude(channel__in=NO_CALLERS)
        return Trial(list(callers.filter(Q(wait_s__gt=seconds) | waits_still).values_list("pk", flat=True)))
