import re
from collections.abc import Callable

import pytest
from django.test import Client

from calls.models import Alert, Call, Case, Person, Stream

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
    assert "••• 0142</span> left the queue after 2:48." in wall
    assert f'href="{alert.call.get_absolute_url()}#why"' in wall


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
    bob = page(sign_in("bob"), "/figures/")
    assert re.findall(r">(\d+)<", bob) == ["1", "1", "1"]
    assert "Open cases" not in page(sign_in("alice"), "/figures/")


def test_a_figure_that_no_stream_can_know_names_the_stream(sign_in: SignIn) -> None:
    Stream.objects.filter(kind="contact-lens").delete()
    wall = page(sign_in("alice"))
    assert "needs a contact-lens stream" in wall
    assert "Ask an admin to add a contact-lens stream" in wall


def test_an_empty_wall_says_what_will_appear(sign_in: SignIn) -> None:
    wall = page(sign_in("alice"))
    assert "No call in progress that you may see." in wall
    assert "No dropped call waits for you." in wall


def test_somebody_without_a_team_is_told_so(sign_in: SignIn, people: dict[str, Person]) -> None:
    people["erin"].teams.clear()
    assert "You are in no team yet." in page(sign_in("erin"))


def test_an_agent_is_led_to_the_dropped_calls(sign_in: SignIn) -> None:
    response = sign_in("dave").get("/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/cases/"


@pytest.mark.parametrize("path", ["/", "/cases/", "/cases/{case}/", "/calls/acme/{call}/"])
def test_no_page_shows_a_whole_number_or_carries_anything_inline(sign_in: SignIn, alert: Alert, path: str) -> None:
    html = page(sign_in("bob"), path.format(case=alert.call.case_id, call=alert.call.contact_id))
    assert NUMBER.removeprefix("+") not in html
    assert "••• 0142" in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)


def test_a_live_page_says_what_it_watches_and_from_where(sign_in: SignIn, live_call: Call) -> None:
    wall = page(sign_in("alice"))
    assert 'data-watch="wall alerts"' in wall
    assert re.search(r'data-cursor="\d+" data-epoch="[^"]+"', wall)
    assert 'data-watch="wall"' in page(sign_in("erin"))
    assert f'data-number="{live_call.number}"' in page(sign_in("alice"), live_call.get_absolute_url())
