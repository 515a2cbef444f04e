"""Acme's teams Billing and Sales, a dropped call of Billing, and places for alerts to go to."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from pytest_django import Settings

from calls.models import Alert, AlertChannel, Call, Team
from calls.notifying.delivering import deliver_alerts, find_deliveries
from tests.calls.world import World, answered, dropped

from .hook import Hook, hook_server
from .smtp import MailServer, mail_server

WORDS = "my card is stolen"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def hook(authority: trustme.CA) -> Iterator[Hook]:
    with hook_server(authority) as hook:
        yield hook


@pytest.fixture
def mails(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.DEFAULT_FROM_EMAIL = "Ringback <ringback@acme.example>"
        yield server


@pytest.fixture
def teams(world: World) -> dict[str, Team]:
    return {
        name: Team.objects.create(name=name, instance=world.instance, queues=[name]) for name in ("Billing", "Sales")
    }


@pytest.fixture
def channel(teams: dict[str, Team]) -> Callable[..., AlertChannel]:
    def make(team: str = "Billing", kind: str = "webhook", **fields: Any) -> AlertChannel:
        return AlertChannel.objects.create(
            **{"team": teams[team], "kind": kind, "name": f"{team} {kind}", "signing_key": "a key", **fields}
        )

    return make


@pytest.fixture
def drop(world: World) -> Callable[..., Alert]:
    """An alert of a call that dropped in the queue Billing."""

    def make(contact_id: str = "c1", **fields: Any) -> Alert:
        world.bring(dropped(contact_id, caller=f"+1202555{len(Alert.objects.all()):04}"))
        Alert.objects.filter(call__contact_id=contact_id).update(**fields)
        return Alert.objects.get(call__contact_id=contact_id)

    return make


@pytest.fixture
def call(world: World) -> Callable[..., Call]:
    def make(contact_id: str = "talk", **record: Any) -> Call:
        world.bring(answered(contact_id, **record))
        return world.call(contact_id)

    return make


def sweep(hook: Hook | None = None) -> list[int]:
    """The channels for which something was due, each of which has been sent it."""
    found: list[int] = []
    find_deliveries(found.append)
    for channel_id in found:
        deliver_alerts(channel_id, hook.connect) if hook else deliver_alerts(channel_id)
    return found
