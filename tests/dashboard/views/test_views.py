import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from calls.models import Person, SavedView, ScreenLink, Team

SignIn = Callable[[str], Client]
ASKS = {"queue": ["Billing"], "sort": ["mood,-since"], "text": ["refund"]}


@pytest.fixture
def view(people: dict[str, Person]) -> SavedView:
    return SavedView.objects.create(owner=people["alice"], name="Angry ones", asks={"mood": ["NEGATIVE"]})


def saved(client: Client, name: str = "Refunds", asks: Any = ASKS) -> str:
    return client.post("/views/", {"name": name, "asks": json.dumps(asks)}, follow=True).content.decode()


def shared(client: Client, view: SavedView, whom: object) -> str:
    return client.post(f"/views/{view.pk}/share/", {"with": whom}, follow=True).content.decode()


def test_a_view_keeps_filters_order_and_words_for_its_owner(sign_in: SignIn) -> None:
    alice = sign_in("alice")
    assert "“Refunds” is saved." in saved(alice)
    view = SavedView.objects.get()
    assert alice.get(f"/views/{view.pk}/").json() == {"name": "Refunds", "asks": ASKS}


def test_words_and_callers_of_views_stand_in_no_page(sign_in: SignIn) -> None:
    alice = sign_in("alice")
    saved(alice, asks={"text": ["refund of my goose"], "caller": ["555-0142"]})
    wall = alice.get(f"/?view={SavedView.objects.get().pk}")
    assert "goose" not in wall.content.decode()
    assert "555-0142" not in wall.content.decode()


def test_a_second_view_of_the_same_name_is_refused_with_the_name(sign_in: SignIn, view: SavedView) -> None:
    assert "You have a view “Angry ones” already." in saved(sign_in("alice"), name=" Angry  ones ")
    assert "“Angry ones” is saved." in saved(sign_in("bob"), name="Angry ones")


def test_a_name_that_is_taken_is_refused_when_renaming_too(sign_in: SignIn, view: SavedView) -> None:
    alice = sign_in("alice")
    saved(alice, "Other")
    answer = alice.post(f"/views/{view.pk}/rename/", {"name": "Other"}, headers={"HX-Request": "true"})
    assert "You have a view “Other” already." in json.loads(answer["HX-Trigger"])["said"]["words"]
    assert answer["HX-Reswap"] == "none"
    view.refresh_from_db()
    assert view.name == "Angry ones"


@pytest.mark.parametrize(
    "asks", ["no JSON", [], {"password": ["x"]}, {"queue": "Billing"}, {"queue": [1]}, {"queue": ["x" * 400]}]
)
def test_what_is_no_filter_is_not_saved(sign_in: SignIn, asks: Any) -> None:
    sign_in("alice").post("/views/", {"name": "Odd", "asks": asks if isinstance(asks, str) else json.dumps(asks)})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("act", ["", "update/", "rename/", "copy/", "share/", "delete/"])
def test_a_view_of_somebody_else_is_not_there(sign_in: SignIn, view: SavedView, act: str) -> None:
    path, bob = f"/views/{view.pk}/{act}", sign_in("bob")
    answer = bob.post(path, {"name": "x", "asks": "{}"}) if act else bob.get(path)
    assert answer.status_code == 404
    assert bob.get(f"/?view={view.pk}").status_code == 404
    assert "Angry ones" not in bob.get("/").content.decode()


@pytest.mark.parametrize("act", ["update/", "rename/", "share/", "delete/"])
def test_a_shared_view_is_changed_by_its_owner_alone(sign_in: SignIn, view: SavedView, act: str) -> None:
    shared(sign_in("alice"), view, "all")
    assert sign_in("bob").post(f"/views/{view.pk}/{act}", {"name": "x", "asks": "{}"}).status_code == 404


def test_a_view_is_shared_with_a_team_and_with_nobody_else(sign_in: SignIn, view: SavedView) -> None:
    billing = Team.objects.get(name="Billing")
    assert "“Angry ones” is shared with Billing." in shared(sign_in("alice"), view, billing.pk)
    assert "Angry ones" in sign_in("bob").get("/").content.decode()
    assert sign_in("bob").get(f"/?view={view.pk}").status_code == 200
    assert sign_in("carol").get(f"/?view={view.pk}").status_code == 404
    shared(sign_in("alice"), view, "")
    assert sign_in("bob").get(f"/?view={view.pk}").status_code == 404


