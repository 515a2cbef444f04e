import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from calls.models import Agent, Call, Case, Instance
from calls.stages.facts import Facts
from transcripts.models import Segment

from .conftest import ARN, NUMBER, add_turns, dropped_call

SignIn = Callable[[str], Client]


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_call_shows_its_outcome_and_why(sign_in: SignIn, make_case: Callable[..., Case]) -> None:
    call = make_case().calls.get()
    html = page(sign_in("bob"), call.get_absolute_url())
    assert 'data-outcome="abandoned"' in html
    assert "Left the queue after 2:48" in html
    assert "Row 17" in html
    assert "<dt>wait_s</dt>" in html
    assert f"/cases/{call.case_id}/" in html


def test_a_provisional_outcome_says_until_when(sign_in: SignIn, instance: Instance) -> None:
    call = dropped_call(instance, None, "passed", "Billing", outcome="passed_on", outcome_row=10, is_provisional=True)
    Call.objects.filter(pk=call.pk).update(judge_at=call.ended_at)
    html = page(sign_in("alice"), call.get_absolute_url())
    assert "provisional" in html
    assert "another leg may change it until" in " ".join(html.split())


def test_every_field_of_the_record_is_shown_with_numbers_masked(
    sign_in: SignIn, make_case: Callable[..., Case]
) -> None:
    html = page(sign_in("alice"), make_case().calls.get().get_absolute_url())
    assert "Unmodelled / Depth / 1 / Note" in html
    assert "ring ••• 0142 later" in html
    assert "gold" in html
    assert NUMBER not in html


def test_words_are_escaped_and_what_was_taken_out_is_a_badge(sign_in: SignIn, live_call: Call) -> None:
    html = page(sign_in("alice"), live_call.get_absolute_url())
    assert "&lt;b&gt;words&lt;/b&gt; 1" in html
    assert '<mark class="redacted">[PII]</mark>' in html
    assert "speaking" in html


def test_characters_that_were_replaced_are_flagged(sign_in: SignIn, instance: Instance, live_call: Call) -> None:
    client = sign_in("alice")
    assert "no readable character" not in page(client, live_call.get_absolute_url())
    Segment.objects.filter(call_id=live_call.pk, turn_id="turn-0001").update(content="My name is A\ufffdlice")
    assert "no readable character" in page(client, live_call.get_absolute_url())
    Call.objects.filter(pk=live_call.pk).update(record={"ContactId": live_call.contact_id, "ringback:replaced": True})
    assert "no database keeps" in page(client, live_call.get_absolute_url())


def test_a_long_transcript_comes_in_pieces_without_gap_or_double(sign_in: SignIn, live_call: Call) -> None:
    Segment.objects.filter(call_id=live_call.pk).delete()
    add_turns(live_call, 450)
    alice = sign_in("alice")
    html = page(alice, live_call.get_absolute_url())
    turns = ids(html)
    while 'class="more"' in html:
        address = html.split('data-address="/turns/')[1].split('"')[0].replace("&amp;", "&")
        html = page(alice, f"/turns/{address}")
        turns = ids(html) + turns
    assert turns == [f"turn-{at:04}" for at in range(450)]


def ids(html: str) -> list[str]:
    return re.findall(r'id="turn-\d+-([^"]+)"', html)


def test_turns_that_were_taken_off_are_not_shown(sign_in: SignIn, live_call: Call) -> None:
    Segment.objects.filter(call_id=live_call.pk, turn_id="turn-0001").update(is_gone=True)
    assert ids(page(sign_in("alice"), live_call.get_absolute_url())) == ["turn-0000", "turn-0002"]


def test_a_call_whose_words_are_past_their_retention_says_so(sign_in: SignIn, instance: Instance) -> None:
    call = dropped_call(instance, None, "old", "Billing", filed_on=date(2001, 2, 3))
    html = page(sign_in("alice"), call.get_absolute_url())
    assert "The words were removed." in html
    assert "kept for 24 months after" in html


