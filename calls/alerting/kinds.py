"""What rules of each kind ask: found by dotted path in the settings, for this floor knows neither words nor figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from calls.models import AlertRule

from .cause import Cause, Trial, Way


class Lasting(Protocol):
    """What goes on for a while, such as a long call. While it does, a rule has one alert of it."""

    def ways(self, rule: AlertRule) -> list[Way]:
        """In which a call in progress comes to fulfil the rule."""

    def goes_on(self, rule: AlertRule) -> Q:
        """Of calls in progress: what their alert tells of is not over."""

    def trial(self, rule: AlertRule, since: datetime) -> Trial:
        """Of the calls since then. The rule need not be saved."""


class Momentary(Protocol):
    """What happens, and cannot be over, such as a category that matches."""

    def causes(self, rules: Iterable[AlertRule], calls: Collection[int] | None) -> list[Cause]:
        """Of these calls, or of all in progress: what has no alert yet. Rules that are off are among the rules."""

    def trial(self, rule: AlertRule, since: datetime) -> Trial:
        """Of the calls since then. The rule need not be saved."""


@cache
def lasting() -> dict[str, Lasting]:
    return {kind: import_string(path)() for kind, path in settings.LASTING_ALERTS.items()}


@cache
def momentary() -> dict[str, Momentary]:
    return {kind: import_string(path)() for kind, path in settings.MOMENTARY_ALERTS.items()}
