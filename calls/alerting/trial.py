"""What a rule would have raised in the last day, by what is stored: before anybody is alarmed by it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from calls.models import AlertRule

from .cause import Trial
from .kinds import lasting, momentary
from .waits import trial_of_threshold

OVER = timedelta(days=1)


def trial(rule: AlertRule) -> Trial:
    """The rule need not be saved; it is valid. As if it had been on."""
    since = timezone.now() - OVER
    if rule.kind == AlertRule.Kind.THRESHOLD:
        return trial_of_threshold(rule, since)
    return (lasting() | momentary())[rule.kind].trial(rule, since)
