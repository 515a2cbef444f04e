import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client

from calls.models import Person, SavedView, ScreenLink, Team

ADD = "/admin/calls/screenlink/add/"
LIST = "/admin/calls/screenlink/"


def made(admin: Client, team: Team, **fields: Any) -> str:
    """The answer."""
    return admin.post(ADD, {"name": "Kitchen", "team": team.pk} | fields).content.decode()


def link_in(page: str) -> str:
    found = re.search(r'value="(\S+/screen/#[\w-]{43})"', page)
    assert found
    return found[1]


def view_of(person: Person, **fields: Any) -> SavedView:
    return SavedView.objects.create(owner=person, **{"name": "Angry", "is_shared": True, "asks": {}} | fields)


def test_a_link_is_shown_once_and_kept_nowhere(admin: Client, team: Team, dana: Person) -> None:
    link = link_in(made(admin, team))
    token = link.partition("#")[2]
    screen = ScreenLink.objects.get()
    assert screen.made_by == dana
    later = [admin.get(path).content.decode() for path in (LIST, f"{LIST}{screen.pk}/change/", "/admin/")]
    kept = [str(each.get_decoded()) for each in Session.objects.all()] + [str(vars(screen))]
    noted = [f"{entry} {entry.change_message}" for entry in LogEntry.objects.all()]
    cookies = [cookie.value for cookie in admin.cookies.values()]
    assert not [text for text in (*later, *kept, *noted, *cookies) if token in text]
    assert Client().post("/screen/link/", {"token": token}).status_code == 204


def test_a_link_is_renamed_and_keeps_its_token(admin: Client, team: Team) -> None:
    link = link_in(made(admin, team))
    before = ScreenLink.objects.get()
    admin.post(f"{LIST}{before.pk}/change/", {"name": "Hall", "team": team.pk, "shows_words": "on"})
    after = ScreenLink.objects.get()
    assert (after.name, after.shows_words, after.token_hash) == ("Hall", True, before.token_hash)
    assert Client().post("/screen/link/", {"token": link.partition("#")[2]}).status_code == 204


def test_a_link_is_revoked_for_good_and_the_list_says_so(admin: Client, team: Team) -> None:
    link = link_in(made(admin, team))
    screen = ScreenLink.objects.get()
    revoked = admin.post(LIST, {"action": "revoke", "_selected_action": [screen.pk]}, follow=True)
    assert "1 revoked" in revoked.content.decode()
    assert "revoked</strong>" in admin.get(LIST).content.decode()
    assert Client().post("/screen/link/", {"token": link.partition("#")[2]}).status_code == 404
    again = admin.post(LIST, {"action": "revoke", "_selected_action": [screen.pk]}, follow=True)
    assert "0 revoked" in again.content.decode()
    assert LogEntry.objects.filter(change_message="Revoked.").count() == 1


def test_the_list_says_when_a_screen_was_last_seen(admin: Client, team: Team) -> None:
    link = link_in(made(admin, team))
    assert "never" in admin.get(LIST).content.decode()
    screen = Client()
    screen.post("/screen/link/", {"token": link.partition("#")[2]})
    screen.get("/screen/")
    assert re.search(r"\d+(\.\d+)? s ago", admin.get(LIST).content.decode())


def test_two_screens_have_two_names(admin: Client, team: Team) -> None:
    made(admin, team)
    assert "already exists" in made(admin, team)
    assert ScreenLink.objects.count() == 1


@pytest.mark.parametrize("asks", [{"text": ["refund"]}, {"caller": ["555-0142"]}])
def test_a_screen_looks_for_no_words_and_no_caller(admin: Client, team: Team, alice: Person, asks: Any) -> None:
    view = view_of(alice, asks=asks, team=team)
    assert "which a screen looks for neither" in made(admin, team, view=view.pk)
    assert not ScreenLink.objects.exists()


def test_a_screen_shows_no_view_that_others_keep_to_themselves(admin: Client, team: Team, alice: Person) -> None:
    view = view_of(alice, is_shared=False, name="Of alice alone")
    assert "Of alice alone" not in admin.get(ADD).content.decode()
    made(admin, team, view=view.pk)
    other = Team.objects.create(name="Sales", instance=team.instance)
    theirs = view_of(alice, team=other)
    assert "It is not shared with this team" in made(admin, team, view=theirs.pk)
    assert not ScreenLink.objects.exists()


def test_a_screen_shows_a_view_that_is_shared_with_its_team(admin: Client, team: Team, alice: Person) -> None:
    view = view_of(alice, team=team)
    link_in(made(admin, team, view=view.pk))
    assert ScreenLink.objects.get().view == view
