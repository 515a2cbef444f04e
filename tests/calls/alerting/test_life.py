"""An alert's life: new, acknowledged, asleep, over."""

from collections.abc import Callable

import pytest
from django.db import transaction

from calls.models import Alert, Person
from calls.sweeps import sweep_alerts
from tests.at_once import at_once
from tests.calls.world import World, answered, dropped, newer

from .world import live, rule, seconds_ago

Do = Callable[[Alert, Person], bool]
ACTS: dict[str, Do] = {
    "acknowledge": lambda alert, by: alert.acknowledge(by=by),
    "snooze": lambda alert, by: alert.snooze(by=by, seconds=60),
    "close": lambda alert, by: alert.close(by=by),
}


@pytest.fixture
def alert(world: World) -> Alert:
    world.bring(dropped("c1"))
    return Alert.objects.get()


@pytest.fixture
def alice(db: None) -> Person:
    return Person.objects.create_user("alice")


@pytest.fixture
def bob(db: None) -> Person:
    return Person.objects.create_user("bob")


@pytest.mark.parametrize("act", ACTS)
def test_whoever_is_second_is_told_so_and_the_first_stays_named(
    act: str, alert: Alert, alice: Person, bob: Person
) -> None:
    assert ACTS[act](alert, alice)
    assert not Alert.objects.unseen().exists()
    before = Alert.objects.values().get()
    assert not ACTS[act](alert, bob)
    assert Alert.objects.values().get() == before


@pytest.mark.parametrize("act", ACTS)
def test_what_was_done_can_be_undone(act: str, alert: Alert, alice: Person) -> None:
    assert not alert.renew()
    ACTS[act](alert, alice)
    assert alert.renew()
    assert Alert.objects.unseen().get().is_unseen


def test_an_acknowledged_alert_can_be_closed_and_not_snoozed(alert: Alert, alice: Person, bob: Person) -> None:
    alert.acknowledge(by=alice)
    assert not alert.snooze(by=bob, seconds=60)
    assert alert.close(by=bob)
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.closed_by) == (alice, bob)


def test_a_sleeping_alert_can_be_acknowledged_and_then_does_not_wake(alert: Alert, alice: Person) -> None:
    alert.snooze(by=alice, seconds=0.0)
    assert alert.acknowledge(by=alice)
    sweep_alerts()
    assert not Alert.objects.unseen().exists()


def test_what_is_over_by_itself_is_not_made_new_again_by_hand(world: World) -> None:
    live(world, began_at=700)
    rule(world, "long-call", seconds=600)
    sweep_alerts()
    type(world.call("c1")).objects.update(is_live=False)
    sweep_alerts()
    assert not Alert.objects.get().renew()


@pytest.mark.parametrize("act", ["acknowledge", "close"])
def test_what_somebody_has_seen_to_is_not_made_new_again_when_it_is_over(world: World, alice: Person, act: str) -> None:
    live(world, began_at=700)
    rule(world, "long-call", seconds=600)
    sweep_alerts()
    assert ACTS[act](Alert.objects.get(), alice)
    type(world.call("c1")).objects.update(is_live=False)
    sweep_alerts()
    assert not Alert.objects.get().renew()
    assert not Alert.objects.unseen().exists()


@pytest.mark.parametrize("sweep", [Alert.objects.wake, Alert.objects.let_corrections_go])
def test_a_sweep_leaves_an_alert_that_somebody_holds_for_the_next_one(
    world_apart: World, sweep: Callable[[], int]
) -> None:
    world_apart.bring(dropped("c1"), dropped("c2", caller="+12025550143"))
    Alert.objects.update(snoozed_until=seconds_ago(1), corrected_at=seconds_ago(700))
    held = Alert.objects.earliest("pk")
    done: list[int] = []
    with transaction.atomic():
        Alert.objects.select_for_update().get(pk=held.pk)
        assert at_once(1, lambda: done.append(sweep())) == []
        assert done == [1]
    assert sweep() == 1


def test_a_sleeping_drop_that_proves_to_be_none_does_not_wake(world: World, alert: Alert, alice: Person) -> None:
    alert.snooze(by=alice, seconds=60)
    world.bring(newer(answered("c1")))
    Alert.objects.filter(snoozed_until__isnull=False).update(snoozed_until=seconds_ago(1))
    sweep_alerts()
    assert not Alert.objects.unseen().exists()
    assert Alert.objects.get().closed_at is not None


def test_a_drop_that_was_taken_back_and_holds_again_is_new_again_but_not_if_somebody_closed_it(
    world: World, alert: Alert, alice: Person
) -> None:
    served = newer(answered("c1"))
    world.bring(served)
    assert not Alert.objects.unseen().exists()
    again = newer(newer(dropped("c1")))
    again["LastUpdateTimestamp"] = newer(served)["LastUpdateTimestamp"]
    world.bring(again)
    assert Alert.objects.unseen().count() == 1
    alert.close(by=alice)
    world.bring(newer(again))
    assert not Alert.objects.unseen().exists()


def test_what_becomes_of_a_drop_leaves_other_alerts_of_its_call_alone(world: World, alert: Alert) -> None:
    other = Alert.objects.create(call=world.call("c1"), kind="category", cause="1 Fraud", detail={"category": "Fraud"})
    world.bring(newer(answered("c1")))
    assert Alert.objects.unseen().get() == other


def test_of_many_who_see_to_an_alert_at_once_one_is_first(world_apart: World) -> None:
    world_apart.bring(dropped("c1"))
    alert, alice = Alert.objects.get(), Person.objects.create_user("alice")
    done: list[bool] = []
    assert at_once(4, lambda: done.append(alert.acknowledge(by=alice))) == []
    assert sorted(done) == [False, False, False, True]