def test_a_view_is_shared_with_everybody(sign_in: SignIn, view: SavedView) -> None:
    shared(sign_in("alice"), view, "all")
    assert sign_in("carol").get(f"/?view={view.pk}").status_code == 200


def test_a_view_is_not_shared_with_a_team_of_others(sign_in: SignIn, view: SavedView) -> None:
    sales = Team.objects.get(name="Sales")
    assert sign_in("alice").post(f"/views/{view.pk}/share/", {"with": sales.pk}).status_code == 404
    assert not SavedView.objects.filter(is_shared=True).exists()


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "²"])
def test_a_view_or_team_of_a_number_that_none_has_is_not_there(sign_in: SignIn, view: SavedView, number: str) -> None:
    alice = sign_in("alice")
    assert alice.get("/", {"view": number}).status_code == 404
    assert alice.post(f"/views/{view.pk}/share/", {"with": number}).status_code == 404


def test_words_and_callers_are_not_shared_with_everybody(sign_in: SignIn) -> None:
    alice = sign_in("alice")
    saved(alice)
    view = SavedView.objects.get()
    assert "is shared with one team, not with everybody." in shared(alice, view, "all")
    assert not SavedView.objects.filter(is_shared=True).exists()
    assert "is shared with Billing." in shared(alice, view, Team.objects.get(name="Billing").pk)


def test_sharing_needs_the_right_to_acknowledge(sign_in: SignIn, people: dict[str, Person]) -> None:
    erin = sign_in("erin")
    saved(erin)
    view = SavedView.objects.get()
    assert erin.post(f"/views/{view.pk}/share/", {"with": "all"}).status_code == 403
    assert f'id="view-share-{view.pk}"' not in erin.get("/").content.decode()


def test_agents_have_no_views(sign_in: SignIn) -> None:
    assert sign_in("dave").post("/views/", {"name": "x", "asks": "{}"}).status_code == 403


def test_a_copy_of_a_shared_view_is_ones_own(sign_in: SignIn, view: SavedView, people: dict[str, Person]) -> None:
    shared(sign_in("alice"), view, "all")
    bob = sign_in("bob")
    for _ in range(2):
        bob.post(f"/views/{view.pk}/copy/")
    copies = SavedView.objects.filter(owner=people["bob"])
    assert [(each.name, each.asks, each.is_shared) for each in copies] == [
        ("Angry ones", view.asks, False),
        ("Angry ones (2)", view.asks, False),
    ]


def test_a_deleted_view_comes_back_as_it_was(sign_in: SignIn, view: SavedView) -> None:
    alice = sign_in("alice")
    shared(alice, view, Team.objects.get(name="Billing").pk)
    menu = alice.post(f"/views/{view.pk}/delete/", headers={"HX-Request": "true"})
    assert not SavedView.objects.exists()
    undo = menu.context["undo"]
    alice.post("/views/restore/", {"undo": undo})
    back = SavedView.objects.get()
    assert (back.name, back.asks, back.shared_with) == ("Angry ones", {"mood": ["NEGATIVE"]}, "Billing")
    assert sign_in("bob").post("/views/restore/", {"undo": undo}).status_code == 404
    assert "It is too late" in alice.post("/views/restore/", {"undo": undo[:-1]}, follow=True).content.decode()


def test_a_view_that_is_on_a_screen_is_not_deleted(sign_in: SignIn, view: SavedView) -> None:
    screen = ScreenLink(name="Kitchen", team=Team.objects.get(name="Billing"), view=view)
    screen.renew()
    screen.save()
    answer = sign_in("alice").post(f"/views/{view.pk}/delete/", follow=True)
    assert "“Angry ones” is on a screen: Kitchen." in answer.content.decode()
    assert SavedView.objects.exists()


def test_the_wall_opens_with_the_calls_that_the_view_asks_for(sign_in: SignIn, view: SavedView, live_call: Any) -> None:
    alice = sign_in("alice")
    assert f'id="call-{live_call.pk}"' in alice.get(f"/?view={view.pk}").content.decode()
    SavedView.objects.update(asks={"mood": ["POSITIVE"]})
    assert f'id="call-{live_call.pk}"' not in alice.get(f"/?view={view.pk}").content.decode()
