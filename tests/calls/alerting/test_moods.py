import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Alert, Call
from calls.sweeps import sweep_alerts
from tests.at_once import at_once
from tests.calls.world import World
from transcripts.models import Conversation

from .world import alerts, final, lens, live, rule, say, seconds_ago, team

BAD, GOOD, EVEN = "NEGATIVE", "POSITIVE", "NEUTRAL"


def test_three_negative_turns_in_a_row_raise_one_alert_with_the_words_themselves(world: World) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    say(world, BAD, BAD)
    assert alerts() == []
    say(world, BAD, begin=3)
    assert alerts() == [("sentiment", {"turns": 3})]
    say(world, BAD, BAD, begin=4)
    sweep_alerts()
    assert Alert.objects.count() == 1


def test_records_that_come_again_or_late_raise_nothing_more(world: World) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    say(world, BAD, BAD, BAD)
    say(world, BAD, BAD, BAD)
    say(world, BAD, begin=0)
    sweep_alerts()
    assert Alert.objects.count() == 1


def test_a_long_bad_mood_stays_one_alert_however_many_turns_it_lasts(world: World) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    for n in range(1, 40, 3):
        say(world, BAD, BAD, BAD, begin=n)
        sweep_alerts()
    assert Alert.objects.count() == 1


def test_a_neutral_turn_breaks_the_row(world: World) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    say(world, BAD, BAD, EVEN, BAD, BAD)
    sweep_alerts()
    assert alerts() == []


def test_a_mood_that_recovers_ends_its_alert_and_is_a_new_cause_when_it_is_bad_again(world: World) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    say(world, BAD, BAD, BAD, GOOD, GOOD)
    sweep_alerts()
    assert alerts() == []
    assert Alert.objects.get().closed_at is not None
    say(world, BAD, BAD, BAD, begin=6)
    assert alerts() == [("sentiment", {"turns": 3})]
    assert Alert.objects.count() == 2


def test_whoever_closed_an_alert_hears_no_more_of_that_mood_but_of_the_next(world: World) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    say(world, BAD, BAD, BAD)
    Alert.objects.update(closed_at=seconds_ago(0))
    say(world, BAD, BAD, begin=4)
    sweep_alerts()
    assert alerts() == []
    say(world, GOOD, GOOD, begin=6)
    sweep_alerts()
    say(world, BAD, BAD, BAD, begin=8)
    assert alerts() == [("sentiment", {"turns": 3})]


def test_a_mood_that_has_been_negative_for_longer_than_so_many_seconds_is_found_by_the_sweep(world: World) -> None:
    rule(world, "sentiment", seconds=30)
    live(world)
    say(world, BAD, BAD, BAD)
    sweep_alerts()
    assert alerts() == []
    Conversation.objects.update(mood_since=seconds_ago(31))
    sweep_alerts()
    sweep_alerts()
    assert alerts() == [("sentiment", {"seconds": 30})]


def test_the_moment_of_a_mood_stays_while_it_lasts_and_moves_when_it_turns(world: World) -> None:
    live(world)
    say(world, BAD)
    since = Conversation.objects.get().mood_since
    assert since is not None
    say(world, BAD, BAD, begin=2)
    assert Conversation.objects.get().mood_since == since
    say(world, GOOD, GOOD, begin=4)
    after = Conversation.objects.get().mood_since
    assert after is not None
    assert after > since


def test_a_rule_with_turns_and_seconds_tells_once_of_one_mood(world: World) -> None:
    rule(world, "sentiment", turns=3, seconds=30)
    live(world)
    say(world, BAD, BAD, BAD)
    Conversation.objects.update(mood_since=seconds_ago(31))
    sweep_alerts()
    assert alerts() == [("sentiment", {"turns": 3})]


def test_the_end_of_a_call_ends_its_alert(world: World) -> None:
    rule(world, "sentiment", turns=3)
    live(world)
    say(world, BAD, BAD, BAD)
    Call.objects.update(is_live=False)
    sweep_alerts()
    assert alerts() == []


