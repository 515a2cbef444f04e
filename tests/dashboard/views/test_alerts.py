"""What alerts say, in which list they are, and what a person does about them."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.models import Alert, Call, Case, Instance, Person, Queue, Stream

from .conftest import ARN
from .test_cases import page

SignIn = Callable[..., Client]


def words(html: str) -> str:
    article = html.split('<article class="alert')[1].split("</article>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", article).split())


@pytest.fixture
def alert_of(alert: Alert) -> Callable[..., Alert]:
    def make(corrected: bool = False, **call: Any) -> Alert:
        Alert.objects.update(corrected_at=timezone.now() if corrected else None)
        Call.objects.filter(alerts=alert).update(**call)
        return alert

    return make


EARLY: dict[str, Any] = {"record": None, "record_arrived_at": None, "record_updated_at": None, "is_provisional": True}


def test_a_drop_that_events_told_is_provisional_and_known_since_its_alert(
    sign_in: SignIn, alert_of: Callable[..., Alert]
) -> None:
    alert = alert_of(**EARLY, stage_facts={"disconnected_at": "2026-11-02T09:00:00Z"})
    ended_at = Call.objects.get(alerts=alert).ended_at
    assert ended_at is not None
    Alert.objects.update(at=ended_at + timedelta(seconds=2))
    told = words(page(sign_in("alice"), "/"))
    assert "known 2 s later provisional" in told
    assert "left the queue." in told


def test_a_drop_that_a_record_told_is_not_provisional(sign_in: SignIn, alert_of: Callable[..., Alert]) -> None:
    alert_of()
    assert "provisional" not in words(page(sign_in("alice"), "/"))


def test_a_corrected_alert_says_what_is_true_and_who_says_so(sign_in: SignIn, alert_of: Callable[..., Alert]) -> None:
    alert_of(corrected=True, outcome="answered")
    html = page(sign_in("alice"), "/")
    assert 'class="alert is-corrected"' in html
    assert "Corrected: answered · Billing" in words(html)
    assert "talked with an agent. This was no dropped call, says its contact record." in words(html)
    alert_of(corrected=True, outcome="passed_on", **EARLY)
    assert "This was no dropped call, says what came later." in words(page(sign_in("alice"), "/"))


def test_a_broken_promise_is_told_as_one(sign_in: SignIn, alert_of: Callable[..., Alert]) -> None:
    alert_of(outcome="passed_on", promise="broken")
    told = words(page(sign_in("alice"), "/"))
    assert "Promise broken · Billing" in told
    assert ", and nobody went on with the call" in told
    assert "Acknowledge the broken promise of ••• 0142" in told


def test_without_an_alert_the_page_says_when_a_drop_appears(sign_in: SignIn) -> None:
    alice = sign_in("alice")
    assert "appears here at once, and its contact record confirms it" in page(alice, "/alerts/")
    Stream.objects.filter(kind="contact-events").delete()
    assert "appears here as soon as its contact record is known" in page(alice, "/alerts/")
    Stream.objects.filter(kind="contact-records").delete()
    assert "Drops are known from contact records" in page(alice, "/alerts/")


# What the kinds say


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("category", {"category": "Refund <b>"}, "••• 0142 is in a call that matches “Refund &lt;b&gt;”."),
        ("sentiment", {"turns": 3}, "••• 0142 has said 3 negative turns in a row."),
        ("sentiment", {"seconds": 90}, "••• 0142 has been in a negative mood for longer than 1:30."),
        ("long-call", {"seconds": 1800}, "••• 0142 has been on the line for longer than 30:00."),
        ("silence", {"seconds": 40}, "••• 0142 is in a call in which nobody has spoken for longer than 0:40."),
        ("long-wait", {"seconds": 120}, "••• 0142 has waited for longer than 2:00."),
    ],
)
def test_each_kind_of_alert_of_a_call_is_one_clear_sentence(
    sign_in: SignIn, alert: Alert, kind: str, detail: dict[str, Any], expected: str
) -> None:
    Alert.objects.update(kind=kind, detail=detail, severity="warning")
    told = words(page(sign_in("alice"), "/alerts/"))
    assert expected in told
    assert "Warning" in told


@pytest.mark.parametrize(
    ("figure", "level", "value", "limit", "expected"),
    [
        ("waiting", "red", 9, 8, "Billing has 9 callers waiting: red from 8 on."),
        ("oldest-s", "amber", 75.4, 60, "Billing has a caller who has waited for 1:15: amber from 1:00 on."),
        ("agents-free", "red", 0, 0, "Billing has 0 agents available: red from 0 down."),
        ("service-level", "red", 55.5, 60, "Billing has a service level of 55.5 % today: red from 60 down."),
        ("abandon-rate", "amber", 12, 10, "Billing has an abandon rate of 12 % today: amber from 10 on."),
    ],
)
def test_a_threshold_says_the_value_and_the_limit(
    sign_in: SignIn, instance: Instance, figure: str, level: str, value: float, limit: float, expected: str
) -> None:
    queue = Queue.objects.create(instance=instance, arn=f"{ARN}/queue/billing", name="Billing")
    detail = {"figure": figure, "level": level, "value": value, "limit": limit}
    Alert.objects.create(queue=queue, kind="threshold", detail=detail)
    html = page(sign_in("alice"), "/alerts/")
    assert expected in words(html)
    assert 'href="/?queue=Billing"' in html


# The lists


def shown(client: Client, query: str = "") -> list[str]:
    return sorted(re.findall(r'<article class="alert[^>]*id="(alert-\d+)"', page(client, f"/alerts/{query}")))


def element(alert: Alert) -> str:
    return f"alert-{alert.pk}"


@pytest.fixture
def several(make_case: Callable[..., Case]) -> list[Alert]:
    calls = [make_case(number=f"+1202555014{at}").calls.get() for at in range(4)]
    return [Alert.objects.create(call=call) for call in calls]


def test_an_alert_is_in_the_list_of_its_state(sign_in: SignIn, several: list[Alert], people: dict[str, Person]) -> None:
    alice = people["alice"]
    new, acknowledged, asleep, over = several
    assert acknowledged.acknowledge(by=alice)
    assert asleep.snooze(by=alice, seconds=300)
    assert over.close(by=alice)
    lists = {"new": new, "acknowledged": acknowledged, "asleep": asleep, "over": over}
    for name, alert in lists.items():
        assert shown(sign_in("alice"), f"?show={name}") == [element(alert)], name
    assert shown(sign_in("alice"), "?show=nonsense") == [element(new)]


def test_another_teams_alerts_are_in_no_list(sign_in: SignIn, several: list[Alert], people: dict[str, Person]) -> None:
    several[1].acknowledge(by=people["alice"])
    for name in ("new", "acknowledged", "asleep", "over"):
        assert shown(sign_in("carol"), f"?show={name}") == []


def test_filters_narrow_a_list(sign_in: SignIn, several: list[Alert], instance: Instance) -> None:
    warning, match, breach, _ = several
    Alert.objects.filter(pk=warning.pk).update(severity="warning")
    Alert.objects.filter(pk=match.pk).update(kind="category", detail={"category": "Refund"})
    queue = Queue.objects.create(instance=instance, arn=f"{ARN}/queue/billing", name="Billing")
    detail = {"figure": "waiting", "level": "red", "value": 9, "limit": 8}
    Alert.objects.filter(pk=breach.pk).update(call=None, queue=queue, kind="threshold", detail=detail)
    root = sign_in("root")
    assert shown(root, "?severity=warning") == [element(warning)]
    assert shown(root, "?kind=category&kind=threshold") == [element(match), element(breach)]
    assert shown(root, "?queue=Sales") == []
    assert len(shown(root, "?queue=Billing&queue=Sales")) == 4
    assert len(shown(root, "?kind=nonsense&severity=&queue=%00")) == 4


def test_the_page_costs_the_same_statements_for_one_alert_and_for_many(sign_in: SignIn, several: list[Alert]) -> None:
    alice = sign_in("alice")
    with CaptureQueriesContext(connection) as four:
        shown(alice)
    Alert.objects.exclude(pk=several[0].pk).delete()
    with CaptureQueriesContext(connection) as one:
        shown(alice)
    assert len(four) == len(one)


# What a person does


def act(client: Client, path: str, **form: Any) -> str:
    """What the person is told."""
    response = client.post(path, form, headers={"HX-Request": "true"})
    told: dict[str, Any] = json.loads(response.headers["HX-Trigger"])
    return str(told["said"]["words"])


def test_whoever_is_second_is_told_who_was_first(sign_in: SignIn, alert: Alert) -> None:
    path = f"/alerts/{alert.pk}"
    assert act(sign_in("alice"), f"{path}/acknowledge/") == "Acknowledged."
    assert act(sign_in("bob"), f"{path}/acknowledge/") == "Alice had acknowledged it before."
    assert act(sign_in("bob"), f"{path}/snooze/", minutes=5) == "Alice had acknowledged it before."
    assert act(sign_in("bob"), f"{path}/close/") == "Closed."
    assert act(sign_in("alice"), f"{path}/close/") == "Bob had closed it before."


def test_an_alert_sleeps_for_as_long_as_it_is_told_to(sign_in: SignIn, alert: Alert) -> None:
    assert act(sign_in("alice"), f"/alerts/{alert.pk}/snooze/", minutes=15) == "Asleep for 15 min."
    alert.refresh_from_db()
    assert alert.snoozed_until
    assert 890 < (alert.snoozed_until - timezone.now()).total_seconds() < 901


@pytest.mark.parametrize("minutes", ["", "0", "-5", "7", "99999999999999999999", "five"])
def test_no_alert_sleeps_for_another_time(sign_in: SignIn, alert: Alert, minutes: str) -> None:
    assert "Not snoozed" in act(sign_in("alice"), f"/alerts/{alert.pk}/snooze/", minutes=minutes)
    assert Alert.objects.unseen().count() == 1


def test_what_a_person_did_can_be_taken_back(sign_in: SignIn, alert: Alert) -> None:
    alice = sign_in("alice")
    for path, form in (("acknowledge", {}), ("snooze", {"minutes": 5}), ("close", {})):
        response = alice.post(f"/alerts/{alert.pk}/{path}/", form, headers={"HX-Request": "true"})
        undo = json.loads(response.headers["HX-Trigger"])["said"]["undo"]
        assert Alert.objects.unseen().count() == 0
        alice.post(undo["path"], {"alert": undo["alert"]})
        assert Alert.objects.unseen().count() == 1, path


def test_what_went_by_itself_does_not_become_new_again(sign_in: SignIn, alert: Alert) -> None:
    Alert.objects.update(closed_at=timezone.now())
    alice = sign_in("alice")
    assert act(alice, f"/alerts/{alert.pk}/renew/") == "It is over by itself."
    assert "Make new again" not in page(alice, "/alerts/?show=over")


def test_several_are_seen_to_at_once_and_foreign_ones_are_left_alone(
    sign_in: SignIn, several: list[Alert], make_case: Callable[..., Case]
) -> None:
    foreign = Alert.objects.create(call=make_case("Sales", "+12025550199").calls.get())
    pks = [alert.pk for alert in (*several[:3], foreign)]
    assert act(sign_in("alice"), "/alerts/acknowledge/", alert=pks) == "3 of 3 acknowledged."
    assert act(sign_in("bob"), "/alerts/acknowledge/", alert=[*pks, several[3].pk]) == (
        "1 of 4 acknowledged; somebody had seen to the others."
    )
    assert "No alert was selected" in act(sign_in("bob"), "/alerts/close/", alert=["x", "", "1e9"])
    foreign.refresh_from_db()
    assert foreign.is_unseen


# What has been seen


def unread(client: Client) -> int:
    found = re.search(r'data-unread-alerts="(\d*)"', page(client, "/alerts/"))
    assert found
    return int(found[1])


def test_new_alerts_are_unread_until_a_person_marks_them_as_seen(
    sign_in: SignIn, several: list[Alert], people: dict[str, Person]
) -> None:
    alice, bob = sign_in("alice"), sign_in("bob")
    several[0].acknowledge(by=people["bob"])
    assert unread(alice) == 3
    alice.post("/alerts/seen/")
    assert unread(alice) == 0
    assert unread(bob) == 3
    Alert.objects.filter(pk=several[1].pk).update(at=timezone.now())
    assert unread(alice) == 1


def test_who_sees_no_alerts_has_none_unread(sign_in: SignIn, alert: Alert) -> None:
    assert 'data-unread-alerts="0"' in page(sign_in("dave"), "/cases/")


def test_a_rows_words_hold_nothing_about_its_reader(sign_in: SignIn, alert: Alert) -> None:
    def article(name: str) -> str:
        html: str = re.split(r"(?=<article)|(?<=</article>)", page(sign_in(name), "/alerts/"))[1]
        return html

    sign_in("bob").post("/alerts/seen/")
    assert article("alice") == article("bob") == article("root")
