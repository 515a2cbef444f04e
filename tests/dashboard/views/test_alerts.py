"""What an alert on the wall says."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Alert, Call, Stream

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


def test_without_an_alert_the_wall_says_when_a_drop_appears(sign_in: SignIn) -> None:
    alice = sign_in("alice")
    assert "appears here at once, and its contact record confirms it" in page(alice, "/")
    Stream.objects.filter(kind="contact-events").delete()
    assert "appears here as soon as its contact record is known" in page(alice, "/")
    Stream.objects.filter(kind="contact-records").delete()
    assert "Drops are known from contact records" in page(alice, "/")
