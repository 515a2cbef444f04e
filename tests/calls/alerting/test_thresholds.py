"""Figures of queues that reach a level, as the tiles of the wall have them."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.alerting.thresholds import CALM_S, UNHEARD_S
from calls.models import Alert, AlertRule, Call, Instance, Queue, QueueLevel, Shard, Stream
from calls.sweeps import sweep_alerts, sweep_rates
from tests.at_once import at_once
from tests.calls.world import World

from .world import alerts, live, rule, seconds_ago, team


def queued(world: World, name: str = "Billing") -> Queue:
    """Told of by contact events, with levels for who waits."""
    Stream.objects.get_or_create(instance=world.instance, kind="contact-events", name="acme-contact-events")
    QueueLevel.objects.update_or_create(
        instance=world.instance, queue_name="", figure="waiting", defaults={"amber": 2, "red": 4}
    )
    return Queue.objects.create(instance=world.instance, arn=f"{world.instance.arn}/queue/{name.lower()}", name=name)


def waiting(world: World, callers: int, seconds: int = 5, queue: str = "Billing") -> None:
    """So many wait in this queue now, and nobody else."""
    Call.objects.filter(queue_name=queue).update(is_live=False)
    for _ in range(callers):
        arn = f"{world.instance.arn}/queue/{queue.lower()}"
        told: dict[str, Any] = {"stage": "waiting", "enqueued_at": seconds, "queue_name": queue, "queue_arn": arn}
        live(world, f"w{Call.objects.count()}", **told)


def calm_for(seconds: float, mark: str = "calm_since") -> None:
    """As if the figure had been calm since then."""
    since = datetime.now(UTC).timestamp() - seconds
    for alert in Alert.objects.filter(detail__has_key=mark):
        Alert.objects.filter(pk=alert.pk).update(detail={**alert.detail, mark: since})


def test_a_figure_that_reaches_its_level_is_told_of_its_queue_once(world: World) -> None:
    queue = queued(world)
    rule(world, "threshold", figure="waiting", level="amber")
    waiting(world, 1)
    sweep_alerts()
    assert alerts() == []
    waiting(world, 3)
    sweep_alerts()
    sweep_alerts()
    detail = {"figure": "waiting", "level": "amber", "value": 3, "limit": 2}
    assert alerts() == [("threshold", detail)]
    assert (Alert.objects.get().queue, Alert.objects.get().call) == (queue, None)


def test_a_rule_for_red_waits_for_red_and_one_for_amber_tells_of_red_too(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="waiting", level="red")
    waiting(world, 3)
    sweep_alerts()
    assert alerts() == []
    rule(world, "threshold", figure="waiting", level="amber")
    waiting(world, 4)
    sweep_alerts()
    assert [detail["level"] for _, detail in alerts()] == ["red", "red"]


def test_what_flaps_within_seconds_stays_one_alert(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="waiting", level="amber")
    for callers in (3, 1, 3, 1, 3):
        waiting(world, callers)
        sweep_alerts()
    assert Alert.objects.count() == len(alerts()) == 1


def test_a_figure_that_is_calm_for_long_enough_ends_its_alert_and_then_is_a_new_cause(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="waiting", level="amber")
    waiting(world, 3)
    sweep_alerts()
    waiting(world, 0)
    sweep_alerts()
    calm_for(CALM_S - 2)
    sweep_alerts()
    assert len(alerts()) == 1
    calm_for(CALM_S + 1)
    sweep_alerts()
    assert alerts() == []
    waiting(world, 3)
    sweep_alerts()
    assert (len(alerts()), Alert.objects.count()) == (1, 2)


def test_whoever_closed_it_hears_no_more_until_it_was_calm(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="waiting", level="amber")
    waiting(world, 3)
    sweep_alerts()
    Alert.objects.update(closed_at=seconds_ago(0))
    sweep_alerts()
    assert alerts() == []


def test_a_rule_for_a_queue_or_of_a_team_looks_at_no_other(world: World) -> None:
    billing, _ = queued(world), queued(world, "Sales")
    rule(world, "threshold", figure="waiting", level="amber", queue_name="Billing")
    rule(world, "threshold", figure="waiting", level="amber", team=team(world, "Billing"))
    waiting(world, 3, queue="Billing")
    waiting(world, 3, queue="Sales")
    sweep_alerts()
    assert {alert.queue for alert in Alert.objects.all()} == {billing}
    assert Alert.objects.count() == 2


def test_the_longest_wait_is_told_by_ringbacks_own_levels_where_none_are_set(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="oldest-s", level="red")
    waiting(world, 1, seconds=125)
    sweep_alerts()
    ((_, detail),) = alerts()
    assert (detail["limit"], detail["level"]) == (120, "red")
    assert 125 <= detail["value"] < 200


def test_where_low_is_bad_a_queue_without_free_agents_is_told(world: World) -> None:
    queue = queued(world)
    Stream.objects.filter(kind="contact-events").delete()
    Instance.objects.update(current_metrics=True)
    Queue.objects.filter(pk=queue.pk).update(waiting=2, oldest_s=5, agents_free=0, figures_at=seconds_ago(5))
    rule(world, "threshold", figure="agents-free", level="red")
    sweep_alerts()
    assert [detail["value"] for _, detail in alerts()] == [0]


def test_figures_that_nobody_has_told_for_long_raise_and_end_nothing(world: World) -> None:
    queue = queued(world)
    Stream.objects.filter(kind="contact-events").delete()
    Instance.objects.update(current_metrics=True)
    told = Queue.objects.filter(pk=queue.pk)
    told.update(waiting=9, oldest_s=5, agents_free=0, figures_at=seconds_ago(300))
    rule(world, "threshold", figure="waiting", level="amber")
    sweep_alerts()
    assert alerts() == []
    told.update(figures_at=seconds_ago(5))
    sweep_alerts()
    told.update(waiting=0, figures_at=seconds_ago(300))
    sweep_alerts()
    assert "calm_since" not in Alert.objects.get().detail


def test_an_alert_of_a_queue_that_nothing_is_heard_of_for_minutes_ends_by_itself(world: World) -> None:
    queue = queued(world)
    Stream.objects.filter(kind="contact-events").delete()
    Instance.objects.update(current_metrics=True)
    told = Queue.objects.filter(pk=queue.pk)
    told.update(waiting=9, oldest_s=5, agents_free=0, figures_at=seconds_ago(5))
    rule(world, "threshold", figure="waiting", level="amber")
    sweep_alerts()
    told.update(figures_at=seconds_ago(300))
    sweep_alerts()
    calm_for(UNHEARD_S - 20, "unheard_since")
    sweep_alerts()
    assert len(alerts()) == 1
    told.update(figures_at=seconds_ago(5))
    sweep_alerts()
    assert "unheard_since" not in Alert.objects.get().detail
    told.update(figures_at=seconds_ago(300))
    sweep_alerts()
    calm_for(UNHEARD_S + 1, "unheard_since")
    sweep_alerts()
    alert = Alert.objects.get()
    assert (alert.closed_at is not None, alert.closed_by, alert.lasts) == (True, None, False)


def test_a_rule_that_is_of_another_kind_now_ends_what_it_told(world: World) -> None:
    queued(world)
    changed = rule(world, "threshold", figure="waiting", level="amber")
    waiting(world, 3)
    sweep_alerts()
    AlertRule.objects.filter(pk=changed.pk).update(kind="long-call", figure="", level="", seconds=600)
    sweep_alerts()
    assert Alert.objects.get().closed_at is not None


def test_nothing_is_told_while_records_lie_unread(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="waiting", level="amber")
    Shard.objects.create(stream=world.lens, shard_id="0", read_at=seconds_ago(1), behind_ms=60_000)
    waiting(world, 3)
    sweep_alerts()
    assert alerts() == []


def test_nothing_is_told_while_the_stream_that_tells_who_waits_is_stopped(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="waiting", level="amber")
    waiting(world, 3)
    Stream.objects.filter(kind="contact-events").update(is_stopped=True)
    sweep_alerts()
    assert alerts() == []
    Stream.objects.all().resume()
    sweep_alerts()
    assert len(alerts()) == 1


def test_rates_of_the_day_are_looked_at_by_a_sweep_of_their_own(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="abandon-rate", level="red")
    for n in range(20):
        live(world, f"a{n}", is_live=False, stage="ended", outcome="abandoned", enqueued_at=0, wait_s=30.0)
    sweep_alerts()
    assert alerts() == []
    sweep_rates()
    sweep_rates()
    assert [(detail["figure"], detail["value"]) for _, detail in alerts()] == [("abandon-rate", 100)]


def test_the_end_of_the_rule_ends_its_alerts(world: World) -> None:
    queued(world)
    gone = rule(world, "threshold", figure="waiting", level="amber")
    waiting(world, 3)
    sweep_alerts()
    gone.delete()
    sweep_alerts()
    assert alerts() == []


def test_the_look_costs_the_same_statements_however_many_wait(world: World) -> None:
    queued(world)
    rule(world, "threshold", figure="waiting", level="amber")
    sweep_alerts()  # the first one notes that there are sweeps
    counts = []
    for callers in (3, 60):
        Alert.objects.all().delete()
        waiting(world, callers)
        with CaptureQueriesContext(connection) as told:
            sweep_alerts()
        counts.append(len(told))
        assert len(alerts()) == 1
    assert counts[0] == counts[1]


def test_sweeps_at_once_raise_one_alert(world_apart: World) -> None:
    queued(world_apart)
    rule(world_apart, "threshold", figure="waiting", level="amber")
    waiting(world_apart, 3)
    assert at_once(4, sweep_alerts) == []
    assert Alert.objects.count() == 1
