"""The menu of the wall's views: built-in ones, a person's own, and those that others share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django import template

from calls.models import Person, SavedView, Team
from calls.rights import rights_of

register = template.Library()

BUILT_IN = (
    ("All", ""),
    ("Waiting", "?stage=waiting&stage=ringing"),
    ("With an agent", "?stage=talking&stage=hold"),
    ("Bad mood", "?mood=NEGATIVE"),
    ("Flagged", "?flagged=1"),
)


class Menu(NamedTuple):
    built_in: tuple[tuple[str, str], ...]
    own: list[SavedView]
    shared: list[SavedView]
    may_share: bool
    teams: Iterable[Team]  # that the person may share with


@register.simple_tag
def views_of(person: Person) -> Menu:
    found = SavedView.objects.usable_by(person).filter(page=SavedView.Page.WALL).distinct()
    usable = list(found.select_related("owner", "team"))
    return Menu(
        BUILT_IN,
        own=[view for view in usable if view.owner_id == person.pk],
        shared=[view for view in usable if view.owner_id != person.pk],
        may_share="acknowledge" in rights_of(person),
        teams=Team.objects.all() if person.is_superuser else person.teams.all(),
    )
