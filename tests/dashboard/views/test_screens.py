import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from calls.models import Call, Person, SavedView, ScreenLink, Team
from dashboard.views import wrong_tokens

FOR_ALL = {"screen", "screen_hold", "login", "logout", "healthz", "metrics"}
OTHER_PAGES = [
    "/" + re.sub("<[^>]+>", "1", str(each.pattern))
    for each in get_resolver().url_patterns
    if getattr(each, "name", "admin") not in FOR_ALL
]
SignIn = Callable[[str], Client]
Hold = Callable[..., Client]


@pytest.fixture(autouse=True)
def no_wrong_tokens_before() -> Iterator[None]:
    wrong_tokens._tried.clear()
    yield
    wrong_tokens._tried.clear()


@pytest.fixture
def link(people: dict[str, Person]) -> ScreenLink:
    return ScreenLink(name="Kitchen", team=Team.objects.get(name="Billing"))


@pytest.fixture
def hold() -> Hold:
    """A browser that holds the screen."""

    def held(link: ScreenLink, **fields: Any) -> Client:
        token = link.renew()
        for name, value in fields.items():
            setattr(link, name, value)
        link.save()
        client = Client()
        assert client.post("/screen/link/", {"token": token}).status_code == 204
        return client

    return held


def shown(client: Client, path: str = "/screen/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_screen_shows_its_teams_calls_masked_and_without_words_and_names(
    hold: Hold, link: ScreenLink, live_call: Call
) -> None:
    Call.objects.update(caller_address="+12025550142")
    page = shown(hold(link))
    assert f'id="call-{live_call.pk}"' in page
    assert "••• 0142" in page
    assert "2025550142" not in page
    assert "my card is" not in page
    assert live_call.get_absolute_url() not in page


def test_a_screen_shows_words_where_its_link_allows_them(hold: Hold, link: ScreenLink, live_call: Call) -> None:
    page = shown(hold(link, shows_words=True))
    assert "my card is" in page
    assert 'data-watch="screen-words"' in page


def test_a_screen_sees_nothing_of_other_teams(hold: Hold, link: ScreenLink, live_call: Call) -> None:
    page = shown(hold(link, team=Team.objects.get(name="Sales")))
    assert f'id="call-{live_call.pk}"' not in page


def test_a_screen_shows_one_view(hold: Hold, link: ScreenLink, live_call: Call, people: dict[str, Person]) -> None:
    view = SavedView.objects.create(
        owner=people["alice"], name="Calm", asks={"mood": ["POSITIVE"], "sort": ["-since"]}, is_shared=True
    )
    screen = hold(link, view=view)
    assert f'id="call-{live_call.pk}"' not in shown(screen)
    assert "&quot;-since&quot;" in shown(screen)
    assert f'id="call-{live_call.pk}"' not in shown(screen, "/screen/?mood=NEGATIVE")


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_a_screen_opens_no_other_page(hold: Hold, link: ScreenLink, path: str) -> None:
    screen = hold(link)
    for answer in (screen.get(path), screen.post(path)):
        is_led_away = answer.status_code == 302 and "/login/?next=" in answer["Location"]
        assert is_led_away or answer.status_code == 405


def test_a_screen_is_told_why_when_its_link_is_revoked(hold: Hold, link: ScreenLink) -> None:
    screen = hold(link)
    assert link.revoke()
    assert not link.revoke()
    answer = screen.get("/screen/")
    assert answer.status_code == 403
    assert "Its link was revoked" in answer.content.decode()
    assert "data-watch" not in answer.content.decode()


def test_a_deleted_link_shows_nothing_either(hold: Hold, link: ScreenLink) -> None:
    screen = hold(link)
    link.delete()
    assert screen.get("/screen/").status_code == 403


def test_without_a_link_there_is_nothing_to_see(link: ScreenLink) -> None:
    answer = Client().get("/screen/")
    assert answer.status_code == 403
    assert "Open its link here" in answer.content.decode()


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 5000, "\x00" * 43])
def test_a_wrong_token_holds_nothing(link: ScreenLink, token: str) -> None:
    link.renew()
    link.save()
    client = Client()
    answer = client.post("/screen/link/", {"token": token})
    assert answer.status_code == 404
    assert "does not work" in answer.content.decode()
    assert client.get("/screen/").status_code == 403


