from collections.abc import Callable

from django.test import Client

from calls.models import Case, Instance, Person

from .conftest import NUMBER, dropped_call

SignIn = Callable[..., Client]
MakeCase = Callable[..., Case]


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def listed(html: str) -> list[int]:
    return [int(part.split('"')[0]) for part in html.split('id="open-case-')[1:]]


def test_the_address_says_which_cases_are_shown(
    sign_in: SignIn, make_case: MakeCase, people: dict[str, Person]
) -> None:
    free = make_case()
    mine = make_case(number="+12025550143", state="taken", owner=people["bob"], cause="line_lost")
    closed = make_case(number="+12025550144", state="closed", disposition="solved")
    make_case(queue="Sales", number="+12025550145")
    bob = sign_in("bob")
    assert set(listed(page(bob, "/cases/"))) == {free.pk, mine.pk}
    assert listed(page(bob, "/cases/?show=mine")) == [mine.pk]
    assert listed(page(bob, "/cases/?show=free")) == [free.pk]
    assert listed(page(bob, "/cases/?show=closed")) == [closed.pk]
    assert listed(page(bob, "/cases/?cause=line_lost")) == [mine.pk]
    assert set(listed(page(bob, "/cases/?cause=line_lost&cause=abandoned"))) == {free.pk, mine.pk}


def test_an_agent_sees_own_and_free_cases_only(sign_in: SignIn, make_case: MakeCase, people: dict[str, Person]) -> None:
    own = make_case(state="taken", owner=people["dave"])
    free = make_case(number="+12025550143")
    make_case(number="+12025550144", state="taken", owner=people["bob"])
    assert set(listed(page(sign_in("dave"), "/cases/"))) == {own.pk, free.pk}


def test_an_empty_list_says_what_will_appear(sign_in: SignIn) -> None:
    bob = sign_in("bob")
    assert "Each dropped call of your queues becomes one" in page(bob, "/cases/")
    assert "No case is yours." in page(bob, "/cases/?show=mine")
    assert "No closed case." in page(bob, "/cases/?show=closed")


def test_a_case_is_taken_closed_and_opened_again(
    sign_in: SignIn, make_case: MakeCase, people: dict[str, Person]
) -> None:
    case, bob = make_case(), sign_in("bob")
    assert "The case is yours." in bob.post(f"/cases/{case.pk}/take/", follow=True).content.decode()
    case.refresh_from_db()
    assert (case.state, case.owner) == ("taken", people["bob"])
    closed = bob.post(f"/cases/{case.pk}/close/", {"disposition": "no answer"}, follow=True)
    assert "Closed: No answer." in closed.content.decode()
    bob.post(f"/cases/{case.pk}/reopen/")
    bob.post(f"/cases/{case.pk}/give-back/")
    case.refresh_from_db()
    assert (case.state, case.owner) == ("new", None)
    assert [entry.words for entry in case.entries.all()] == ["given back", "reopened", "closed: No answer", "taken"]


def test_whoever_comes_second_hears_who_was_first(sign_in: SignIn, make_case: MakeCase) -> None:
    case = make_case()
    sign_in("bob").post(f"/cases/{case.pk}/take/")
    root = sign_in("root")
    assert "Bob has it." in root.post(f"/cases/{case.pk}/take/", follow=True).content.decode()
    assert "Bob has it." in root.post(f"/cases/{case.pk}/give-back/", follow=True).content.decode()
    refused = root.post(f"/cases/{case.pk}/close/", {"disposition": "solved"}, follow=True)
    assert "Not closed. Bob has it." in refused.content.decode()


def test_a_case_is_not_closed_with_words_of_somebodys_own(sign_in: SignIn, make_case: MakeCase) -> None:
    case, bob = make_case(), sign_in("bob")
    for disposition in ("", "whatever", "withdrawn"):
        bob.post(f"/cases/{case.pk}/close/", {"disposition": disposition})
        bob.post("/cases/close/", {"case": [case.pk], "disposition": disposition})
    case.refresh_from_db()
    assert case.state == "new"


def test_several_are_taken_and_closed_at_once_and_foreign_ones_left(
    sign_in: SignIn, make_case: MakeCase, people: dict[str, Person]
) -> None:
    free = [make_case(number=f"+1202555014{n}") for n in range(3)]
    taken = make_case(number="+12025550145", state="taken", owner=people["dave"])
    foreign = make_case(queue="Sales", number="+12025550146")
    bob = sign_in("bob")
    picked = {"case": [case.pk for case in (*free, taken, foreign)] + ["x", "9" * 30]}
    assert (
        "3 of 4 taken; the others were not free any more."
        in bob.post("/cases/take/", picked, follow=True).content.decode()
    )
    closed = bob.post("/cases/close/", picked | {"disposition": "voicemail"}, follow=True)
    assert "3 of 4 closed" in closed.content.decode()
    foreign.refresh_from_db()
    assert foreign.state == "new"
    assert "No case was selected." in bob.post("/cases/take/", follow=True).content.decode()


