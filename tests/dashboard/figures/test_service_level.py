"""Service levels counted by hand. Within is 20 s unless said otherwise."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group

from calls.models import Person, Team
from calls.scope import Scope
from dashboard.figures.service_level import service_level

from .floor import EVERYTHING, Floor, ago

Case = Callable[[Floor], object]


def level(floor: Floor) -> tuple[int | None, int | None]:
    counted = service_level(EVERYTHING, ago(3600))
    return counted.percent, counted.strict_percent


@pytest.mark.parametrize(
    ("legs", "percent", "strict"),
    [
        pytest.param([("answered", 5)], 100, 100, id="answered in time"),
        pytest.param([("answered", 20)], 100, 100, id="answered at the last moment"),
        pytest.param([("answered", 21)], 0, 0, id="answered too late"),
        # 3 of 4 left within 20 s, one by hanging up; strictly 2 were answered in time, of 3 answered and 1 left.
        pytest.param([("answered", 5), ("answered", 15), ("answered", 30), ("abandoned", 12)], 75, 50, id="the usual"),
        pytest.param([("answered", 5), ("abandoned", 90)], 50, 50, id="left late"),
        # Short ones are met in Connect's way, and do not count in the strict one.
        pytest.param([("answered", 30), ("short_abandon", 2)], 50, 0, id="left at once"),
        pytest.param([("short_abandon", 2)], 100, None, id="nobody but who left at once"),
        pytest.param(
            [("answered", 5), ("missed_by_agent", 40), ("turned_away", 50)], 33, 33, id="missed and turned away"
        ),
        pytest.param([("answered", 5), ("passed_on", 60)], 50, 100, id="passed on is neither answered nor abandoned"),
        pytest.param([], None, None, id="nobody"),
    ],
)
def test_the_service_level_is_as_counted_by_hand(
    floor: Floor, legs: list[tuple[str, float]], percent: int | None, strict: int | None
) -> None:
    for outcome, wait_s in legs:
        if outcome == "answered":
            floor.answered(wait_s)
        else:
            floor.left(outcome, wait_s)
    assert level(floor) == (percent, strict)


@pytest.mark.parametrize(
    "uncounted",
    [
        pytest.param(lambda floor: floor.answered(90, initiation_method="CALLBACK"), id="a callback"),
        pytest.param(lambda floor: floor.left("consult", 90), id="a consult"),
        pytest.param(lambda floor: floor.left("test_call", 90), id="a test call"),
        pytest.param(lambda floor: floor.left("not_a_call", 90), id="a task"),
        pytest.param(lambda floor: floor.live("waiting", 90, channel="TASK"), id="a task that waits"),
        pytest.param(lambda floor: floor.answered(90, enqueued_at=ago(7200)), id="queued before the day began"),
        pytest.param(lambda floor: floor.answered(90, enqueued_at=None), id="never in a queue"),
        pytest.param(lambda floor: floor.live("flow", 90), id="still in the flow"),
        pytest.param(lambda floor: floor.live("waiting", 5), id="waiting, and still in time"),
        pytest.param(lambda floor: floor.leg(wait_s=None), id="nobody knows how long it waited"),
    ],
)
def test_what_is_no_call_that_waited_today_changes_nothing(floor: Floor, uncounted: Case) -> None:
    floor.answered(5)
    uncounted(floor)
    assert level(floor) == (100, 100)


def test_whoever_still_waits_counts_as_soon_as_the_time_is_over(floor: Floor) -> None:
    floor.answered(5)
    floor.live("waiting", 30)
    floor.live("ringing", 30)
    assert level(floor) == (33, 100)


def test_before_its_record_a_call_counts_by_its_events(floor: Floor) -> None:
    at = ago(100)
    floor.live("talking", stage_facts={"connected_at": ago(90).isoformat()}, enqueued_at=at)  # after 10 s
    floor.live("hold", stage_facts={"connected_at": ago(60).isoformat()}, enqueued_at=at)  # after 40 s
    floor.leg(stage="ended", outcome="abandoned", stage_facts={"disconnected_at": ago(85).isoformat()}, enqueued_at=at)
    assert level(floor) == (67, 33)


def test_within_is_what_the_policy_of_the_instance_says(floor: Floor) -> None:
    floor.within(60)
    floor.answered(45)
    assert level(floor) == (100, 100)


def test_it_is_counted_of_what_the_person_may_see(floor: Floor) -> None:
    alice = Person.objects.create_user("alice")
    alice.groups.add(Group.objects.get(name="supervisor"))
    team = Team.objects.create(name="Sales", instance=floor.instance, queues=["Sales"])
    team.members.add(alice)
    floor.answered(5)
    floor.answered(5, queue_name="Sales")
    assert service_level(Scope.of(alice), ago(3600)).queued == 1
