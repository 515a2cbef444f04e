from msgspec import UNSET

from calls.configuration.changes import bring, difference
from calls.configuration.file import PersonPart
from calls.configuration.roles import give_roles
from calls.models import Person
from calls.rights import roles_of


def bring_person(part: PersonPart, at: str) -> list[str]:
    what = f"person {part.username}"
    person = Person.objects.filter(username=part.username).first() or _without_password(part.username)
    is_new = person._state.adding
    values = part.given("connect_username", "salesforce_username", "time_zone")
    lines = bring(person, values, what=what, at=at)
    if is_new:
        lines += [f"{what}: has no password; give one with: manage.py changepassword {part.username}"]
    if part.roles is not UNSET:
        lines += [f"{what}: {words}" for words in difference("role", roles_of(person), part.roles)]
        give_roles(person, part.roles)
    return lines


def _without_password(username: str) -> Person:
    person = Person(username=username)
    person.set_unusable_password()
    return person
