from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from calls.models import AlertRule, Call
from calls.models.moments import in_seconds
from calls.silence import CALLBACK_WAITS

from .cause import Trial, Way
from .reach import calls_of


class LongCall:
    """From its beginning on, with all its waiting; while a callback is to be made nobody is on the line."""

    def ways(self, rule: AlertRule) -> list[Way]:
        return [Way(self.goes_on(rule), {"seconds": rule.seconds})]

    def goes_on(self, rule: AlertRule) -> Q:
        return Q(began_at__lt=in_seconds(-(rule.seconds or 0)), is_silent=False) & ~CALLBACK_WAITS

    def trial(self, rule: AlertRule, since: datetime) -> Trial:
        lasted = Q(until__gt=F("began_at") + timedelta(seconds=rule.seconds or 0), until__gte=since)
        ended = Q(ended_at__gte=since) | Q(is_live=True)
        calls = Call.objects.filter(ended, calls_of(rule)).exclude(CALLBACK_WAITS)
        return Trial(
            list(calls.annotate(until=Coalesce("ended_at", Now())).filter(lasted).values_list("pk", flat=True))
        )
