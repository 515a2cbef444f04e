"""What is shown says how old it is, and since when it is old."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from calls.models import Call
from dashboard.templatetags.freshness import heard_ago, heard_kind

SignIn = Callable[[str], Client]


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "kind", "words"),
    [
        (4.2, "words", ">4 s ago<"),
        (59.5, "words", ">59 s ago<"),
        (61.2, "words", ">old: 61 s<"),
        (46.2, "figures", ">old: 46 s<"),
        (400, "", ">6 min ago<"),
        (7300, "words", ">old: 2 h<"),
        (-3, "words", ">0 s ago<"),
    ],
)
def test_an_age_is_told_in_words_and_from_its_kinds_limit_on_as_old(seconds: float, kind: str, words: str) -> None:
    assert words in heard_ago(ago(seconds), kind)
    assert ("data-old" in heard_ago(ago(seconds), kind)) == ("old:" in words)


def test_what_was_never_heard_has_no_age() -> None:
    assert heard_ago(None, "words") == "—"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"stage": "talking", "words_at": ago(90)}, "words"),
        ({"stage": "talking"}, ""),  # nobody hears its words
        ({"stage": "talking", "words_at": ago(90), "words_over_at": ago(9)}, ""),
        ({"stage": "waiting", "words_at": ago(90)}, ""),
        ({"stage": "talking", "words_at": ago(90), "is_live": False}, ""),
    ],
)
def test_a_call_is_old_only_while_words_of_it_should_come(fields: dict[str, object], kind: str) -> None:
    assert heard_kind(Call(**{"is_live": True} | fields)) == kind


def test_a_transcript_says_when_its_call_was_last_heard_of(sign_in: SignIn, live_call: Call) -> None:
    Call.objects.filter(pk=live_call.pk).update(
        stage="talking", words_at=ago(90), last_heard_at=ago(75), began_at=ago(90)
    )
    page = sign_in("alice").get(live_call.get_absolute_url()).content.decode()
    assert "old: 75 s" in page
    assert "data-heard=" in page
    assert "data-spoken-from=" in page


def test_from_speech_is_told_only_where_the_start_is_known(sign_in: SignIn, live_call: Call) -> None:
    Call.objects.filter(pk=live_call.pk).update(began_at=ago(90), is_began_estimated=True)
    assert "data-spoken-from=" not in sign_in("alice").get(live_call.get_absolute_url()).content.decode()
