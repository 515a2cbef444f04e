"""Callers won back just now: the quiet line on the wall. It tells of queues and times, and of nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now
from django.urls import reverse

from calls.models import Call, Case
from calls.scope import Scope

from .drops import REACHED

LATELY = timedelta(minutes=15)
MOST = 3
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}


class Save(NamedTuple):
    case_id: int
    queue: str
    minutes: int
    drops: int
    order: int
    sees_case: bool

    @property
    def id(self) -> str:
        return f"save-{self.case_id}"

    @property
    def href(self) -> str:
        return reverse("case", args=[self.case_id]) if self.sees_case else ""

    @property
    def drop(self) -> str:
        return f"{ORDINALS.get(self.drops, f'{self.drops}th')} drop" if self.drops > 1 else ""


def saves(scope: Scope, sees_cases: bool) -> list[Save]:
    """The newest first."""
    of_its_last = Call.objects.filter(case=OuterRef("pk"), ended_at=OuterRef("last_drop_at")).order_by("pk")
    lately = Case.objects.visible_in(scope).filter(disposition__in=REACHED, closed_at__gt=Now() - LATELY)
    found = lately.annotate(queue=Subquery(of_its_last.values("queue_name")[:1])).order_by("-closed_at", "pk")[:MOST]
    return [_save(case, case.closed_at, sees_cases) for case in found if case.closed_at]


def _save(case: Case, closed_at: datetime, sees_case: bool) -> Save:
    after = closed_at - (case.last_drop_at or case.opened_at)
    queue = vars(case)["queue"] or "No queue"
    minutes = max(1, round(after.total_seconds() / 60))
    return Save(case.pk, queue, minutes, case.drops, -int(closed_at.timestamp()), sees_case)
