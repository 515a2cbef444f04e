from dataclasses import dataclass

from django import template
from django.template import Context

from calls.models import Case, Person
from calls.rights import rights_of, roles_of

register = template.Library()


@dataclass(frozen=True)
class Viewer:
    """What a page's frame shows of whoever reads it."""

    person: Person
    rights: frozenset[str]

    @property
    def line(self) -> str:
        """Role and teams: "Supervisor · Billing, Sales"."""
        roles = "Superuser" if self.person.is_superuser else ", ".join(sorted(roles_of(self.person))).capitalize()
        teams = ", ".join(self.person.teams.values_list("name", flat=True))
        return " · ".join(filter(None, (roles or "No role yet", teams)))

    @property
    def open_cases(self) -> int:
        return Case.objects.visible_to(self.person).open().count()


@register.simple_tag(takes_context=True)
def viewer(context: Context) -> Viewer | None:
    person = getattr(context.get("request"), "user", None)
    return Viewer(person, rights_of(person)) if isinstance(person, Person) else None
