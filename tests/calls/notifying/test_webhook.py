"""What a webhook is sent, where to, and what it may not do to Ringback."""

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from calls.models import Alert, AlertChannel, Call, Caller
from calls.notifying.errors import UndeliveredError
from calls.notifying.message import trial_message
from calls.notifying.public_only import is_public, public_only
from calls.notifying.webhook import send_webhook
from tests.calls.world import ALICE, World

from .conftest import sweep
from .hook import HOST, Here, Hook, hook_server

Channel = Callable[..., AlertChannel]
Drop = Callable[..., Alert]


def trouble(channel: AlertChannel, connect: Any = public_only) -> str:
    with pytest.raises(UndeliveredError) as error:
        send_webhook(channel, trial_message(channel), connect)
    return str(error.value)


def test_what_is_sent_is_signed_over_its_moment_and_its_body(channel: Channel, drop: Drop, hook: Hook) -> None:
    channel(address=hook.address, signing_key="a key of Acme's")
    drop()
    sweep(hook)
    [got] = hook.got
    at = got.headers["Ringback-Timestamp"]
    expected = hmac.new(b"a key of Acme's", at.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["Ringback-Signature"] == f"sha256={expected}"
    assert abs(time.time() - int(at)) < 60
    assert got.path == "/team/secret-path"


def test_the_plain_body_tells_each_alert_and_links_to_its_page(channel: Channel, drop: Drop, hook: Hook) -> None:
    channel(address=hook.address)
    alert = drop("c1")
    sweep(hook)
    told = hook.got[0].told
    [line] = told["alerts"]
    assert (told["version"], told["team"], told["more"], told["is_test"]) == (1, "Billing", 0, False)
    assert {name: line[name] for name in ("id", "kind", "severity", "instance", "queue", "title")} == {
        "id": alert.pk,
        "kind": "drop",
        "severity": "critical",
        "instance": "acme",
        "queue": "Billing",
        "title": "Dropped · Billing",
    }
    assert line["sentence"] == "A caller left the queue after 1:00."
    assert line["link"] == "http://127.0.0.1:8000/calls/acme/c1/"


@pytest.mark.parametrize("kind", ["webhook", "slack", "teams"])
def test_no_number_and_no_word_of_a_call_is_in_what_is_sent(
    channel: Channel, drop: Drop, hook: Hook, kind: str
) -> None:
    channel(kind=kind, address=hook.address)
    drop()
    Call.objects.update(caller_address=ALICE)
    Caller.objects.update(name="Ana Torres")
    sweep(hook)
    body = hook.got[0].body.decode()
    assert not any(secret in body for secret in (ALICE, ALICE[-4:], "Ana Torres"))


def test_slack_gets_text_and_blocks_with_links_that_no_name_breaks(
    world: World, channel: Channel, drop: Drop, hook: Hook
) -> None:
    channel(kind="slack", address=hook.address)
    alert = drop(kind="category", detail={"category": "a <b> & c|d"})
    sweep(hook)
    told = hook.got[0].told
    assert told["text"] == "Category matched · Billing"
    words = told["blocks"][0]["text"]["text"]
    assert words.startswith(f"*<http://127.0.0.1:8000{alert.call.get_absolute_url()}|Category matched · Billing>*")  # type: ignore[union-attr]
    assert "“a &lt;b&gt; &amp; c/d”" in words


def test_teams_gets_a_card_with_links_that_no_name_breaks(channel: Channel, drop: Drop, hook: Hook) -> None:
    channel(kind="teams", address=hook.address)
    drop(kind="category", detail={"category": "[x](https://evil.example)"})
    sweep(hook)
    [attachment] = hook.got[0].told["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    texts = [block["text"] for block in attachment["content"]["body"]]
    assert texts[0].startswith("[Category matched · Billing](http://127.0.0.1:8000/calls/acme/c1/)")
    assert r"\[x\]\(https://evil.example\)" in texts[1]


def test_the_name_of_the_host_is_asked_for_whatever_address_it_has(channel: Channel, hook: Hook) -> None:
    made = channel(address=hook.address)
    send_webhook(made, trial_message(made), hook.connect)
    assert hook.names == [HOST]
    assert hook.got[0].headers["Host"] == f"{HOST}:{hook.port}"


def test_a_redirect_is_not_followed(channel: Channel, hook: Hook) -> None:
    hook.status, hook.headers = 302, {"Location": f"https://{HOST}:{hook.port}/elsewhere"}
    assert trouble(channel(address=hook.address), hook.connect) == "It answers 302 (redirects are not followed)"
    assert len(hook.got) == 1


def test_an_endless_answer_is_not_read(channel: Channel, hook: Hook) -> None:
    hook.answer = b"x" * 50_000_000
    made = channel(address=hook.address)
    send_webhook(made, trial_message(made), hook.connect)
    assert len(hook.got) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(channel: Channel, hook: Hook) -> None:
    with hook_server(trustme.CA()) as other:
        other.authority = hook.authority
        assert trouble(channel(address=other.address), other.connect) == "Its certificate is not trusted"
        assert other.got == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.7",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "0.1.2.3",
        "[::]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
    ],
)
def test_only_public_addresses_are_reached(channel: Channel, hook: Hook, host: str) -> None:
    assert trouble(channel(address=f"https://{host}:{hook.port}/")).startswith("Its address is not")
    assert hook.names == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:4700::6810:84e5", True),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::5db8:d70e", True),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("255.255.255.255", False),
        ("198.51.100.7", False),
        ("2001:0:7f00:1::", False),
        ("fec0::1", False),
        ("240.0.0.1", False),
    ],
)
def test_what_a_public_address_is(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_a_name_that_first_is_public_and_then_is_not_is_refused_at_the_connection(channel: Channel, hook: Hook) -> None:
    """The address of the very connection is asked about: what the name meant before does not matter."""

    def rebound() -> Any:
        connector = public_only()
        connector._resolver = Here()
        return connector

    assert trouble(channel(address=hook.address), rebound) == "Its address is not a public one"
    assert hook.names == []


def test_trouble_says_neither_the_address_nor_the_key(channel: Channel) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        made = channel(address=f"https://{HOST}.invalid:{closed.getsockname()[1]}/secret-path")
        said = trouble(made)
    assert said == "Its name is not known"


@pytest.mark.parametrize("address", ["http://hooks.acme.example/", "https://", "https://[::1", "ftp://x"])
def test_what_is_no_https_address_is_said_to_be_none(channel: Channel, address: str) -> None:
    assert trouble(channel(address=address)).startswith("Its address")


def test_a_test_says_that_it_is_one(channel: Channel, hook: Hook) -> None:
    made = channel(address=hook.address)
    send_webhook(made, trial_message(made), hook.connect)
    told = json.loads(hook.got[0].body)
    assert told["is_test"] is True
    assert told["alerts"] == []
