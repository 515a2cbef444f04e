from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from calls.models import Call
from calls.scope import Scope

from .drops import dropped

WEEKS = 3
AN_HOUR = timedelta(hours=1)


class Day(NamedTuple):
    """An earlier day like this one, up to the time that it is now."""

    begins: datetime
    now: datetime

    @property
    def passed(self) -> Q:
        return Q(ended_at__gte=self.begins, ended_at__lte=self.now)

    @property
    def last_hour(self) -> Q:
        return Q(ended_at__gt=self.now - AN_HOUR, ended_at__lte=self.now)


def usual_drops(scope: Scope, time_zone: str) -> float | None:
    """How many calls are dropped by this hour on such a weekday, in the mean of three weeks.

    None unless each of them tells of calls in this very hour: of less nobody can say what is usual.
    """
    days = _days_like_this(datetime.now(ZoneInfo(time_zone)))
    calls = Call.objects.visible_in(scope).filter(reduce(or_, (day.passed | day.last_hour for day in days)))
    counts = {f"dropped_{at}": Count("pk", filter=day.passed & dropped()) for at, day in enumerate(days)}
    known = {f"known_{at}": Count("pk", filter=day.last_hour) for at, day in enumerate(days)}
    found = calls.aggregate(**counts, **known)
    return sum(found[name] for name in counts) / WEEKS if all(found[name] for name in known) else None


def _days_like_this(now: datetime) -> list[Day]:
    """By the clock on the wall: a day of 23 or 25 hours lies between some of them."""
    begins = now.replace(hour=0, minute=0, second=0, microsecond=0)
    weeks = [timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    return [Day((begins - week).astimezone(UTC), (now - week).astimezone(UTC)) for week in weeks]
