"""Which alerts go where, once, and what becomes of those that do not arrive."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from calls.models import Alert, AlertChannel, AlertDelivery, Person, Team
from calls.notifying.delivering import deliver_alerts, find_deliveries
from calls.notifying.owing import owe_deliveries
from calls.sweeps import sweep_owed
from tests.at_once import at_once
from tests.calls.world import World, dropped

from .conftest import sweep
from .hook import Hook

Channel = Callable[..., AlertChannel]
Drop = Callable[..., Alert]
GIVEN_UP, SENT, WAITING = AlertDelivery.State.GIVEN_UP, AlertDelivery.State.SENT, AlertDelivery.State.WAITING


def state() -> str:
    return AlertDelivery.objects.get().state


def due_now() -> None:
    AlertDelivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_new_alert_reaches_its_teams_channel_once(channel: Channel, drop: Drop, hook: Hook) -> None:
    billing = channel(address=hook.address)
    channel("Sales", address=hook.address)
    drop()
    assert sweep(hook) == [billing.pk]
    assert sweep(hook) == []
    assert len(hook.got) == 1
    assert state() == SENT


@pytest.mark.parametrize(("least", "is_sent"), [("notice", True), ("warning", True), ("critical", False)])
def test_a_channel_gets_what_is_grave_enough_for_it(
    channel: Channel, drop: Drop, hook: Hook, least: str, is_sent: bool
) -> None:
    channel(address=hook.address, least_severity=least)
    drop(severity="warning")
    sweep(hook)
    assert len(hook.got) == is_sent


def test_what_was_before_the_channel_is_not_told_to_it(channel: Channel, drop: Drop, hook: Hook) -> None:
    drop(at=timezone.now() - timedelta(seconds=5))
    channel(address=hook.address)
    assert sweep(hook) == []


def test_a_channel_that_is_off_gets_nothing(channel: Channel, drop: Drop, hook: Hook) -> None:
    channel(address=hook.address, is_on=False)
    drop()
    assert sweep(hook) == []


def test_what_another_teams_rule_raised_is_not_told(
    channel: Channel, drop: Drop, hook: Hook, teams: dict[str, Team]
) -> None:
    channel(address=hook.address)
    drop("c1", team=teams["Sales"])
    assert sweep(hook) == []
    drop("c2", team=teams["Billing"])
    assert len(sweep(hook)) == 1


def test_what_is_not_the_teams_to_see_any_more_is_not_sent(
    channel: Channel, drop: Drop, hook: Hook, teams: dict[str, Team]
) -> None:
    billing = channel(address=hook.address)
    drop()
    owe_deliveries()
    Team.objects.filter(pk=billing.team_id).update(queues=["Sales"])
    deliver_alerts(billing.pk, hook.connect)
    assert hook.got == []
    assert state() == GIVEN_UP


def test_a_channel_that_is_switched_on_is_told_what_is_older_than_a_minute_by_the_sweep_of_all(
    channel: Channel, drop: Drop, hook: Hook
) -> None:
    billing = channel(address=hook.address, is_on=False, since=timezone.now() - timedelta(hours=1))
    drop(at=timezone.now() - timedelta(minutes=5))
    AlertChannel.objects.update(is_on=True)
    assert sweep(hook) == []  # each second, and looks at the newest alone
    sweep_owed()
    assert sweep(hook) == [billing.pk]


@pytest.mark.parametrize("field", ["acknowledged_at", "snoozed_until", "closed_at", "corrected_at"])
def test_what_somebody_has_seen_to_or_was_corrected_calls_nobody(
    channel: Channel, drop: Drop, hook: Hook, field: str
) -> None:
    billing = channel(address=hook.address)
    drop()
    owe_deliveries()
    Alert.objects.update(**{field: timezone.now()})
    deliver_alerts(billing.pk, hook.connect)
    assert hook.got == []
    assert state() == GIVEN_UP
    assert AlertChannel.objects.get().trouble == ""


def test_many_alerts_at_once_are_one_message_with_the_worst_first(
    world: World, channel: Channel, hook: Hook, drop: Drop
) -> None:
    channel(address=hook.address, least_severity="notice")
    world.bring(*(dropped(f"c{at}", caller=f"+120255501{at:02}") for at in range(30)))
    Alert.objects.filter(call__contact_id__in=["c0", "c1"]).update(severity="warning")
    worst = drop("last")
    sweep(hook)
    [got] = hook.got
    assert len(got.told["alerts"]) == 20
    assert got.told["more"] == 11
    assert got.told["alerts"][0]["id"] == worst.pk
    assert {line["severity"] for line in got.told["alerts"]} == {"critical"}
    assert AlertDelivery.objects.filter(state=SENT).count() == 31


def test_what_fails_is_tried_again_less_and_less_often_and_says_why(channel: Channel, drop: Drop, hook: Hook) -> None:
    channel(address=hook.address)
    drop()
    hook.status = 503
    pauses = []
    for _ in range(10):
        sweep(hook)
        delivery = AlertDelivery.objects.get()
        pauses.append(round((delivery.due_at - timezone.now()).total_seconds(), -1))
        due_now()
    assert len(hook.got) == 10
    assert pauses[-1] == 600
    assert pauses == sorted(pauses)
    assert AlertChannel.objects.get().trouble == delivery.trouble == "It answers 503"
    hook.status = 202
    sweep(hook)
    assert state() == SENT
    assert AlertChannel.objects.get().trouble == ""


def test_a_channel_that_failed_is_left_alone_and_then_told_all_in_one_message(
    channel: Channel, drop: Drop, hook: Hook
) -> None:
    channel(address=hook.address)
    drop("c1")
    hook.status = 500
    sweep(hook)
    drop("c2")
    assert sweep(hook) == []
    hook.status = 200
    due_now()
    sweep(hook)
    assert len(hook.got[-1].told["alerts"]) == 2
    assert len(hook.got) == 2


def test_after_four_hours_an_alert_is_given_up_and_the_trouble_stays(channel: Channel, drop: Drop, hook: Hook) -> None:
    channel(address=hook.address)
    drop()
    hook.status = 500
    sweep(hook)
    Alert.objects.update(at=timezone.now() - timedelta(hours=4, seconds=1))
    due_now()
    assert sweep(hook) == []
    assert state() == GIVEN_UP
    assert AlertChannel.objects.get().trouble == "It answers 500"


def test_one_channel_that_fails_keeps_no_other_waiting(channel: Channel, drop: Drop, hook: Hook) -> None:
    channel(name="broken", address="https://no address")
    channel(address=hook.address)
    drop()
    assert len(sweep(hook)) == 2
    assert len(hook.got) == 1


def test_a_secret_whose_key_is_gone_is_told(channel: Channel, drop: Drop, hook: Hook, settings: Settings) -> None:
    channel(address=hook.address)
    drop()
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    sweep(hook)
    assert "RINGBACK_SECRETS_KEYS" in AlertChannel.objects.values_list("trouble", flat=True).get()
    assert hook.got == []


def test_a_worker_that_died_with_its_claim_is_followed_by_another(channel: Channel, drop: Drop, hook: Hook) -> None:
    billing = channel(address=hook.address)
    drop()
    owe_deliveries()
    AlertDelivery.objects.update(tries=1, due_at=timezone.now() + timedelta(seconds=180))
    deliver_alerts(billing.pk, hook.connect)
    assert hook.got == []
    due_now()
    deliver_alerts(billing.pk, hook.connect)
    assert len(hook.got) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_one_message(world_apart: World, hook: Hook) -> None:
    team = Team.objects.create(name="Billing", instance=world_apart.instance, queues=["Billing"])
    channel = AlertChannel.objects.create(team=team, kind="webhook", name="pager", address=hook.address)
    world_apart.bring(*(dropped(f"c{at}", caller=f"+120255501{at:02}") for at in range(5)))
    assert at_once(6, lambda: find_deliveries(lambda pk: deliver_alerts(pk, hook.connect))) == []
    assert len(hook.got) == 1
    assert AlertDelivery.objects.filter(channel=channel, state=SENT).count() == 5


def test_owing_costs_the_same_for_many_channels_and_alerts(
    world: World, channel: Channel, teams: dict[str, Team], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for at in range(10):
        channel(name=f"pager {at}", address="https://hooks.acme.example")
    world.bring(*(dropped(f"c{at}", caller=f"+120255501{at:02}") for at in range(20)))
    with django_assert_num_queries(3):
        owe_deliveries()
    assert AlertDelivery.objects.count() == 200


def test_an_alert_that_is_acknowledged_is_not_sent_when_its_channel_comes_back(
    channel: Channel, drop: Drop, hook: Hook
) -> None:
    channel(address=hook.address)
    alert = drop()
    hook.status = 500
    sweep(hook)
    alert.acknowledge(by=Person.objects.create_user("alice"))
    due_now()
    sweep(hook)
    assert len(hook.got) == 1
    assert state() == GIVEN_UP