def test_a_leg_of_another_team_is_only_known_to_be_there(sign_in: SignIn, instance: Instance) -> None:
    first = dropped_call(instance, None, "first", "Billing", root_contact_id="root")
    dropped_call(instance, None, "second", "Sales", root_contact_id="root", previous_contact_id="first")
    html = page(sign_in("alice"), first.get_absolute_url())
    assert "The leg after: a leg that belongs to another team" in html
    assert "/second/" not in html


@pytest.mark.parametrize("contact_id", ["a/b", "..", "ä b?c#d", "100%41", "x" * 256])
def test_a_contact_id_may_hold_any_characters(sign_in: SignIn, instance: Instance, contact_id: str) -> None:
    call = dropped_call(instance, None, contact_id, "Billing")
    alice = sign_in("alice")
    assert "data-outcome" in page(alice, call.get_absolute_url())
    short = alice.get(reverse("call_by_contact_id", args=[contact_id]))
    assert short.headers["Location"] == call.get_absolute_url()


def test_a_contact_id_of_several_instances_lists_the_visible_ones(sign_in: SignIn, instance: Instance) -> None:
    other = Instance.objects.create(alias="other", arn=ARN.replace("0001", "0002"))
    third = Instance.objects.create(alias="third", arn=ARN.replace("0001", "0003"))
    for each in (instance, other, third):
        dropped_call(each, None, "same", "Billing")
    assert sign_in("alice").get("/calls/same/").headers["Location"] == "/calls/acme/same/"
    html = page(sign_in("root"), "/calls/same/")
    assert all(f"/calls/{alias}/same/" in html for alias in ("acme", "other", "third"))


def test_an_id_that_no_database_holds_is_absent(sign_in: SignIn, instance: Instance) -> None:
    assert sign_in("alice").get("/calls/acme/a%00b/").status_code == 404


@pytest.mark.parametrize("path", ["/calls/acme/%2500/", "/calls/%2500/", "/turns/{call}/?place=1&turn=%00"])
def test_a_nul_in_an_address_finds_nothing(sign_in: SignIn, live_call: Call, path: str) -> None:
    assert sign_in("alice").get(path.format(call=live_call.pk)).status_code == 404


def test_a_call_tells_its_stages_its_holds_and_whom_it_rang_in_vain(
    sign_in: SignIn, instance: Instance, live_call: Call
) -> None:
    Agent.objects.create(instance=instance, arn="arn:x/agent/77", username="eve", first_name="Eve", last_name="Kim")
    at = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    minutes = [at + timedelta(minutes=n) for n in range(10)]
    facts = Facts(
        initiated_at=minutes[0],
        enqueued_at=minutes[1],
        missed={"arn:x/agent/77": minutes[2], "arn:x/agent/78": minutes[3]},
        connected_at=minutes[4],
        holds=[(minutes[5], minutes[6]), (minutes[7], None)],
    )
    told = {"stage": "hold", "stage_since": minutes[7], "stage_source": "agent-events", "holds": 2}
    Call.objects.filter(pk=live_call.pk).update(stage_facts=msgspec.to_builtins(facts), **told)
    words = " ".join(re.sub(r"<[^>]+>", " ", page(sign_in("alice"), live_call.get_absolute_url())).split())
    assert "Stage On hold since 10:37:00 UTC by agent events" in words
    assert (
        "10:30:00 UTC In the flow 10:31:00 UTC In the queue 10:32:00 UTC Rang in vain at Eve Kim"
        " 10:33:00 UTC Rang in vain at 78 10:34:00 UTC With an agent 10:35:00 UTC On hold for 00:01:00"
        " 10:37:00 UTC On hold On hold 2 times."
    ) in words


def test_a_call_that_no_live_stream_told_of_has_no_stages(sign_in: SignIn, live_call: Call) -> None:
    html = page(sign_in("alice"), live_call.get_absolute_url())
    assert "<dt>Stage</dt>" not in html
    assert "<dt>So far</dt>" not in html
