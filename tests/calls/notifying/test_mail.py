"""Alerts by e-mail, through a real server of this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from calls.models import Alert, AlertChannel
from calls.notifying.mail import NO_SERVER
from calls.notifying.trial import send_trial
from dashboard.mail_server import MailServer as Configured
from tests.calls.world import ALICE, World, dropped
from tests.dashboard.test_settings import environment, load

from .conftest import sweep
from .smtp import MailServer

__all__ = ["environment"]

Channel = Callable[..., AlertChannel]
Drop = Callable[..., Alert]
TO = "alice@acme.example, bob@acme.example"


def text(mails: MailServer) -> str:
    return str(mails.mails[0].get_content())


def channel_trouble() -> str:
    return AlertChannel.objects.get().trouble


def test_a_drop_is_told_in_one_mail_with_a_link_and_nothing_of_the_caller(
    channel: Channel, drop: Drop, mails: MailServer
) -> None:
    channel(kind="email", address=TO)
    drop("c1")
    sweep()
    [mail] = mails.mails
    assert mail["Subject"] == "Ringback: Dropped · Billing"
    assert mail["From"] == "Ringback <ringback@acme.example>"
    assert mail["To"] == TO
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "A caller left the queue after 1:00." in text(mails)
    assert "http://127.0.0.1:8000/calls/acme/c1/" in text(mails)
    assert ALICE[-4:] not in mail.as_string()


def test_fifty_alerts_are_one_mail(world: World, channel: Channel, mails: MailServer) -> None:
    channel(kind="email", address=TO)
    world.bring(*(dropped(f"c{at}", caller=f"+120255501{at:02}") for at in range(50)))
    sweep()
    [mail] = mails.mails
    assert mail["Subject"] == "Ringback: 50 alerts for Billing"
    assert "And 30 more." in text(mails)


def test_a_name_of_a_queue_with_a_line_break_adds_no_header(world: World, channel: Channel, mails: MailServer) -> None:
    name = "Billing\r\nBcc: eve@evil.example"
    billing = channel(kind="email", address=TO)
    billing.team.queues = [name]
    billing.team.save()
    record = dropped()
    world.bring({**record, "Queue": {**record["Queue"], "Name": name}})
    sweep()
    [mail] = mails.mails
    assert mail["Bcc"] is None
    assert len(mails.envelopes[0][1]) == 2


def test_without_a_mail_server_the_channel_says_so(channel: Channel, drop: Drop, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    channel(kind="email", address=TO)
    drop()
    sweep()
    assert channel_trouble() == NO_SERVER


@pytest.mark.parametrize(
    ("refuses", "code", "words"),
    [
        ("MAIL", 451, "The mail server answers 451"),
        ("RCPT", 550, "The mail server refuses every address"),
        ("DATA", 554, "The mail server answers 554"),
    ],
)
def test_what_a_mail_server_refuses_is_told_and_tried_again(
    channel: Channel, drop: Drop, mails: MailServer, refuses: str, code: int, words: str
) -> None:
    channel(kind="email", address=TO)
    drop()
    mails.refuses, mails.code = refuses, code
    sweep()
    assert channel_trouble() == words
    assert mails.mails == []


def test_one_address_of_two_that_is_refused_is_told_and_the_other_has_its_mail(
    channel: Channel, drop: Drop, mails: MailServer
) -> None:
    channel(kind="email", address=TO)
    drop()
    mails.refuses, mails.code = "RCPT TO:<bob", 550
    sweep()
    assert len(mails.mails) == 1
    assert channel_trouble() == "The mail server refuses 1 of 2 addresses"


def test_a_mail_server_that_is_away_is_told(
    channel: Channel, drop: Drop, mails: MailServer, settings: Settings
) -> None:
    settings.EMAIL_PORT = 1
    channel(kind="email", address=TO)
    drop()
    sweep()
    assert channel_trouble() == "The mail server cannot be reached: ConnectionRefusedError"


# Which server


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", Configured()),
        ("smtp://mail.acme.example", Configured("mail.acme.example", 25)),
        (
            "smtp+tls://a%40b:p%2Fw@mail.acme.example",
            Configured("mail.acme.example", 587, "a@b", "p/w", starts_tls=True),
        ),
        ("smtp+ssl://mail.acme.example:2465", Configured("mail.acme.example", 2465, is_tls=True)),
        ("smtp://user:word@localhost:1025", Configured("localhost", 1025, "user", "word")),
    ],
)
def test_an_address_names_the_mail_server(address: str, expected: Configured) -> None:
    assert Configured.parse(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "mail.acme.example",
        "http://mail.acme.example",
        "smtp://",
        "smtp://mail.acme.example:port",
        "smtp+tls://mail.acme.example/path",
        "smtp+tls://mail.acme.example?tls=no",
        "smtp://user:hidden@mail.acme.example",
    ],
)
def test_nonsense_ends_the_start_and_names_no_password(environment: pytest.MonkeyPatch, address: str) -> None:
    environment.setenv("EMAIL_URL", address)
    environment.setenv("EMAIL_FROM", "ringback@acme.example")
    with pytest.raises(ImproperlyConfigured) as error:
        load()
    assert "EMAIL_URL" in str(error.value)
    assert "hidden" not in str(error.value)


def test_a_mail_server_wants_an_address_to_send_from(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("EMAIL_URL", "smtp://mail.acme.example")
    with pytest.raises(ImproperlyConfigured, match="EMAIL_FROM"):
        load()
    environment.setenv("EMAIL_FROM", "Ringback <ringback@acme.example>")
    told: dict[str, Any] = load()
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"], told["EMAIL_USE_TLS"]) == ("mail.acme.example", 25, False)


def test_the_environment_is_documented() -> None:
    configuration = (Path(__file__).parents[3] / "docs/configuration.md").read_text()
    assert "`EMAIL_URL`" in configuration
    assert "`EMAIL_FROM`" in configuration


def test_a_test_arrives_at_once_and_ends_the_trouble(channel: Channel, mails: MailServer) -> None:
    made = channel(kind="email", address=TO, trouble="The mail server answers 451", is_on=False)
    assert send_trial(made) == ""
    [mail] = mails.mails
    assert mail["Subject"] == "Ringback: A test of Ringback's alerts for Billing"
    assert channel_trouble() == ""
