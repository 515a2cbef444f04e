from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call, Case, Instance

from .conftest import dropped_call
from .test_cases import page

SignIn = Callable[..., Client]


@pytest.fixture
def make_promise(instance: Instance) -> Callable[..., Call]:
    """A call of Billing that was passed on with nobody talking, `ago_s` ago."""

    def make(
        name: str, promise: str, ago_s: float = 60, queue: str = "Billing", case: Case | None = None, **more: Any
    ) -> Call:
        ended_at = timezone.now() - timedelta(seconds=ago_s)
        fields: dict[str, Any] = {"outcome": "passed_on", "outcome_row": 10, "promise": promise, "ended_at": ended_at}
        return dropped_call(instance, case, name, queue, **fields | more)

    return make


def listed(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('<tr id="promise-')[1:]]


def named(*calls: Call) -> list[str]:
    return [str(call.pk) for call in calls]


def test_whoever_waits_longest_for_a_broken_promise_stands_on_top_and_what_was_kept_at_the_end(
    sign_in: SignIn, make_promise: Callable[..., Call]
) -> None:
    kept = make_promise("kept", "kept", 0)
    young, old = make_promise("young", "open", 10), make_promise("old", "open", 700)
    late, later = make_promise("late", "broken", 1000), make_promise("later", "broken", 3000)
    make_promise("never", "")
    assert listed(page(sign_in("bob"), "/promises/")) == named(later, late, old, young, kept)


def test_the_address_says_which_promises_are_shown(sign_in: SignIn, make_promise: Callable[..., Call]) -> None:
    calls = {state: make_promise(state, state, 0) for state in ("broken", "open", "kept")}
    bob = sign_in("bob")
    for state, call in calls.items():
        assert listed(page(bob, f"/promises/?show={state}")) == named(call)
    assert len(listed(page(bob, "/promises/?show=nonsense"))) == 3


def test_a_broken_promise_leaves_with_its_case_and_a_kept_one_with_the_day(
    sign_in: SignIn, make_promise: Callable[..., Call], make_case: Callable[..., Case]
) -> None:
    case = make_case()
    broken = make_promise("broken", "broken", case=case)
    make_promise("kept", "kept", 25 * 3600)
    make_promise("old", "broken", 8 * 24 * 3600)
    bob = sign_in("bob")
    assert listed(page(bob, "/promises/")) == named(broken)
    Case.objects.update(state="closed")
    assert listed(page(bob, "/promises/")) == []


def test_a_promise_is_shown_to_those_who_see_its_call(sign_in: SignIn, make_promise: Callable[..., Call]) -> None:
    mine, theirs = make_promise("mine", "open"), make_promise("theirs", "open", queue="Sales")
    assert listed(page(sign_in("bob"), "/promises/")) == named(mine)
    assert listed(page(sign_in("carol"), "/promises/")) == named(theirs)
    assert sign_in("charlie").get("/promises/").status_code == 403
    assert sign_in("nobody").get("/promises/").status_code == 302


def test_a_row_masks_the_number_and_says_its_state_by_word(
    sign_in: SignIn, make_promise: Callable[..., Call], make_case: Callable[..., Case]
) -> None:
    due_at = timezone.now() + timedelta(seconds=300)
    make_promise("open", "open", judge_at=due_at)
    case = make_case(number="+12025550143")
    make_promise("broken", "broken", case=case)
    html = page(sign_in("bob"), "/promises/")
    assert "••• 0142" in html
    assert "2025550142" not in html
    assert "</b> Open</span>" in html
    assert "</b> Broken</span> nobody went on with the call" in html
    assert f'href="{case.get_absolute_url()}"' in html


def test_more_than_a_page_of_promises_goes_on_on_the_next(sign_in: SignIn, make_promise: Callable[..., Call]) -> None:
    for number in range(51):
        make_promise(f"open-{number}", "open", number)
    bob = sign_in("bob")
    assert len(listed(page(bob, "/promises/?show=open"))) == 50
    second = page(bob, "/promises/?show=open&page=2")
    assert len(listed(second)) == 1
    assert 'hx-get="/promises/?show=open&amp;page=2"' in second


def test_an_empty_page_says_what_will_appear(sign_in: SignIn) -> None:
    bob = sign_in("bob")
    assert "Nobody waits for a promise." in page(bob, "/promises/")
    for show, words in {"broken": "is broken", "open": "is open", "kept": "was kept today"}.items():
        assert f"No promise {words}" in page(bob, f"/promises/?show={show}")
