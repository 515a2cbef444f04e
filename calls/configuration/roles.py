from collections.abc import Iterable

from django.contrib.auth.models import Group

from calls.models import Person
from calls.rights import RIGHTS, roles_of


def give_roles(person: Person, roles: Iterable[str]) -> None:
    """Exactly these, of calls.rights. Who may set up is staff, which opens the admin; so is a superuser."""
    wanted = set(roles)
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in wanted | roles_of(person)}
    person.groups.remove(*(group for name, group in groups.items() if name not in wanted))
    person.groups.add(*(group for name, group in groups.items() if name in wanted))
    is_staff = person.is_superuser or any("setup" in RIGHTS[role] for role in wanted)
    if person.is_staff != is_staff:
        person.is_staff = is_staff
        person.save(update_fields=["is_staff"])
