import re
from collections.abc import Callable

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from calls.models import Call, Case, DeadLetter, Instance, Person, SalesforceOrg, Shard, Stream, Team

from .conftest import NUMBER, SECRET, person

LISTS = (
    "instance", "stream", "salesforceorg", "team", "person", "case", "deadletter", "backfill", "gap", "alertchannel",
    "screenlink", "alertrule", "queuelevel", "shownattribute",
)  # fmt: skip
ADDED = (
    "instance",
    "salesforceorg",
    "team",
    "person",
    "stream",
    "backfill",
    "screenlink",
    "alertrule",
    "queuelevel",
    "shownattribute",
)
ALARMS = 5  # statements that say what is wrong
SignIn = Callable[[Person], Client]


@pytest.fixture
def addresses(
    org: SalesforceOrg, instance: Instance, shard: Shard, team: Team, letter: DeadLetter, case: Case, dana: Person
) -> list[str]:
    things = {
        "instance": instance,
        "stream": shard.stream,
        "salesforceorg": org,
        "team": team,
        "person": dana,
        "deadletter": letter,
    }
    return [
        "/admin/",
        "/admin/calls/",
        *(f"/admin/calls/{name}/" for name in LISTS),
        *(f"/admin/calls/{name}/add/" for name in ADDED),
        *(f"/admin/calls/{name}/{thing.pk}/change/" for name, thing in things.items()),
        *(f"/admin/calls/{name}/{thing.pk}/history/" for name, thing in things.items()),
        f"/admin/calls/team/{team.pk}/delete/",
        f"/admin/calls/deadletter/{letter.pk}/delete/",
        "/admin/password_change/",
    ]


def test_who_sets_up_opens_every_page(admin: Client, addresses: list[str]) -> None:
    assert {address: admin.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize("role", ["supervisor", "team lead", "agent", ""])
def test_everybody_else_finds_nothing(signed_in: SignIn, addresses: list[str], role: str) -> None:
    client = signed_in(person("bob", role))
    assert {client.get(address, follow=True).status_code for address in addresses} == {404}


def test_staff_without_the_role_finds_nothing(signed_in: SignIn, addresses: list[str]) -> None:
    bob = person("bob", "supervisor")
    bob.is_staff = True
    bob.save()
    assert {signed_in(bob).get(address, follow=True).status_code for address in addresses} == {404}


def test_a_stranger_is_asked_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/admin/calls/team/", follow=False)
    answer = client.get(answer["Location"])
    assert answer["Location"] == "/accounts/login/?next=/admin/calls/team/"


def test_one_who_left_is_asked_to_sign_in(signed_in: SignIn, dana: Person) -> None:
    client = signed_in(dana)
    Person.objects.update(is_active=False)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_signed_in_the_sign_in_page_leads_to_the_index(admin: Client) -> None:
    assert admin.get("/admin/login/", follow=True).redirect_chain == [("/admin/", 302)]


def test_no_page_holds_a_script_or_a_style_of_its_own(above: Client, addresses: list[str]) -> None:
    for address in addresses:
        html = above.get(address).content.decode()
        assert re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html) is None, address
        assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html) is None, address


def test_no_page_shows_a_secret_or_a_number(above: Client, addresses: list[str]) -> None:
    for address in addresses:
        html = above.get(address).content.decode()
        assert SECRET not in html, address
        assert NUMBER not in html or "/deadletter/" in address, address


def test_the_index_is_grouped(admin: Client, addresses: list[str]) -> None:
    html = admin.get("/admin/").content.decode()
    places = [html.index(words) for words in ("Where calls come from", "Who sees them", "What came of them")]
    assert places == sorted(places)
    assert '<a href="/admin/">Ringback</a>' in html
    assert "Groups" not in html


def test_a_page_asks_for_the_rights_once(
    admin: Client, addresses: list[str], django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(8 + ALARMS):  # type: ignore[attr-defined]
        admin.get("/admin/")


def test_who_sets_up_without_a_team_sees_no_case(admin: Client, case: Case) -> None:
    assert f"Case {case.pk}" not in admin.get("/admin/calls/case/").content.decode()
    assert admin.get(f"/admin/calls/case/{case.pk}/change/").status_code == 302


def test_who_sets_up_sees_the_cases_of_their_team_as_facts(admin: Client, dana: Person, case: Case, team: Team) -> None:
    team.members.add(dana)
    html = admin.get(f"/admin/calls/case/{case.pk}/change/").content.decode()
    assert "Abandoned" in html
    assert NUMBER not in html
    assert 'name="_save"' not in html
    assert f"Case {case.pk}" in admin.get("/admin/calls/case/").content.decode()


def test_a_superuser_sees_every_case(above: Client, case: Case) -> None:
    assert f"Case {case.pk}" in above.get("/admin/calls/case/").content.decode()


@pytest.mark.parametrize("way", ["add/", "1/delete/"])
def test_nobody_adds_or_deletes_a_case_by_hand(above: Client, case: Case, way: str) -> None:
    assert above.get(f"/admin/calls/case/{way.replace('1', str(case.pk))}").status_code == 403


def test_a_call_is_not_in_the_admin(above: Client, db: None) -> None:
    assert above.get("/admin/calls/call/").status_code == 404


@pytest.mark.parametrize(
    "question",
    [
        "deadletter/?data__contains=7",
        "deadletter/?reason__startswith=n",
        "case/?phone__startswith=%2B1",
        "salesforceorg/?client_secret__gt=a",
        "person/?password__startswith=p",
        "person/?teams__name=Billing",
    ],
)
def test_an_address_cannot_ask_for_what_is_not_shown(above: Client, db: None, question: str) -> None:
    assert above.get(f"/admin/calls/{question}").status_code == 400


def test_nothing_that_holds_calls_is_deleted(above: Client, instance: Instance, stream: Stream, dana: Person) -> None:
    for name, thing in {"instance": instance, "stream": stream, "person": dana}.items():
        assert above.post(f"/admin/calls/{name}/{thing.pk}/delete/", {"post": "yes"}).status_code == 403


def test_no_number_of_a_model_leads_to_a_call_that_one_may_not_see(admin: Client, instance: Instance) -> None:
    call = Call.objects.create(instance=instance, contact_id="secret-id", root_contact_id="secret-id")
    kind = ContentType.objects.get_for_model(Call)
    response = admin.get(f"/admin/r/{kind.pk}/{call.pk}/")
    assert response.status_code == 404
    assert "secret-id" not in str(response.headers)
