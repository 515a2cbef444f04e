from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from calls.models import Person
from calls.rights import roles_of

from .pages import filled

LIST = "/admin/calls/person/"


def save(client: Client, who: Person, **changes: Any) -> str:
    at = f"{LIST}{who.pk}/change/"
    sent = filled(client.get(at).content.decode(), _continue="1", **changes)
    return client.post(at, sent, follow=True).content.decode()


def test_a_person_is_added_and_then_given_roles(admin: Client) -> None:
    sent = {"username": "bob", "usable_password": "true", "password1": "bago-lemu-tiro", "password2": "bago-lemu-tiro"}
    html = admin.post(f"{LIST}add/", sent, follow=True).content.decode()
    bob = Person.objects.get(username="bob")
    assert 'name="roles"' in html
    assert bob.check_password("bago-lemu-tiro")
    assert not bob.is_staff


def test_roles_are_exactly_those_that_are_ticked(admin: Client, alice: Person) -> None:
    save(admin, alice, roles=["team lead", "agent"])
    assert roles_of(Person.objects.get(username="alice")) == {"team lead", "agent"}


def test_the_role_that_sets_up_opens_the_admin_and_its_loss_closes_it(
    admin: Client, alice: Person, signed_in: Callable[[Person], Client]
) -> None:
    save(admin, alice, roles=["admin"])
    assert Person.objects.get(username="alice").is_staff
    assert signed_in(alice).get("/admin/").status_code == 200
    save(admin, alice, roles=["supervisor"])
    assert not Person.objects.get(username="alice").is_staff
    assert signed_in(alice).get("/admin/", follow=True).status_code == 404


def test_names_elsewhere_and_zone_are_edited_and_checked(admin: Client, alice: Person) -> None:
    save(admin, alice, connect_username="alice.moore", salesforce_username="a@acme.example", time_zone="Europe/Madrid")
    alice.refresh_from_db()
    assert (alice.connect_username, alice.salesforce_username) == ("alice.moore", "a@acme.example")
    assert alice.time_zone == "Europe/Madrid"
    assert "is not a time zone" in save(admin, alice, time_zone="Madrid")


def test_who_sets_up_cannot_make_a_superuser(admin: Client, dana: Person) -> None:
    assert 'name="is_superuser"' not in admin.get(f"{LIST}{dana.pk}/change/").content.decode()
    save(admin, dana, is_superuser="on", user_permissions=["1"], is_staff="on")
    dana.refresh_from_db()
    assert not dana.is_superuser
    assert not dana.user_permissions.exists()


@pytest.mark.parametrize("way", ["change/", "password/"])
def test_who_sets_up_cannot_change_a_superuser(admin: Client, root: Person, way: str) -> None:
    sent = {"username": "mine", "usable_password": "true", "password1": "bago-lemu-tiro", "password2": "bago-lemu-tiro"}
    assert admin.post(f"{LIST}{root.pk}/{way}", sent).status_code == 403
    assert not Person.objects.get(username="root").has_usable_password()


def test_who_sets_up_gives_others_a_password(admin: Client, alice: Person) -> None:
    sent = {
        "usable_password": "true",
        "password1": "bago-lemu-tiro",
        "password2": "bago-lemu-tiro",
        "set-password": "1",
    }
    admin.post(f"{LIST}{alice.pk}/password/", sent)
    assert Person.objects.get(username="alice").check_password("bago-lemu-tiro")


def test_a_superuser_makes_another(above: Client, alice: Person) -> None:
    save(above, alice, is_superuser="on")
    alice.refresh_from_db()
    assert alice.is_superuser
    assert alice.is_staff


def test_the_list_shows_roles_and_filters_by_them(admin: Client, alice: Person, dana: Person) -> None:
    html = admin.get(f"{LIST}?groups__id__exact={dana.groups.get().pk}").content.decode()
    assert ">dana</a>" in html
    assert ">alice</a>" not in html
