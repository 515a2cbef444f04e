from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import template
from django.template import Context

from calls.models import Alert, Case, Person
from calls.rights import rights_of, roles_of
from calls.scope import Scope
from dashboard.access import scope_of

from .telling import iso

register = template.Library()

MOST_COUNTED = 1000


@dataclass(frozen=True)
class Viewer:
    """What a page's frame shows of whoever reads it."""

    person: Person
    rights: frozenset[str]
    scope: Scope

    @property
    def line(self) -> str:
        """Role and teams: "Supervisor · Billing, Sales"."""
        roles = "Superuser" if self.person.is_superuser else ", ".join(sorted(roles_of(self.person))).capitalize()
        teams = ", ".join(team.name for team in self.person.teams.all())
        return " · ".join(filter(None, (roles or "No role yet", teams)))

    @property
    def open_cases(self) -> int:
        return Case.objects.visible_in(self.scope).open().count()

    @cached_property
    def unread_alerts(self) -> int:
        """New ones since this person has marked all as seen; at most MOST_COUNTED."""
        if "acknowledge" not in self.rights:
            return 0
        alerts = Alert.objects.visible_in(self.scope).unseen()
        if self.person.alerts_seen_at:
            alerts = alerts.filter(at__gt=self.person.alerts_seen_at)
        return alerts[:MOST_COUNTED].count()

    @property
    def alerts_seen_at(self) -> str:
        """To the millisecond, as rows tell when they came."""
        return iso(self.person.alerts_seen_at) if self.person.alerts_seen_at else ""


@register.simple_tag(takes_context=True)
def viewer(context: Context) -> Viewer | None:
    request: Any = context.get("request")
    person = getattr(request, "user", None)
    return Viewer(person, rights_of(person), scope_of(request)) if isinstance(person, Person) else None
