"""What is usual is told by three weeks of calls at the same weekday and hour, and by nothing less."""

from datetime import timedelta

from django.utils import timezone

from calls.models import Person
from dashboard.figures.figure import Figure
from dashboard.figures.looker import Looker
from dashboard.figures.usual_drops import usual_drops
from dashboard.figures.wall import wall_figures

from .floor import EVERYTHING, Floor

WEEK = timedelta(weeks=1)
# In which it is noon now: a day's calls are none of the day before.
ZONE = f"Etc/GMT{timezone.now().hour - 12:+d}"


def ended(
    floor: Floor, weeks_ago: int, outcome: str = "abandoned", number: int = 1, earlier: timedelta = timedelta()
) -> None:
    at = timezone.now() - weeks_ago * WEEK - timedelta(seconds=2) - earlier
    for _ in range(number):
        floor.left(outcome, 30, ended_at=at)


def dropped_today(person: Person) -> Figure:
    Person.objects.filter(pk=person.pk).update(time_zone=ZONE)
    person.refresh_from_db()
    return next(it for it in wall_figures(Looker.of_person(person)).figures if it.name == "dropped")


def test_the_mean_of_three_weeks_is_usual(floor: Floor) -> None:
    for weeks_ago, number in ((1, 3), (2, 2), (3, 4)):
        ended(floor, weeks_ago, number=number)
    assert usual_drops(EVERYTHING, ZONE) == 3


def test_what_was_dropped_earlier_on_such_a_day_counts_and_later_or_on_other_days_does_not(floor: Floor) -> None:
    for weeks_ago in (1, 2, 3):
        ended(floor, weeks_ago)
        ended(floor, weeks_ago, earlier=timedelta(hours=5))
        ended(floor, weeks_ago, earlier=timedelta(hours=-2))
        ended(floor, weeks_ago, earlier=timedelta(days=1))
    assert usual_drops(EVERYTHING, ZONE) == 2


def test_without_calls_at_this_hour_in_each_of_three_weeks_nothing_is_usual(floor: Floor) -> None:
    for weeks_ago in (1, 2):
        ended(floor, weeks_ago, number=5)
    ended(floor, 3, earlier=timedelta(hours=3))
    assert usual_drops(EVERYTHING, ZONE) is None
    ended(floor, 3, outcome="answered")
    assert usual_drops(EVERYTHING, ZONE) is not None


def test_twice_usual_is_said_from_twice_on_and_only_where_it_is_known(floor: Floor, root: Person) -> None:
    ended(floor, 0, number=6)
    assert dropped_today(root).alarm == ""
    assert "three weeks" not in dropped_today(root).note
    for weeks_ago in (1, 2, 3):
        ended(floor, weeks_ago, number=3)
    assert dropped_today(root).alarm == "twice usual"
    assert "By this hour of this weekday 3 are usual" in dropped_today(root).means
    ended(floor, 1, number=3)
    assert dropped_today(root).alarm == ""


def test_few_drops_are_not_unusual_though_they_are_twice_as_many(floor: Floor, root: Person) -> None:
    for weeks_ago in (1, 2, 3):
        ended(floor, weeks_ago)
    ended(floor, 0, number=3)
    assert dropped_today(root).alarm == ""