def test_a_revoked_token_holds_nothing(link: ScreenLink) -> None:
    token = link.renew()
    link.save()
    link.revoke()
    assert Client().post("/screen/link/", {"token": token}).status_code == 404


def test_tokens_cannot_be_guessed_for_long(link: ScreenLink) -> None:
    token = link.renew()
    link.save()
    client = Client()
    tried = [client.post("/screen/link/", {"token": "x" * 43}).status_code for _ in range(wrong_tokens.MOST + 1)]
    assert tried == [404] * wrong_tokens.MOST + [429]
    assert client.post("/screen/link/", {"token": token}).status_code == 429


def test_a_link_is_held_only_from_a_page_of_our_own(link: ScreenLink) -> None:
    token = link.renew()
    link.save()
    assert Client(enforce_csrf_checks=True).post("/screen/link/", {"token": token}).status_code == 403


def test_the_token_stands_in_no_log_no_page_and_no_session(
    hold: Hold, link: ScreenLink, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    token = link.renew()
    link.save()
    client = Client()
    with caplog.at_level("DEBUG"):
        client.post("/screen/link/", {"token": token})
        client.post("/screen/link/", {"token": token[:-1] + "-"})
        page = shown(client)
    said = capsys.readouterr()
    told = caplog.text + said.out + said.err + page + str(Session.objects.get().get_decoded()) + str(vars(link))
    assert token not in told
    assert token[:-1] not in told


def test_a_new_session_begins_with_a_link(hold: Hold, link: ScreenLink) -> None:
    first = hold(link).cookies["sessionid"]
    token = link.renew()
    link.save()
    client = Client()
    client.cookies["sessionid"] = first.value
    client.post("/screen/link/", {"token": token})
    assert client.cookies["sessionid"].value != first.value


def test_a_screen_is_held_for_longer_than_a_person_is_signed_in(hold: Hold, link: ScreenLink) -> None:
    hold(link)
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=300)


def test_who_signs_in_at_a_screen_is_signed_in_no_longer_than_elsewhere(
    hold: Hold, link: ScreenLink, people: dict[str, Person]
) -> None:
    screen = hold(link)
    people["alice"].set_password("of alice")
    people["alice"].save()
    screen.post("/accounts/login/", {"username": "alice", "password": "of alice"})
    session = Session.objects.get()
    assert "screen" not in session.get_decoded()
    assert session.expire_date < timezone.now() + timedelta(days=30)


def test_a_link_does_not_take_the_place_of_who_is_signed_in(sign_in: SignIn, link: ScreenLink) -> None:
    token = link.renew()
    link.save()
    alice = sign_in("alice")
    answer = alice.post("/screen/link/", {"token": token})
    assert answer.status_code == 409
    assert "Alice is signed in here" in answer.content.decode()
    assert alice.get("/").status_code == 200


def test_when_a_screen_was_seen_is_noted(hold: Hold, link: ScreenLink) -> None:
    screen = hold(link)
    shown(screen)
    link.refresh_from_db()
    first = link.last_seen_at
    assert first is not None
    shown(screen)
    link.refresh_from_db()
    assert link.last_seen_at == first  # once a minute is enough


def test_a_person_has_the_wall_as_a_screen_with_the_own_rights_and_without_words(
    sign_in: SignIn, live_call: Call
) -> None:
    page = shown(sign_in("alice"))
    assert f'id="call-{live_call.pk}"' in page
    assert "my card is" not in page
    assert f'id="call-{live_call.pk}"' not in shown(sign_in("carol"))
    assert f'id="call-{live_call.pk}"' not in shown(sign_in("alice"), "/screen/?mood=POSITIVE")


def test_whoever_may_not_see_the_wall_has_no_wall_screen(sign_in: SignIn) -> None:
    assert sign_in("dave").get("/screen/").status_code == 403


def test_a_screen_lists_the_worst_first(hold: Hold, link: ScreenLink, live_call: Call) -> None:
    calm = Call.objects.create(
        instance=live_call.instance, contact_id="calm", root_contact_id="calm", queue_name="Billing", is_live=True,
        first_heard_at=timezone.now(),
    )  # fmt: skip
    rows = re.findall(r'<tr id="call-(\d+)"', shown(hold(link)))
    assert [int(pk) for pk in rows] == [live_call.pk, calm.pk]
