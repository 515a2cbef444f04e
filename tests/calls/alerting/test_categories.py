from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Alert, AlertRule, Call
from calls.sweeps import sweep_alerts
from tests.calls.world import Record, World

from .world import alerts, lens, live, rule, seconds_ago, team


def match(*names: str) -> Record:
    details: Record = {name: {"PointsOfInterest": []} for name in names}
    return {"Categories": {"MatchedCategories": list(names), "MatchedDetails": details}}


def matched(world: World, *names: str, contact: str = "c1", **bring: Any) -> None:
    assert world.bring(lens("SEGMENTS", contact, match(*names)), stream=world.lens, **bring) == 0


def names() -> list[str]:
    return sorted(detail["category"] for _, detail in alerts(kind="category"))


def test_a_category_is_told_with_the_record_that_matched_it_and_once(world: World) -> None:
    rule(world, "category", category="Fraud")
    live(world)
    matched(world, "Fraud", "Billing")
    assert alerts() == [("category", {"category": "Fraud"})]
    matched(world, "Fraud")
    sweep_alerts()
    assert Alert.objects.count() == 1


def test_a_rule_for_any_category_tells_of_each(world: World) -> None:
    rule(world, "category")
    live(world)
    matched(world, "Fraud")
    matched(world, "Billing")
    assert names() == ["Billing", "Fraud"]


def test_the_rule_that_names_a_category_wins_and_brings_its_severity(world: World) -> None:
    rule(world, "category", severity="critical")
    rule(world, "category", category="Chat", severity="notice")
    live(world)
    matched(world, "Fraud", "Chat")
    assert dict(Alert.objects.values_list("detail__category", "severity")) == {"Fraud": "critical", "Chat": "notice"}


def test_a_rule_that_is_off_silences_its_category_for_the_rule_for_all(world: World) -> None:
    rule(world, "category")
    rule(world, "category", category="Chat", is_on=False)
    live(world)
    matched(world, "Fraud", "Chat")
    sweep_alerts()
    assert names() == ["Fraud"]


def test_of_two_rules_for_one_category_the_gravest_tells(world: World) -> None:
    rule(world, "category", category="Fraud", severity="notice")
    rule(world, "category", category="Fraud", severity="critical")
    live(world)
    matched(world, "Fraud")
    assert list(Alert.objects.values_list("severity", flat=True)) == ["critical"]


def test_a_team_may_silence_for_itself_and_not_for_the_instance(world: World) -> None:
    billing = team(world)
    rule(world, "category")
    rule(world, "category", team=billing)
    rule(world, "category", category="Chat", is_on=False, team=billing)
    live(world)
    matched(world, "Chat")
    sweep_alerts()
    assert [alert.team for alert in Alert.objects.all()] == [None]


def test_a_teams_rule_tells_nothing_of_another_teams_call(world: World) -> None:
    rule(world, "category", team=team(world, "Sales"))
    live(world)
    matched(world, "Fraud")
    sweep_alerts()
    assert alerts() == []


def test_a_call_whose_queue_is_known_later_is_then_told_to_its_team(world: World) -> None:
    rule(world, "category", team=team(world))
    live(world, queue_name="", queue_arn="")
    matched(world, "Fraud")
    sweep_alerts()
    assert alerts() == []
    Call.objects.update(queue_name="Billing")
    sweep_alerts()
    assert names() == ["Fraud"]


def test_what_matches_in_the_last_words_of_a_call_is_told(world: World) -> None:
    rule(world, "category")
    live(world)
    world.bring(lens("SEGMENTS", "c1", match("Fraud")), lens("COMPLETED", "c1"), stream=world.lens)
    assert names() == ["Fraud"]


def test_the_end_of_a_call_does_not_end_what_was_said_in_it(world: World) -> None:
    rule(world, "category")
    live(world)
    matched(world, "Fraud")
    Call.objects.update(is_live=False)
    sweep_alerts()
    assert names() == ["Fraud"]


def test_records_of_long_ago_raise_nothing(world: World) -> None:
    rule(world, "category")
    live(world, is_live=False)
    matched(world, "Fraud", at=seconds_ago(3600))
    assert alerts() == []


def test_a_name_as_long_as_they_come_is_told_once(world: World) -> None:
    rule(world, "category")
    live(world)
    matched(world, "Ü" * 400)
    sweep_alerts()
    assert names() == ["Ü" * 400]


def test_a_rule_that_was_deleted_a_moment_ago_turns_no_record_into_a_dead_letter(world: World) -> None:
    gone = rule(world, "category")
    live(world)
    matched(world, "Fraud")
    AlertRule.objects.filter(pk=gone.pk).delete()
    matched(world, "Billing")  # while the writer may still know the rule
    assert not world.lens.dead_letters.exists()
    assert names() == ["Fraud"]


def test_another_instances_rule_tells_nothing(world: World) -> None:
    other = type(world.instance).objects.create(alias="other", arn=world.instance.arn[:-1] + "2")
    AlertRule.objects.create(instance=other, kind="category", name="any")
    live(world)
    matched(world, "Fraud")
    sweep_alerts()
    assert alerts() == []


@pytest.mark.parametrize("calls", [1, 50])
def test_a_batch_costs_the_same_statements_however_many_calls_match(world: World, calls: int) -> None:
    rule(world, "category")
    rule(world, "category", team=team(world))
    for n in range(calls):
        live(world, f"c{n}")
    matched(world, "Warm", contact="c0")
    batch = [lens("SEGMENTS", f"c{n}", match("Fraud")) for n in range(calls)]
    with CaptureQueriesContext(connection) as told:
        world.bring(*batch, stream=world.lens)
    about = [each["sql"] for each in told if "alert" in each["sql"] or "UNION" in each["sql"]]
    assert 2 <= len(about) <= 3  # whom a team sees, the alerts; and each second the rules
    assert Alert.objects.filter(detail__category="Fraud").count() == 2 * calls
