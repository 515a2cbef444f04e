"""What the clock alone fulfils."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Alert, Call, Shard, Stream
from calls.sweeps import sweep_alerts
from tests.at_once import at_once
from tests.calls.world import World, dropped
from tests.transcripts.test_intake import piece

from .world import alerts, lens, live, rule, seconds_ago, team

# Moments are told as seconds before now: tests begin long after they were collected.
QUIET: dict[str, Any] = {"words_at": 300, "spoken_at": 121, "stage_since": 300}
WAITS: dict[str, Any] = {"stage": "waiting", "stage_since": 200, "enqueued_at": 200}
LONG: dict[str, Any] = {"began_at": 700}
FULFILLED: dict[str, tuple[int, dict[str, Any]]] = {
    "silence": (120, QUIET),
    "long-wait": (180, WAITS),
    "long-call": (600, LONG),
}


@pytest.mark.parametrize("kind", FULFILLED)
def test_it_is_told_once_after_so_many_seconds_and_not_before(world: World, kind: str) -> None:
    seconds, fulfilling = FULFILLED[kind]
    live(world, **fulfilling)
    rule(world, kind, seconds=seconds + 600)
    sweep_alerts()
    assert alerts() == []
    rule(world, kind, seconds=seconds)
    sweep_alerts()
    sweep_alerts()
    assert alerts() == [(kind, {"seconds": seconds})]


@pytest.mark.parametrize("kind", FULFILLED)
def test_it_is_over_when_the_call_ends_and_whoever_saw_to_it_is_still_named(world: World, kind: str) -> None:
    seconds, fulfilling = FULFILLED[kind]
    live(world, **fulfilling)
    rule(world, kind, seconds=seconds)
    sweep_alerts()
    Alert.objects.update(acknowledged_at=seconds_ago(1))
    Call.objects.update(is_live=False, stage="ended")
    sweep_alerts()
    alert = Alert.objects.get()
    assert alert.closed_at is not None
    assert (alert.closed_by, alert.acknowledged_at is not None) == (None, True)


@pytest.mark.parametrize("kind", FULFILLED)
def test_nothing_is_told_by_the_clock_while_records_lie_unread(world: World, kind: str) -> None:
    seconds, fulfilling = FULFILLED[kind]
    live(world, **fulfilling)
    rule(world, kind, seconds=seconds)
    shard = Shard.objects.create(stream=world.lens, shard_id="0", read_at=seconds_ago(1), behind_ms=60_000)
    sweep_alerts()
    assert alerts() == []
    Shard.objects.filter(pk=shard.pk).update(behind_ms=0)
    sweep_alerts()
    assert len(alerts()) == 1


STOPPED = [
    ("silence", "contact-lens", False),
    ("long-wait", "contact-lens", True),
    ("long-call", "contact-lens", True),
    ("silence", "contact-events", False),
    ("long-wait", "contact-events", False),
    ("long-call", "contact-events", False),
    ("silence", "agent-events", False),
    ("long-wait", "agent-events", True),
    ("long-call", "agent-events", True),
    ("silence", "contact-records", True),
]


@pytest.mark.parametrize(("kind", "stream", "is_told"), STOPPED)
@pytest.mark.parametrize("because", ["", "its records cannot be read"])
def test_a_stopped_stream_mutes_the_kinds_that_hang_on_it_and_no_others(
    world: World, kind: str, stream: str, is_told: bool, because: str
) -> None:
    seconds, fulfilling = FULFILLED[kind]
    live(world, **fulfilling)
    rule(world, kind, seconds=seconds)
    stopped, _ = Stream.objects.get_or_create(instance=world.instance, kind=stream, defaults={"name": stream})
    Stream.objects.filter(pk=stopped.pk).update(is_stopped=True, stopped_because=because)
    sweep_alerts()
    assert bool(alerts()) is is_told
    Stream.objects.all().resume()
    sweep_alerts()
    assert len(alerts()) == 1


@pytest.mark.parametrize(
    ("kind", "but"),
    [
        ("silence", {"stage": "hold"}),
        ("silence", {"words_over_at": 10}),
        ("silence", {"words_at": None}),
        ("silence", {"channel": "CHAT"}),
        ("silence", {"spoken_at": 5}),
        ("silence", {"stage_since": 5}),  # is back from a hold
        ("silence", {"is_silent": True}),
        ("long-wait", {"stage": "talking"}),
        ("long-wait", {"initiation_method": "CALLBACK"}),
        ("long-wait", {"initiation_method": "OUTBOUND"}),
        ("long-call", {"stage": "waiting", "initiation_method": "CALLBACK"}),
        ("long-call", {"is_silent": True}),
    ],
)
def test_it_is_not_told_of_calls_that_are_no_such(world: World, kind: str, but: dict[str, Any]) -> None:
    seconds, fulfilling = FULFILLED[kind]
    live(world, **{**fulfilling, **but})
    rule(world, kind, seconds=seconds)
    sweep_alerts()
    assert alerts() == []


def test_a_second_silence_of_the_same_call_is_a_new_cause(world: World) -> None:
    live(world, **QUIET)
    rule(world, "silence", seconds=120)
    sweep_alerts()
    world.bring(lens("SEGMENTS", "c1", piece("hello", 1000)), stream=world.lens)
    sweep_alerts()
    assert alerts() == []
    Call.objects.update(spoken_at=seconds_ago(130))
    sweep_alerts()
    assert alerts() == [("silence", {"seconds": 120})]
    assert Alert.objects.count() == 2


def test_who_is_heard_speaking_is_noted_by_arrival_and_never_earlier_than_before(world: World) -> None:
    live(world)
    late, early = seconds_ago(10), seconds_ago(20)
    world.bring(lens("SEGMENTS", "c1", piece("two", 2000)), stream=world.lens, at=late)
    world.bring(lens("SEGMENTS", "c1", piece("one", 1000, "t0")), stream=world.lens, at=early)
    assert world.call("c1").spoken_at == late
    world.bring(lens("COMPLETED", "c1"), stream=world.lens)
    assert world.call("c1").spoken_at == late


def test_a_teams_rule_looks_only_at_what_the_team_sees(world: World) -> None:
    live(world, **LONG)
    live(world, "c2", **LONG, queue_name="Sales")
    rule(world, "long-call", seconds=600, team=team(world, "Sales"))
    sweep_alerts()
    assert [alert.call for alert in Alert.objects.all()] == [world.call("c2")]


def test_an_alert_of_the_clock_and_a_drop_of_the_same_call_leave_each_other_alone(world: World) -> None:
    live(world, **WAITS)
    rule(world, "long-wait", seconds=180)
    sweep_alerts()
    world.bring(dropped("c1"))
    sweep_alerts()
    assert alerts() == [("drop", {})]
    assert Alert.objects.count() == 2


@pytest.mark.parametrize("raised", [False, True])
def test_a_sweep_costs_the_same_statements_for_one_call_and_for_a_hundred(world: World, raised: bool) -> None:
    for kind, (seconds, _) in FULFILLED.items():
        rule(world, kind, seconds=1 if raised else seconds)
    rule(world, "sentiment", turns=3)
    rule(world, "category")
    sweep_alerts()  # the first one notes that there are sweeps
    counts = []
    for size in (1, 100):
        Alert.objects.all().delete()
        for n in range(size):
            live(world, f"{size}-{n}")
        with CaptureQueriesContext(connection) as told:
            sweep_alerts()
        counts.append(len(told))
    assert counts[0] == counts[1]
    assert bool(alerts()) is raised


def test_sweeps_at_once_raise_one_alert_for_each_call(world_apart: World) -> None:
    for n in range(20):
        live(world_apart, f"c{n}", **LONG)
    rule(world_apart, "long-call", seconds=600)
    assert at_once(4, sweep_alerts) == []
    sweep_alerts()
    assert len(alerts()) == 20


def test_a_sleeping_alert_wakes_when_its_time_has_come(world: World) -> None:
    world.bring(dropped("c1"))
    Alert.objects.update(snoozed_until=seconds_ago(-60))
    sweep_alerts()
    assert alerts() == []
    Alert.objects.update(snoozed_until=seconds_ago(1))
    sweep_alerts()
    assert alerts() == [("drop", {})]
