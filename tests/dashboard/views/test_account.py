from collections.abc import Callable

from django.template.loader import render_to_string
from django.test import Client

from calls.models import Person

SignIn = Callable[[str], Client]


def test_a_person_signs_in_and_out(client: Client, people: dict[str, Person]) -> None:
    people["alice"].set_password("correct horse")
    people["alice"].save()
    wrong = client.post("/accounts/login/", {"username": "alice", "password": "battery"})
    assert "The user name or the password is wrong." in wrong.content.decode()
    right = client.post("/accounts/login/", {"username": "alice", "password": "correct horse"})
    assert right.headers["Location"] == "/"
    assert client.post("/accounts/logout/").headers["Location"] == "/accounts/login/"


def test_a_person_chooses_the_zone_in_which_times_are_shown(sign_in: SignIn, people: dict[str, Person]) -> None:
    alice = sign_in("alice")
    page = alice.post("/accounts/zone/", {"time_zone": "Europe/Madrid"}, follow=True).content.decode()
    assert 'data-zone="Europe/Madrid"' in page
    people["alice"].refresh_from_db()
    assert people["alice"].time_zone == "Europe/Madrid"


def test_a_person_switches_single_keys_off_and_on(sign_in: SignIn, people: dict[str, Person]) -> None:
    alice = sign_in("alice")
    assert 'data-keys="on"' in alice.get("/").content.decode()
    alice.post("/accounts/zone/", {"time_zone": "UTC"})
    assert 'data-keys="off"' in alice.get("/").content.decode()
    alice.post("/accounts/zone/", {"time_zone": "UTC", "has_letter_keys": "on"})
    assert 'data-keys="on"' in alice.get("/").content.decode()


def test_a_zone_that_there_is_not_is_refused(sign_in: SignIn, people: dict[str, Person]) -> None:
    page = sign_in("alice").post("/accounts/zone/", {"time_zone": "Mars/Base"}).content.decode()
    assert "Mars/Base is not one of the available choices" in page
    people["alice"].refresh_from_db()
    assert people["alice"].time_zone == "UTC"


def test_the_page_names_the_person_their_role_and_their_teams(sign_in: SignIn) -> None:
    page = sign_in("alice").get("/").content.decode()
    assert "<strong>Alice</strong>" in page
    assert "Supervisor · Billing" in page
    assert "Admin</a>" not in page


def test_the_admin_is_linked_for_staff_only(sign_in: SignIn, people: dict[str, Person]) -> None:
    assert "Admin</a>" in sign_in("root").get("/").content.decode()


def test_a_failure_has_a_page_of_its_own(client: Client) -> None:
    assert "Something broke" in render_to_string("500.html")


def test_a_form_without_its_token_changes_nothing_and_says_so(people: dict[str, Person]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["alice"])
    answer = client.post("/accounts/zone/", {"time_zone": "Europe/Madrid"})
    assert answer.status_code == 403
    assert "The page was too old" in answer.content.decode()
