from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from calls.alerting.cause import Trial, Way
from calls.alerting.reach import calls_of
from calls.models import AlertRule, Call
from calls.models.call import VOICE, Stage
from calls.models.moments import in_seconds

from .looking_back import silences

# On hold silence is meant; and where Contact Lens does not listen there is nothing to be heard.
LISTENED_TO = Q(stage=Stage.TALKING, channel__in=VOICE, words_at__isnull=False, words_over_at=None, is_silent=False)


class Silence:
    """Nobody was heard speaking for so long, while the caller is with an agent."""

    def ways(self, rule: AlertRule) -> list[Way]:
        return [Way(self.goes_on(rule), {"seconds": rule.seconds})]

    def goes_on(self, rule: AlertRule) -> Q:
        since = in_seconds(-(rule.seconds or 0))
        unheard = Q(spoken_at__lt=since) | Q(spoken_at=None, words_at__lt=since)
        return LISTENED_TO & unheard & Q(stage_since__lt=since)

    def trial(self, rule: AlertRule, since: datetime) -> Trial:
        lately = Q(ended_at__gte=since) | Q(is_live=True)
        calls = Call.objects.filter(lately, calls_of(rule), channel__in=VOICE, words_at__isnull=False)
        return Trial(silences(calls, rule.seconds or 0), remark="Holds, in which nobody speaks, are among them.")
