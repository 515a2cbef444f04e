"""The transcript on a call's page and beside the wall's list."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from calls.models import Call, Caller, Case
from transcripts.models import Conversation, Segment

from .conftest import NUMBER, add_turns

SignIn = Callable[[str], Client]


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def change(call: Call, **fields: object) -> None:
    Segment.objects.filter(call_id=call.pk, turn_id="turn-0001").update(**fields)


def words_of(html: str, turn_id: str = "turn-0001") -> str:
    found = re.search(rf'id="turn-\d+-{turn_id}".*?<p class="said" dir="auto">(.*?)</p>', html)
    assert found
    return found[1]


def test_the_very_words_of_an_issue_are_marked(sign_in: SignIn, live_call: Call) -> None:
    change(live_call, content="I <b>was charged</b> twice", issues=[[2, 16], [10, 27]])
    html = page(sign_in("alice"), live_call.get_absolute_url())
    marked = re.sub(r"</mark><mark[^>]*>", "", words_of(html))
    assert re.sub(r"</?mark[^>]*>", "|", marked).startswith("I |&lt;b&gt;was charged&lt;/b&gt; twice|")


def test_what_was_taken_out_of_an_issue_stays_a_badge(sign_in: SignIn, live_call: Call) -> None:
    change(live_call, content="card [card number] twice", issues=[[0, 24]])
    assert '<mark class="redacted">[card number]</mark>' in words_of(
        page(sign_in("alice"), live_call.get_absolute_url())
    )


def test_words_of_any_script_run_in_their_own_direction_and_language(sign_in: SignIn, live_call: Call) -> None:
    Conversation.objects.filter(call=live_call).update(language="ar-SA")
    change(live_call, content="مرحبا، أين حقيبتي؟")
    html = page(sign_in("alice"), live_call.get_absolute_url())
    assert words_of(html) == "مرحبا، أين حقيبتي؟"
    assert re.search(r'role="log"[^>]* lang="ar-SA"', html)


def test_the_page_knows_where_each_turn_lies_and_where_categories_matched(sign_in: SignIn, live_call: Call) -> None:
    Conversation.objects.filter(call=live_call).update(categories={"Refund": {"points": [[0, 900]], "rule_id": None}})
    html = page(sign_in("alice"), live_call.get_absolute_url())
    assert re.search(r'id="turn-\d+-turn-0000"[^>]* data-begin="0" data-end="900"', html)
    assert 'data-match="Refund" data-places="[[0,900]]"' in html


def test_no_more_than_the_last_turns_come_at_once_and_more_where_somebody_looks(
    sign_in: SignIn, live_call: Call
) -> None:
    Segment.objects.filter(call_id=live_call.pk).delete()
    add_turns(live_call, 1300)
    alice = sign_in("alice")
    html = page(alice, live_call.get_absolute_url())
    assert html.count('class="said"') == 200
    address = re.search(r'data-address="(/turns/[^"]+)"', html)
    assert address
    earlier = address[1].replace("&amp;", "&")
    assert page(alice, earlier).count('class="said"') == 200
    assert page(alice, f"{earlier}&many=1").count('class="said"') == 1000


@pytest.mark.parametrize("place", ["", "x", "1e3", str(2**63), str(-(2**70))])
def test_a_place_that_is_none_finds_nothing(sign_in: SignIn, live_call: Call, place: str) -> None:
    assert sign_in("alice").get(f"/turns/{live_call.pk}/?place={place}").status_code == 404


def test_a_pane_shows_who_it_is_why_and_what_was_said_last(sign_in: SignIn, live_call: Call) -> None:
    caller = Caller.objects.create(instance=live_call.instance, key=NUMBER, name="Ana Torres", tier="gold")
    Call.objects.filter(pk=live_call.pk).update(caller=caller, caller_address=NUMBER, agent_username="eve")
    Segment.objects.filter(call_id=live_call.pk).delete()
    add_turns(live_call, 100)
    html = page(sign_in("alice"), f"/calls/pane/{live_call.pk}/")
    assert html.count('class="said"') == 60
    assert "Ana Torres · gold · ••• 0142" in html
    assert "In progress" in html
    assert f'href="{live_call.get_absolute_url()}"' in html
    assert f'data-slot="turns:{live_call.pk}"' in html
    assert NUMBER not in html


def test_a_pane_of_a_call_that_ended_says_so(sign_in: SignIn, make_case: Callable[..., Case]) -> None:
    call = make_case().calls.get()
    html = page(sign_in("bob"), f"/calls/pane/{call.pk}/")
    assert "Ended" in html
    assert "In progress" not in html


def test_panes_are_for_those_who_see_the_wall_and_the_call(sign_in: SignIn, live_call: Call) -> None:
    assert sign_in("carol").get(f"/calls/pane/{live_call.pk}/").status_code == 404
    assert sign_in("dave").get(f"/calls/pane/{live_call.pk}/").status_code == 403
