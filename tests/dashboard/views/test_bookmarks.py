"""Marks at turns, for coaching: who makes, sees and changes them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call, Case, Person
from transcripts.models import Bookmark, Segment
from transcripts.models.bookmark import LONGEST_COMMENT

from .conftest import add_turns

SignIn = Callable[[str], Client]


@pytest.fixture
def mark(sign_in: SignIn, live_call: Call) -> Bookmark:
    """Alice's."""
    post(sign_in("alice"), f"/turns/{live_call.pk}/mark/", turn="turn-0001", comment="Say <sorry> here.")
    return Bookmark.objects.get()


def post(client: Client, path: str, **fields: str) -> str:
    response: Any = client.post(path, fields, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_mark_keeps_the_turns_words_and_place(mark: Bookmark, people: dict[str, Person]) -> None:
    assert (mark.words, mark.speaker, mark.offset_ms) == ("<b>words</b> 1 [PII]", "Customer", 1000)
    assert (mark.comment, mark.by) == ("Say <sorry> here.", people["alice"])
    Segment.objects.all().delete()
    mark.refresh_from_db()
    assert mark.words == "<b>words</b> 1 [PII]"


def test_everybody_who_coaches_sees_a_mark_on_the_call_page(sign_in: SignIn, live_call: Call, mark: Bookmark) -> None:
    html = sign_in("bob").get(live_call.get_absolute_url()).content.decode()
    assert "Say &lt;sorry&gt; here." in html
    assert "marked by Alice" in " ".join(html.split())
    assert f"marks:{live_call.pk}" in html


@pytest.mark.parametrize("person", ["dave", "erin"])
def test_nothing_of_a_mark_reaches_who_does_not_coach(
    sign_in: SignIn, make_case: Callable[..., Case], people: dict[str, Person], person: str
) -> None:
    """Dave is the agent whose case it is: he may see the call, and not what is said of him."""
    case = make_case(owner=people["dave"])
    call = case.calls.get()
    add_turns(call, 2)
    post(sign_in("alice"), f"/turns/{call.pk}/mark/", turn="turn-0001", comment="Needs training.")
    html = sign_in(person).get(call.get_absolute_url()).content.decode()
    assert "words" in html
    assert "Needs training." not in html
    assert f"marks:{call.pk}" not in html
    assert "mark-dialog" not in html


def test_a_mark_counts_its_call_up_so_that_open_pages_are_told(live_call: Call, sign_in: SignIn) -> None:
    before = Call.objects.get(pk=live_call.pk).number
    post(sign_in("alice"), f"/turns/{live_call.pk}/mark/", turn="turn-0001")
    assert Call.objects.get(pk=live_call.pk).number > before


def test_ones_own_mark_is_changed_removed_and_put_back(sign_in: SignIn, mark: Bookmark) -> None:
    alice = sign_in("alice")
    assert "Better words." in post(alice, f"/marks/{mark.pk}/", comment="Better words.")
    removed = post(alice, f"/marks/{mark.pk}/remove/")
    assert "Better words." not in removed
    assert f"/marks/{mark.pk}/put-back/" in removed
    assert "Better words." in post(alice, f"/marks/{mark.pk}/put-back/")


def test_nobody_changes_anothers_mark(sign_in: SignIn, mark: Bookmark) -> None:
    bob = sign_in("bob")
    post(bob, f"/marks/{mark.pk}/", comment="Bob's words.")
    post(bob, f"/marks/{mark.pk}/remove/")
    mark.refresh_from_db()
    assert (mark.comment, mark.removed_at) == ("Say <sorry> here.", None)
    mark.remove(by=Person.objects.get(username="alice"))
    post(bob, f"/marks/{mark.pk}/put-back/")
    mark.refresh_from_db()
    assert mark.removed_at is not None


def test_only_the_last_removed_mark_waits_to_be_put_back(sign_in: SignIn, live_call: Call, mark: Bookmark) -> None:
    alice = sign_in("alice")
    post(alice, f"/turns/{live_call.pk}/mark/", turn="turn-0000", comment="Another.")
    other = Bookmark.objects.exclude(pk=mark.pk).get()
    post(alice, f"/marks/{mark.pk}/remove/")
    post(alice, f"/marks/{other.pk}/remove/")
    assert list(Bookmark.objects.all()) == [other]


def test_pages_of_the_call_whose_removed_mark_goes_for_good_are_told(
    sign_in: SignIn, live_call: Call, mark: Bookmark, make_case: Callable[..., Case]
) -> None:
    alice, other = sign_in("alice"), make_case().calls.get()
    add_turns(other, 1)
    post(alice, f"/turns/{other.pk}/mark/", turn="turn-0000")
    post(alice, f"/marks/{mark.pk}/remove/")
    before = Call.objects.get(pk=live_call.pk).number
    post(alice, f"/marks/{Bookmark.objects.get(call=other).pk}/remove/")
    assert not Bookmark.objects.filter(pk=mark.pk).exists()
    assert Call.objects.get(pk=live_call.pk).number > before


def test_a_mark_that_was_removed_long_ago_is_not_offered(sign_in: SignIn, live_call: Call, mark: Bookmark) -> None:
    Bookmark.objects.update(removed_at=timezone.now() - timedelta(hours=2))
    assert "put-back" not in sign_in("alice").get(live_call.get_absolute_url()).content.decode()


def test_a_mark_is_of_a_turn_and_of_a_call_that_one_sees(sign_in: SignIn, live_call: Call, mark: Bookmark) -> None:
    absent = sign_in("alice").post(f"/turns/{live_call.pk}/mark/", {"turn": "no-turn"})
    nul = sign_in("alice").post(f"/turns/{live_call.pk}/mark/", {"turn": "\x00"})
    foreign = sign_in("carol").post(f"/turns/{live_call.pk}/mark/", {"turn": "turn-0001"})
    foreign_mark = sign_in("carol").post(f"/marks/{mark.pk}/remove/")
    assert [each.status_code for each in (absent, nul, foreign, foreign_mark)] == [404] * 4


def test_a_comment_has_an_end(sign_in: SignIn, mark: Bookmark) -> None:
    post(sign_in("alice"), f"/marks/{mark.pk}/", comment="x" * 10_000 + "\x00")
    mark.refresh_from_db()
    assert mark.comment == "x" * LONGEST_COMMENT
