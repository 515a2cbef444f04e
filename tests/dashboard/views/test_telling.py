from datetime import UTC, datetime, timedelta

import pytest

from calls.models import Call, Case, SalesforceOrg
from dashboard.templatetags.telling import clock, event, local, mood, offset, order, points, said, salesforce_url
from transcripts.models import Conversation, Segment

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"), [(-3, "00:00:00"), (59.9, "00:00:59"), (3725, "01:02:05"), (3 * 86400, "3 days")]
)
def test_durations_are_told_in_hours_minutes_and_seconds(seconds: float, told: str) -> None:
    assert clock(seconds) == told


def test_a_moment_is_told_in_utc_for_the_page_to_put_into_the_readers_zone() -> None:
    assert local(NOON) == (
        '<local-time form="clock"><time datetime="2026-11-02T12:00:00.000Z">12:00:00 UTC</time></local-time>'
    )
    assert local(None) == "—"


def test_places_in_a_call_and_events_of_a_chat_have_words() -> None:
    assert offset(375_999) == "06:15"
    assert event("application/vnd.amazonaws.connect.event.participant.joined") == "participant joined"


def test_words_cannot_bring_markup_not_even_around_a_badge() -> None:
    assert said("<i>[NAME]</i>") == '&lt;i&gt;<mark class="redacted">[name]</mark>&lt;/i&gt;'


def test_a_mood_that_nobody_knows_is_told_as_it_came() -> None:
    assert "puzzled" in mood("PUZZLED")
    assert mood(None) == ""


def test_a_trend_goes_up_for_better_and_down_for_worse() -> None:
    assert points([1, 0, -1]) == "1,3 27,8 53,13"
    assert points([0]) == "1,8 53,8"


def test_bad_moods_come_before_long_calls_and_long_calls_before_short_ones() -> None:
    bad_new, calm_old, calm_new, good = (Call(first_heard_at=NOON + timedelta(minutes=at)) for at in (9, 0, 5, 1))
    for call, feeling in ((bad_new, "NEGATIVE"), (calm_old, "NEUTRAL"), (calm_new, ""), (good, "POSITIVE")):
        call.conversation = Conversation(mood=feeling)
    assert sorted([good, calm_new, calm_old, bad_new], key=order) == [bad_new, calm_old, calm_new, good]


def test_turns_stand_where_they_were_said_and_those_that_do_not_say_last() -> None:
    chat = Segment(said_at=datetime(1970, 1, 1, 0, 0, 1, 234000, tzinfo=UTC))
    assert [order(chat), order(Segment(begin_ms=0))] == [1234, 0]
    assert order(Segment()) > order(Segment(said_at=NOON))


def test_an_id_that_could_lead_elsewhere_makes_no_link() -> None:
    org = SalesforceOrg(lightning_url="https://acme.example")
    assert salesforce_url(Case(org=org, salesforce_id="../evil/00000001")) == ""
    assert salesforce_url(Case(org=org, salesforce_id="500000000000001")).endswith("/500000000000001/view")
    assert salesforce_url(Case(org=None, salesforce_id="500000000000001")) == ""
