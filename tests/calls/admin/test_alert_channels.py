"""Channels of alerts: their secrets are never shown, and a test shows at once whether they work."""

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import Settings

from calls.models import AlertChannel, Team

from .test_set_up import address, save

HIDDEN = "https://hooks.acme.example/T000/secret-path"


@pytest.fixture
def channel(team: Team) -> AlertChannel:
    return AlertChannel.objects.create(team=team, name="pager", kind="webhook", address=HIDDEN, signing_key="a key")


def test_a_channel_is_added_and_its_address_is_not_shown_again(admin: Client, team: Team) -> None:
    html = save(
        admin,
        "/admin/calls/alertchannel/add/",
        team=str(team.pk),
        name="pager",
        kind="slack",
        address=HIDDEN,
        least_severity="critical",
    )
    made = AlertChannel.objects.get()
    assert (made.address, made.least_severity, made.is_on) == (HIDDEN, "critical", True)
    assert "secret-path" not in html


def test_a_channel_that_is_changed_keeps_its_secrets(admin: Client, channel: AlertChannel) -> None:
    html = save(admin, address(channel), name="night pager")
    kept = AlertChannel.objects.get()
    assert (kept.name, kept.address, kept.signing_key) == ("night pager", HIDDEN, "a key")
    assert "secret-path" not in html
    assert not LogEntry.objects.filter(change_message__contains="secret-path").exists()


@pytest.mark.parametrize(
    ("kind", "given", "key", "words"),
    [
        ("email", "alice@acme.example, nobody", "", "Enter a valid email address"),
        ("slack", "http://hooks.acme.example/x", "", "begins with https://"),
        ("webhook", HIDDEN, "", "A webhook needs one"),
    ],
)
def test_nonsense_is_shown_in_the_form(admin: Client, team: Team, kind: str, given: str, key: str, words: str) -> None:
    html = save(
        admin,
        "/admin/calls/alertchannel/add/",
        team=str(team.pk),
        name="pager",
        kind=kind,
        address=given,
        signing_key=key,
    )
    assert words in html
    assert not AlertChannel.objects.exists()


def test_a_test_that_does_not_arrive_says_why(admin: Client, channel: AlertChannel, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    AlertChannel.objects.update(kind="email", address="alice@acme.example")
    form = {"action": "test", "_selected_action": str(channel.pk), "back_to": "page"}
    html = admin.post("/admin/calls/alertchannel/", form, follow=True).content.decode()
    assert ": No mail server is configured" in html
    assert AlertChannel.objects.get().trouble.startswith("No mail server is configured")


def test_a_secret_that_cannot_be_read_keeps_nobody_from_the_list_and_a_test_tells_of_it(
    admin: Client, channel: AlertChannel, settings: Settings
) -> None:
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    assert "pager" in admin.get("/admin/calls/alertchannel/").text
    told = admin.post(
        "/admin/calls/alertchannel/", {"action": "test", "_selected_action": [str(channel.pk)]}, follow=True
    )
    assert "RINGBACK_SECRETS_KEYS" in told.text
