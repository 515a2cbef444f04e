"""What a rule would have raised in the last day, by what is stored."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.alerting.trial import trial
from calls.alerting.waits import Wait, breaches
from calls.models import Alert, AlertRule, Call, QueueLevel
from calls.sweeps import sweep_alerts
from tests.calls.world import World

from .test_categories import matched
from .test_moods import BAD, GOOD
from .world import final, lens, live, rule, say, team

DAY_S = 24 * 3600


def unsaved(world: World, kind: str, **more: object) -> AlertRule:
    return AlertRule(instance=world.instance, kind=kind, name="tried", **more)


def fired(world: World, kind: str, **more: object) -> list[str]:
    """The calls, by their contact ids."""
    found = trial(unsaved(world, kind, **more))
    return [Call.objects.get(pk=pk).contact_id for pk in found.calls]


def ended(world: World, contact_id: str, *, seconds: int, ago: int = 600, **more: object) -> None:
    live(world, contact_id, is_live=False, stage="ended", began_at=ago + seconds, ended_at=ago, **more)


def test_calls_are_long_as_they_were_and_as_they_are_by_now(world: World) -> None:
    ended(world, "long", seconds=700)
    ended(world, "short", seconds=500)
    ended(world, "of the day before", seconds=900, ago=DAY_S + 60)
    live(world, "lasts", began_at=601)
    assert sorted(fired(world, "long-call", seconds=600)) == ["lasts", "long"]


def test_waits_are_told_by_records_or_go_on(world: World) -> None:
    ended(world, "waited", seconds=300, enqueued_at=800, wait_s=130.0)
    ended(world, "served", seconds=300, enqueued_at=800, wait_s=10.0)
    ended(world, "called back", seconds=300, enqueued_at=800, wait_s=900.0, initiation_method="CALLBACK")
    live(world, "waits", stage="waiting", enqueued_at=130)
    assert sorted(fired(world, "long-wait", seconds=120)) == ["waited", "waits"]


def test_categories_are_counted_as_the_rules_beside_it_would_have_it(world: World) -> None:
    rule(world, "category", category="Chat", is_on=False)
    live(world)
    matched(world, "Fraud", "Chat", "Billing")
    assert fired(world, "category") == ["c1", "c1"]
    assert fired(world, "category", category="Fraud") == ["c1"]


@pytest.mark.parametrize(
    "said",
    [
        [BAD, BAD, BAD],
        [BAD, GOOD, BAD, BAD],
        [BAD, BAD, BAD, BAD, BAD],
        [BAD, BAD, BAD, GOOD, GOOD, BAD, BAD, BAD],
        [GOOD, BAD, BAD, BAD, GOOD, BAD, BAD, BAD],
    ],
)
def test_a_bad_mood_is_counted_as_often_as_it_is_told_while_it_is_heard(world: World, said: list[str]) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    for n, sentiment in enumerate(said, 1):
        say(world, sentiment, begin=n)
        sweep_alerts()
    assert len(fired(world, "sentiment", turns=3)) == Alert.objects.count()


def test_a_mood_that_lasted_is_measured_by_the_turns_that_made_and_mended_it(world: World) -> None:
    live(world)
    for n, (at_s, sentiment) in enumerate([(0, BAD), (10, BAD), (75, BAD), (90, GOOD), (95, GOOD)]):
        world.bring(lens("SEGMENTS", "c1", final(f"{n}", at_s * 1000, f"t{n}", sentiment)), stream=world.lens)
    assert fired(world, "sentiment", seconds=60) == ["c1"]
    assert fired(world, "sentiment", seconds=95) == []


def test_silences_lie_between_two_turns_by_whomever(world: World) -> None:
    live(world, words_at=50)
    for n, (at_s, role) in enumerate([(0, "AGENT"), (3, "CUSTOMER"), (40, "AGENT"), (45, "CUSTOMER"), (200, "AGENT")]):
        world.bring(lens("SEGMENTS", "c1", final(f"{n}", at_s * 1000, f"t{n}", role=role)), stream=world.lens)
    assert fired(world, "silence", seconds=30) == ["c1", "c1"]
    assert fired(world, "silence", seconds=100) == ["c1"]


def test_a_teams_rule_is_tried_on_what_the_team_sees(world: World) -> None:
    ended(world, "ours", seconds=700)
    ended(world, "theirs", seconds=700, queue_name="Sales")
    assert fired(world, "long-call", seconds=600, team=team(world)) == ["ours"]


def test_breaches_of_who_waits_are_reckoned_from_stored_waits(world: World) -> None:
    QueueLevel.objects.create(instance=world.instance, figure="waiting", amber=2, red=3)
    for n, begin in enumerate((1000, 990, 500, 490, 480)):
        ended(world, f"w{n}", seconds=300, enqueued_at=begin, wait_s=60.0)
    found = trial(unsaved(world, "threshold", figure="waiting", level="amber"))
    assert (found.alerts, found.calls) == (2, [])
    assert trial(unsaved(world, "threshold", figure="waiting", level="red")).alerts == 1
    assert trial(unsaved(world, "threshold", figure="waiting", level="red", queue_name="Sales")).alerts == 0
    assert trial(unsaved(world, "threshold", figure="oldest-s", level="amber")).alerts == 0


@pytest.mark.parametrize("figure", ["agents-free", "service-level", "abandon-rate"])
def test_what_history_cannot_tell_is_said(world: World, figure: str) -> None:
    found = trial(unsaved(world, "threshold", figure=figure, level="red"))
    assert "history does not tell" in found.remark


@pytest.mark.parametrize(("gap_s", "times"), [(9, 1), (10, 2)])
def test_calm_spells_of_less_than_ten_seconds_are_not_counted(gap_s: int, times: int) -> None:
    begin = datetime(2026, 11, 2, 9, tzinfo=UTC)
    first = Wait(begin, begin + timedelta(seconds=30))
    second = Wait(first.end + timedelta(seconds=gap_s), first.end + timedelta(seconds=60))
    assert breaches([first, second], 1) == times
