import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calls.models import Agent, Alert, Call, Case, Instance, Person, Stream, Team

from .conftest import NUMBER

SignIn = Callable[[str], Client]


def page(client: Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_call_in_progress_is_told_by_its_words_mood_and_categories(sign_in: SignIn, live_call: Call) -> None:
    wall = page(sign_in("alice"))
    assert f'id="call-{live_call.pk}"' in wall
    assert "my card is" in wall
    assert '<mark class="redacted">[card number]</mark>' in wall
    assert "Repeat caller" in wall
    assert "</b> negative" in wall
    assert "known after the call" in wall


def test_the_worst_call_comes_first_and_then_the_longest(
    sign_in: SignIn, live_call: Call, instance: object, people: dict[str, Person]
) -> None:
    for number, minutes in (("calm-new", 1), ("calm-old", 9)):
        at = live_call.first_heard_at.replace(minute=minutes)  # type: ignore[union-attr]
        Call.objects.create(
            instance=live_call.instance, contact_id=number, root_contact_id=number, queue_name="Billing",
            is_live=True, first_heard_at=at,
        )  # fmt: skip
    order = re.findall(r'id="open-call-(\d+)"', page(sign_in("alice")))
    names = [Call.objects.get(pk=pk).contact_id for pk in order]
    assert names == ["live-1", "calm-new", "calm-old"]


def test_another_team_sees_neither_call_nor_alert(sign_in: SignIn, live_call: Call, alert: Alert) -> None:
    wall = page(sign_in("carol"))
    assert "open-call-" not in wall
    assert "alert-why" not in wall


def test_an_alert_says_when_it_ended_when_it_was_known_and_why(sign_in: SignIn, alert: Alert) -> None:
    wall = page(sign_in("alice"))
    assert "Dropped · Billing · ended" in wall
    assert "known 66 s later" in wall
    assert "••• 0142</a> left the queue after 2:48." in " ".join(wall.split())
    call = Call.objects.get(alerts=alert)
    assert f'href="{call.get_absolute_url()}#why-{call.pk}"' in wall


def test_an_acknowledged_alert_is_gone_and_the_second_click_hears_who_was_first(sign_in: SignIn, alert: Alert) -> None:
    path = f"/alerts/{alert.pk}/acknowledge/"
    assert "Acknowledged." in sign_in("alice").post(path, follow=True).content.decode()
    second = sign_in("bob").post(path, follow=True).content.decode()
    assert "Alice had acknowledged it before." in second
    assert f'id="alert-{alert.pk}"' not in second


def test_figures_count_what_the_person_may_see(
    sign_in: SignIn, live_call: Call, make_case: Callable[..., Case]
) -> None:
    make_case(queue="Billing")
    make_case(queue="Sales", number="+12025550143")
    bob = page(sign_in("bob"))
    counted = dict(re.findall(r'id="figure-(\S+)"[^>]*>\s*(\S+?)\s*<', bob))
    assert [counted[name] for name in ("progress", "dropped", "cases")] == ["1", "1", "1"]
    assert "Open cases" not in page(sign_in("alice"))


def test_a_figure_that_no_stream_can_know_names_the_stream(sign_in: SignIn) -> None:
    Stream.objects.exclude(kind="contact-records").delete()
    wall = page(sign_in("alice"))
    for kinds in ("a contact-lens or contact-events", "a contact-events", "an agent-events"):
        assert f"needs {kinds} stream" in wall
    for kind in ("a contact-lens stream", "an agent-events stream"):
        assert f"Ask an admin to add {kind}" in wall
    assert "or a contact-events stream." in wall


def test_an_empty_wall_says_what_will_appear(sign_in: SignIn) -> None:
    wall = page(sign_in("alice"))
    assert "No call in progress that you may see." in wall
    assert "A call appears here when it begins" in wall
    assert "Agents appear here when they sign in" in wall


def test_somebody_without_a_team_is_told_so(sign_in: SignIn, people: dict[str, Person]) -> None:
    people["erin"].teams.clear()
    assert "You are in no team yet." in page(sign_in("erin"))


def test_an_agent_is_led_to_the_dropped_calls(sign_in: SignIn) -> None:
    response = sign_in("dave").get("/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/cases/"


@pytest.mark.parametrize("path", ["/", "/cases/", "/cases/{case}/", "/calls/acme/{call}/"])
def test_no_page_shows_a_whole_number_or_carries_anything_inline(sign_in: SignIn, alert: Alert, path: str) -> None:
    call = Call.objects.get(alerts=alert)
    html = page(sign_in("bob"), path.format(case=call.case_id, call=call.contact_id))
    assert NUMBER.removeprefix("+") not in html
    assert "••• 0142" in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)


def test_a_live_page_says_what_it_watches_and_from_where(sign_in: SignIn, live_call: Call) -> None:
    wall = page(sign_in("alice"))
    assert 'data-watch="wall alerts"' in wall
    assert re.search(r'data-cursor="\d+" data-epoch="[^"]+"', wall)
    assert 'data-watch="wall"' in page(sign_in("erin"))
    assert f'data-number="{live_call.number}"' in page(sign_in("alice"), live_call.get_absolute_url())


LATER = "arn:aws:connect:us-east-1:123456789012:instance/i/queue/9d3c"


def rows(html: str, thing: str) -> list[str]:
    """The words of each row of a list, without its marks."""
    found = re.findall(rf'<(?:tr|article)[^>]*id="{thing}-\d+".*?</(?:tr|article)>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def stage(call: Call, name: str, for_s: float, **fields: Any) -> None:
    at = datetime.now(UTC) - timedelta(seconds=for_s)
    told = {"stage": name, "stage_since": at, "stage_source": "contact-events", "enqueued_at": at}
    Call.objects.filter(pk=call.pk).update(**told | fields)


def test_a_row_tells_the_stage_since_when_and_who_says_so(sign_in: SignIn, live_call: Call) -> None:
    stage(live_call, "hold", 200, holds=2, stage_source="agent-events", agent_username="bob.hale")
    wall = page(sign_in("alice"))
    (row,) = rows(wall, "call")
    assert re.search(r"On hold by agent events on hold 2 times 00:03:2\d over 3:00 Billing bob.hale", row)
    assert 'title="by agent events"' in wall


def test_without_live_events_a_row_tells_for_how_long_it_was_heard(sign_in: SignIn, live_call: Call) -> None:
    Stream.objects.filter(kind__in=("contact-events", "agent-events")).delete()
    Call.objects.filter(pk=live_call.pk).update(stage="talking", stage_source="contact-lens")
    wall = page(sign_in("alice"))
    assert "Heard for</a>" in wall
    assert 'class="calls"' in wall  # not "calls staged", which shows the stages
    assert "00:02:0" in rows(wall, "call")[0]


def test_a_call_that_nobody_has_heard_of_says_since_when(sign_in: SignIn, live_call: Call) -> None:
    heard_at = datetime(2026, 11, 2, 10, 31, tzinfo=UTC)
    stage(live_call, "talking", 900, is_silent=True, last_heard_at=heard_at)
    assert "not heard of since 10:31 UTC" in rows(page(sign_in("alice")), "call")[0]


def test_without_names_and_number_a_row_shows_what_is_known(
    sign_in: SignIn, live_call: Call, people: dict[str, Person]
) -> None:
    stage(live_call, "talking", 10, queue_name="", queue_arn=LATER, agent_arn="arn:x/agent/77")
    (row,) = rows(page(sign_in("root")), "call")
    assert row.startswith("number known after the call")
    assert "9d3c 77" in row
    Instance.objects.update(describe_contacts=True)
    assert rows(page(sign_in("root")), "call")[0].startswith("number being asked")
    Call.objects.update(described_at=datetime.now(UTC))
    assert rows(page(sign_in("root")), "call")[0].startswith("number known after the call")


def test_a_hold_that_lasts_too_long_leads_the_list(sign_in: SignIn, live_call: Call) -> None:
    calm = {"instance": live_call.instance, "queue_name": "Billing", "is_live": True}
    stage(live_call, "talking", 400)
    for contact_id, for_s in (("held", 301), ("held shortly", 20)):
        held = Call.objects.create(**calm, contact_id=contact_id, root_contact_id=contact_id)
        stage(held, "hold", for_s, first_heard_at=datetime.now(UTC))
    order = re.findall(r'id="open-call-(\d+)"', page(sign_in("alice")))
    assert [Call.objects.get(pk=pk).contact_id for pk in order] == ["held", "live-1", "held shortly"]


def test_who_waits_stands_in_the_one_list_and_leads_it_when_it_takes_too_long_but_a_callback_comes_last(
    sign_in: SignIn, live_call: Call
) -> None:
    make = {"instance": live_call.instance, "queue_name": "Billing", "is_live": True}
    waits = [("short", "waiting", 10, {}), ("long", "waiting", 130, {}), ("rings", "ringing", 70, {}),
             ("later", "waiting", 900, {"initiation_method": "CALLBACK"})]  # fmt: skip
    for contact_id, name, for_s, fields in waits:
        stage(Call.objects.create(**make, contact_id=contact_id, root_contact_id=contact_id), name, for_s, **fields)
    Call.objects.exclude(pk=live_call.pk).update(began_at=F("stage_since"))
    stage(live_call, "talking", 500)
    wall = page(sign_in("alice"))
    order = re.findall(r'id="open-call-(\d+)"', wall)
    assert [Call.objects.get(pk=pk).contact_id for pk in order] == ["long", "live-1", "rings", "short", "later"]
    long, _, rings, short, later = rows(wall, "call")
    assert "over 2:00" in long
    assert "over 1:00" in rings
    assert "Ringing" in rings
    assert "over" not in short
    assert "Callback pending" in later
    assert "over" not in later


def test_whoever_waits_again_after_a_drop_is_known_by_it(
    sign_in: SignIn, live_call: Call, make_case: Callable[..., Case]
) -> None:
    case = make_case()
    case.calls.update(caller=case.caller)
    stage(live_call, "waiting", 10, caller=case.caller, caller_address=NUMBER)
    (row,) = rows(page(sign_in("alice")), "call")
    assert row.startswith("••• 0142 , first heard")
    assert "dropped once here in 24 hours ○ Waiting" in row


def test_an_agent_is_seen_by_the_teams_that_name_it(sign_in: SignIn, instance: Instance) -> None:
    at = datetime.now(UTC) - timedelta(seconds=350)
    held = {"contact_id": "c/1", "channel": "VOICE", "state": "CONNECTED_ONHOLD", "since": at.isoformat(),
            "queue_arn": LATER, "queue_name": "Billing"}  # fmt: skip
    Agent.objects.create(
        instance=instance, arn="a", username="bob.hale", first_name="Bob", last_name="Hale", is_signed_in=True,
        status="Available", routing_profile="Voice and chat", concurrency=[["VOICE", 0, 1], ["CHAT", 2, 3]],
        contacts=[held], next_status="Lunch",
    )  # fmt: skip
    assert rows(page(sign_in("alice")), "agent") == []
    assert "No agent of your teams is signed in." in page(sign_in("alice"))
    Team.objects.filter(name="Billing").update(agents=["bob.hale"])
    wall = page(sign_in("alice"))
    (tile,) = rows(wall, "agent")
    assert "Bob Hale ‖ On hold 00:05:5" in tile
    assert "over 5:00 Call of Bob Hale · Billing Next: Lunch Voice and chat Voice 0/1 free Chat 2/3 free" in tile
    assert 'href="/calls/acme/c%252F1/"' in wall
    assert rows(page(sign_in("carol")), "agent") == []


def test_an_agent_that_nobody_has_heard_of_says_since_when(sign_in: SignIn, instance: Instance) -> None:
    heard_at = datetime(2026, 11, 2, 10, 31, tzinfo=UTC)
    Agent.objects.create(
        instance=instance, arn="a", username="bob", is_signed_in=True, is_missing=True, heard_at=heard_at
    )
    Agent.objects.create(instance=instance, arn="b", username="new", is_signed_in=True, is_missing=True)
    lost, new = rows(page(sign_in("root")), "agent")
    assert "Not heard of since" in lost
    assert "10:31 UTC" in lost
    assert "Not heard of" in new


def test_the_wall_costs_the_same_for_few_calls_and_agents_as_for_many(sign_in: SignIn, live_call: Call) -> None:
    client, costs = sign_in("bob"), set()
    Team.objects.filter(name="Billing").update(agents=[f"agent{at}" for at in range(30)])
    for at in range(30):
        call = Call.objects.create(
            instance=live_call.instance, contact_id=f"c{at}", root_contact_id=f"c{at}", is_live=True,
            queue_name="Billing", stage_facts={"missed": {"arn:x/agent/77": "2026-11-02T10:31:00Z"}},
        )  # fmt: skip
        stage(call, "waiting" if at % 2 else "ringing", 10)
        contact = {"contact_id": "c", "state": "CONNECTED", "since": "2026-11-02T10:31:00Z"}
        Agent.objects.create(
            instance=live_call.instance, arn=str(at), username=f"agent{at}", is_signed_in=True, contacts=[contact]
        )
        if at in (0, 29):
            with CaptureQueriesContext(connection) as asked:
                wall = page(client)
            assert len(rows(wall, "agent")) == len(rows(wall, "call")) - 1 == at + 1
            costs.add(len(asked))
    assert len(costs) == 1
