"""What each role may do: the one table. What a person sees is a matter of teams, in calls.scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from calls.models import Person

RIGHTS: dict[str, frozenset[str]] = {
    "supervisor": frozenset({"wall", "screen", "calls", "acknowledge", "coach"}),
    "team lead": frozenset(
        {"wall", "screen", "calls", "acknowledge", "coach", "cases", "work", "bulk", "reports", "reveal", "intake"}
    ),
    "agent": frozenset({"calls", "cases", "work", "reveal"}),
    "admin": frozenset({"wall", "screen", "calls", "setup", "intake"}),
}
ROLES = tuple(RIGHTS)


def roles_of(person: Person) -> frozenset[str]:
    return frozenset(group.name for group in person.groups.all()) & RIGHTS.keys()


def rights_of(person: Person | AnonymousUser) -> frozenset[str]:
    if person.is_anonymous or not person.is_active:
        return frozenset()
    if person.is_superuser:
        return frozenset().union(*RIGHTS.values())
    return frozenset().union(*(RIGHTS[role] for role in roles_of(person)))