def test_a_rule_that_is_set_up_during_a_bad_mood_tells_of_it(world: World) -> None:
    live(world)
    say(world, BAD, BAD, BAD)
    rule(world, "sentiment", turns=3)
    sweep_alerts()
    assert alerts() == [("sentiment", {"turns": 3})]


@pytest.mark.parametrize("change", [{"is_on": False}, {"turns": 12}])
def test_a_rule_that_is_off_or_asks_for_more_is_silent(world: World, change: dict[str, int]) -> None:
    rule(world, "sentiment", **{"turns": 3, **change})
    live(world)
    say(world, BAD, BAD, BAD)
    sweep_alerts()
    assert alerts() == []


def test_switching_a_rule_off_or_deleting_it_ends_its_alerts(world: World) -> None:
    off, gone = rule(world, "sentiment", turns=3), rule(world, "sentiment", turns=2)
    live(world)
    say(world, BAD, BAD, BAD)
    assert len(alerts()) == 2
    type(off).objects.filter(pk=off.pk).update(is_on=False)
    gone.delete()
    sweep_alerts()
    assert alerts() == []


def test_a_teams_rule_looks_only_at_what_the_team_sees_and_tells_only_the_team(world: World) -> None:
    billing, sales = team(world, "Billing"), team(world, "Sales")
    rule(world, "sentiment", turns=2, team=billing)
    rule(world, "sentiment", turns=2, team=sales)
    live(world)
    say(world, BAD, BAD)
    sweep_alerts()
    assert [alert.team for alert in Alert.objects.all()] == [billing]


def test_a_call_whose_queue_is_known_later_is_then_told_to_its_team(world: World) -> None:
    rule(world, "sentiment", turns=2, team=team(world))
    live(world, queue_name="", queue_arn="")
    say(world, BAD, BAD)
    sweep_alerts()
    assert alerts() == []
    Call.objects.update(queue_name="Billing")
    sweep_alerts()
    assert alerts() == [("sentiment", {"turns": 2})]


def test_what_is_heard_long_after_it_was_said_raises_nothing(world: World) -> None:
    rule(world, "sentiment", turns=1)
    live(world)
    world.bring(lens("SEGMENTS", "c1", final("once", 1000, "t1", BAD)), stream=world.lens, at=seconds_ago(3600))
    assert alerts() == []


def test_words_cost_no_statement_more_where_no_rule_can_fire(world: World) -> None:
    live(world)
    say(world, GOOD)
    with CaptureQueriesContext(connection) as without:
        say(world, BAD, begin=2)
    rule(world, "long-call", seconds=3000)
    rule(world, "sentiment", turns=12)
    with CaptureQueriesContext(connection) as beside:
        say(world, BAD, begin=3)
    assert len([each for each in beside if "alert" in each["sql"]]) <= 1  # the rules themselves, each second
    assert not [each for each in without if "calls_alert " in each["sql"]]


def test_two_sweeps_at_once_raise_one_alert(world_apart: World) -> None:
    rule(world_apart, "sentiment", turns=2)
    live(world_apart)
    say(world_apart, BAD, BAD)
    Alert.objects.all().delete()
    assert at_once(4, sweep_alerts) == []
    assert len(alerts()) == 1


def test_a_sweep_beside_the_writer_raises_one_alert(world_apart: World) -> None:
    rule(world_apart, "sentiment", turns=2)
    for n in range(5):
        live(world_apart, f"c{n}")
        say(world_apart, BAD, contact=f"c{n}")
    steps = iter([lambda n=n: say(world_apart, BAD, contact=f"c{n}", begin=2) for n in range(5)])

    def either() -> None:
        for _ in range(5):
            next(steps, sweep_alerts)()

    assert at_once(3, either) == []
    sweep_alerts()
    assert sorted(Alert.objects.values_list("call__contact_id", flat=True)) == [f"c{n}" for n in range(5)]