def test_with_scripts_the_row_itself_comes_back(sign_in: SignIn, make_case: MakeCase) -> None:
    case = make_case()
    bob = sign_in("bob", **{"HX-Request": "true", "HX-Target": f"case-{case.pk}"})
    answer = bob.post(f"/cases/{case.pk}/take/")
    assert answer.status_code == 200
    assert answer.content.decode().strip().startswith(f'<tr id="case-{case.pk}"')
    assert "The case is yours." in answer.headers["HX-Trigger"]


def test_a_shown_number_is_noted_on_the_time_line(
    sign_in: SignIn, make_case: MakeCase, people: dict[str, Person]
) -> None:
    case, bob = make_case(), sign_in("bob")
    assert NUMBER not in page(bob, f"/cases/{case.pk}/")
    shown = bob.post(f"/cases/{case.pk}/reveal/")
    assert f'href="tel:{NUMBER}"' in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    entry = case.entries.get()
    assert (entry.words, entry.by) == ("number shown", people["bob"])


def test_after_a_number_was_shown_an_action_leads_to_the_page_of_the_case(sign_in: SignIn, make_case: MakeCase) -> None:
    case = make_case()
    shown = f"http://testserver/cases/{case.pk}/reveal/"
    response = sign_in("bob").post(f"/cases/{case.pk}/take/", headers={"referer": shown}, follow=True)
    assert response.redirect_chain == [(case.get_absolute_url(), 302)]
    assert response.status_code == 200


def test_a_refused_mirror_says_why_and_is_sent_again(sign_in: SignIn, make_case: MakeCase) -> None:
    case, bob = make_case(mirror="refused", mirror_trouble="INVALID_FIELD: Origin"), sign_in("bob")
    assert "refused:" in page(bob, "/cases/")
    assert "Salesforce says: INVALID_FIELD: Origin" in page(bob, f"/cases/{case.pk}/")
    assert (
        "On its way to Salesforce again." in bob.post(f"/cases/{case.pk}/mirror-again/", follow=True).content.decode()
    )
    case.refresh_from_db()
    assert case.mirror == "pending"


def test_a_mirrored_case_links_to_its_record(sign_in: SignIn, make_case: MakeCase) -> None:
    make_case(mirror="mirrored", salesforce_id="500000000000001", salesforce_number="00001344")
    html = page(sign_in("bob"), "/cases/")
    assert 'href="https://acme.example/lightning/r/Case/500000000000001/view"' in html
    assert "00001344" in html


def test_calls_of_another_team_are_only_counted(sign_in: SignIn, make_case: MakeCase, instance: Instance) -> None:
    case = make_case()
    dropped_call(instance, case, "foreign", "Sales")
    html = page(sign_in("bob"), f"/cases/{case.pk}/")
    assert "1 of another team" in html
    assert "/foreign/" not in html


def test_the_figures_count_all_open_ones_the_free_ones_and_mine(
    sign_in: SignIn, make_case: MakeCase, people: dict[str, Person]
) -> None:
    make_case()
    make_case(number="+12025550143", state="taken", owner=people["bob"])
    make_case(number="+12025550144", state="taken", owner=people["dave"])
    make_case(number="+12025550145", state="closed", disposition="solved")
    figures = page(sign_in("bob"), "/cases/figures/")
    assert [part.split("</dd>")[0].strip() for part in figures.split("<dd>")[1:]] == ["3", "1", "1"]
    assert 'id="open-count"' not in figures


def test_with_new_figures_comes_the_count_beside_the_menu(sign_in: SignIn, make_case: MakeCase) -> None:
    make_case()
    bob = sign_in("bob", **{"HX-Request": "true"})
    assert page(bob, "/cases/figures/").count('hx-swap-oob="true">1<') == 1


def test_closed_cases_are_not_offered_to_be_closed_several_at_once(sign_in: SignIn, make_case: MakeCase) -> None:
    make_case()
    bob = sign_in("bob")
    assert 'id="bulk"' in page(bob, "/cases/")
    assert 'id="bulk"' not in page(bob, "/cases/?show=closed")
