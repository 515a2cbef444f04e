"""Every address with every role: who gets in."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import get_resolver

from calls.models import Alert, Call, Case
from transcripts.models import Bookmark, Segment

from .conftest import add_turns

SignIn = Callable[[str], Client]
PEOPLE = ("alice", "bob", "dave", "erin", "charlie", "root")


@dataclass(frozen=True)
class Address:
    name: str
    path: str
    allowed: str
    is_post: bool = False

    def ask(self, client: Client) -> int:
        return client.post(self.path, FORM).status_code if self.is_post else client.get(self.path).status_code


FORM = {"turn": "turn-0000"}
ADDRESSES = [
    Address("wall", "/", "alice bob erin root dave"),  # Dave is led to his cases
    Address("heard", "/wall/heard/", "alice bob erin root", is_post=True),
    Address("wall_csv", "/wall/csv/", "alice bob erin root", is_post=True),
    Address("flag", "/flags/{call_pk}/", "alice bob root", is_post=True),
    Address("alerts", "/alerts/", "alice bob root"),
    Address("mark_seen", "/alerts/seen/", "alice bob root", is_post=True),
    Address("acknowledge", "/alerts/{alert}/acknowledge/", "alice bob root", is_post=True),
    Address("acknowledge", "/alerts/acknowledge/", "alice bob root", is_post=True),
    Address("snooze", "/alerts/{alert}/snooze/", "alice bob root", is_post=True),
    Address("snooze", "/alerts/snooze/", "alice bob root", is_post=True),
    Address("close_alerts", "/alerts/{alert}/close/", "alice bob root", is_post=True),
    Address("close_alerts", "/alerts/close/", "alice bob root", is_post=True),
    Address("renew_alerts", "/alerts/{alert}/renew/", "alice bob root", is_post=True),
    Address("renew_alerts", "/alerts/renew/", "alice bob root", is_post=True),
    Address("call", "/calls/acme/{call}/", "alice bob dave erin root"),
    Address("call_by_contact_id", "/calls/{call}/", "alice bob dave erin root"),
    Address("turns", "/turns/{call_pk}/?place=5", "alice bob dave erin root"),
    Address("transcript", "/turns/{call_pk}/transcript.txt", "alice bob dave erin root"),
    Address("pane", "/calls/pane/{call_pk}/", "alice bob erin root"),
    Address("mark_turn", "/turns/{call_pk}/mark/", "alice bob root", is_post=True),
    Address("change_mark", "/marks/{mark}/", "alice bob root", is_post=True),
    Address("remove_mark", "/marks/{mark}/remove/", "alice bob root", is_post=True),
    Address("put_back_mark", "/marks/{mark}/put-back/", "alice bob root", is_post=True),
    Address("cases", "/cases/", "bob dave root"),
    Address("case_figures", "/cases/figures/", "bob dave root"),
    Address("take_several", "/cases/take/", "bob root", is_post=True),
    Address("close_several", "/cases/close/", "bob root", is_post=True),
    Address("case", "/cases/{case}/", "bob dave root"),
    Address("take", "/cases/{case}/take/", "bob dave root", is_post=True),
    Address("give_back", "/cases/{case}/give-back/", "bob dave root", is_post=True),
    Address("close", "/cases/{case}/close/", "bob dave root", is_post=True),
    Address("reopen", "/cases/{case}/reopen/", "bob dave root", is_post=True),
    Address("mirror_again", "/cases/{case}/mirror-again/", "bob dave root", is_post=True),
    Address("reveal", "/cases/{case}/reveal/", "bob dave root", is_post=True),
    Address("promises", "/promises/", "bob dave root"),
    Address("view_save", "/views/", "alice bob erin root", is_post=True),
    Address("view_restore", "/views/restore/", "alice bob erin root", is_post=True),
    Address("zone", "/accounts/zone/", "alice bob dave erin charlie root"),
]
FOR_ALL = {"login", "logout", "healthz"}
BY_TOKEN = {"metrics", "screen", "screen_hold"}
# Of a saved view: asked in test_views.
BY_OWNER = {"view", "view_update", "view_rename", "view_copy", "view_share", "view_delete"}


def filled(address: Address, alert: Alert) -> Address:
    call = Call.objects.get(alerts=alert)
    path = address.path.format(
        alert=alert.pk, call=call.contact_id, call_pk=call.pk, case=call.case_id, mark=_mark(call).pk
    )
    return Address(address.name, path, address.allowed, address.is_post)


def _mark(call: Call) -> Bookmark:
    """Of the call's one turn."""
    if not Segment.objects.filter(call_id=call.pk).exists():
        add_turns(call, 1)
    return Bookmark.objects.get_or_create(call=call, turn_id="turn-0000")[0]


def test_the_table_names_every_address() -> None:
    names = {name for pattern in get_resolver().url_patterns if (name := getattr(pattern, "name", None))}
    assert names == {address.name for address in ADDRESSES} | FOR_ALL | BY_TOKEN | BY_OWNER


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_an_address_opens_for_its_roles_only(address: Address, person: str, sign_in: SignIn, alert: Alert) -> None:
    status = filled(address, alert).ask(sign_in(person))
    assert (status in (200, 302)) is (person in address.allowed.split()), status
    assert status in (200, 302, 403)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_whoever_is_not_signed_in_is_led_to_the_sign_in(address: Address, sign_in: SignIn, alert: Alert) -> None:
    client, here = sign_in("nobody"), filled(address, alert)
    response = client.post(here.path) if here.is_post else client.get(here.path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("address", [address for address in ADDRESSES if address.is_post], ids=lambda a: a.name)
def test_nothing_is_changed_by_following_a_link(address: Address, sign_in: SignIn, alert: Alert) -> None:
    assert sign_in("root").get(filled(address, alert).path).status_code == 405


@pytest.mark.parametrize("address", [address for address in ADDRESSES if "{" in address.path], ids=lambda a: a.name)
def test_foreign_and_absent_are_the_same_404(address: Address, sign_in: SignIn, make_case: Callable[..., Case]) -> None:
    alert = Alert.objects.create(call=make_case().calls.get())
    carol = sign_in("carol")
    absent_path = address.path.format(alert=999999, call="absent", call_pk=999999, case=999999, mark=999999)
    foreign = filled(address, alert).ask(carol)
    absent = Address(address.name, absent_path, "", address.is_post).ask(carol)
    assert foreign == absent == 404


def test_a_foreign_page_reads_as_an_absent_one(sign_in: SignIn, alert: Alert) -> None:
    carol = sign_in("carol")
    foreign = carol.get(filled(Address("call", "/calls/acme/{call}/", ""), alert).path).content.decode()
    absent = carol.get("/calls/acme/absent/").content.decode()
    assert without_tokens(foreign) == without_tokens(absent)


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


def test_the_403_page_names_the_roles_that_have_the_right(sign_in: SignIn, alert: Alert) -> None:
    page = sign_in("alice").get("/cases/")
    assert page.status_code == 403
    assert "team lead or agent" in page.content.decode()
