from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from calls.alerting.cause import Trial, Way
from calls.alerting.reach import calls_of
from calls.models import AlertRule, Call
from calls.models.moments import in_seconds

from .looking_back import bad_moods

BAD_MOOD = Q(conversation__mood="NEGATIVE")


class Sentiment:
    """So many negative turns of the customer in a row, or a mood that has been negative for so long.

    It is over when the mood is no more, and the last turn was not, negative: a single better word ends nothing.
    """

    def ways(self, rule: AlertRule) -> list[Way]:
        by_turns = [Way(_last_are_negative(rule.turns), {"turns": rule.turns}, is_by_clock=False)] if rule.turns else []
        if not rule.seconds:
            return by_turns
        lasts = BAD_MOOD & Q(conversation__mood_since__lt=in_seconds(-rule.seconds))
        return [*by_turns, Way(lasts, {"seconds": rule.seconds})]

    def goes_on(self, rule: AlertRule) -> Q:
        return BAD_MOOD | _last_are_negative(1)

    def trial(self, rule: AlertRule, since: datetime) -> Trial:
        lately = Q(ended_at__gte=since) | Q(is_live=True)
        calls = Call.objects.filter(lately, calls_of(rule)).filter(conversation__isnull=False)
        return Trial(bad_moods(calls, rule.turns, rule.seconds))


def _last_are_negative(turns: int) -> Q:
    """By the trend, of which each point is [ms, turn id, value]."""
    return Q(**{f"conversation__trend__-{n}__2": -1 for n in range(1, turns + 1)})


def are_negative(values: Sequence[int], turns: int) -> bool:
    """The last ones, as above."""
    return len(values) >= turns and all(value < 0 for value in values[-turns:])
