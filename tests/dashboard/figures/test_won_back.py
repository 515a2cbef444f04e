"""Callers, not calls, are lost and won back."""

import pytest

from calls.models import Caller, Case, Person
from dashboard.figures.drops import Drops, drops_since
from dashboard.figures.looker import Looker
from dashboard.figures.saves import saves
from dashboard.figures.wall import wall_figures

from .floor import EVERYTHING, Floor, ago


def case(
    floor: Floor, caller: Caller, *ended_s: float, disposition: str = "", closed_s: float = 10, **fields: int
) -> Case:
    told = {"state": "closed", "disposition": disposition, "closed_at": ago(closed_s)} if disposition else {}
    made = Case.objects.create(
        instance=floor.instance, caller=caller, key=f"{caller.key}", cause="abandoned", last_drop_at=ago(min(ended_s)),
        **told, **fields,
    )  # fmt: skip
    for seconds in ended_s:
        floor.left(
            "abandoned",
            30,
            caller=caller,
            case=made,
            ended_at=made.last_drop_at if seconds == min(ended_s) else ago(seconds),
        )
    return made


@pytest.fixture
def callers(floor: Floor) -> list[Caller]:
    return [Caller.objects.create(instance=floor.instance, key=f"+1202555014{at}") for at in range(4)]


def test_a_caller_dropped_three_times_is_one_lost_caller(floor: Floor, callers: list[Caller]) -> None:
    case(floor, callers[0], 300, 200, 100)
    floor.left("abandoned", 30, ended_at=ago(60))  # whose caller nobody knows
    floor.left("abandoned", 30, ended_at=ago(50))
    assert drops_since(EVERYTHING, ago(3600)) == Drops(calls=5, callers=3, won_back=0)


@pytest.mark.parametrize(
    ("disposition", "won_back"),
    [("solved", 1), ("reached", 1), ("no answer", 0), ("voicemail", 0), ("withdrawn", 0), ("", 0)],
)
def test_who_was_reached_is_won_back(floor: Floor, callers: list[Caller], disposition: str, won_back: int) -> None:
    case(floor, callers[0], 200, 100, disposition=disposition)
    assert drops_since(EVERYTHING, ago(3600)) == Drops(calls=2, callers=1, won_back=won_back)


def test_who_was_reached_before_the_drop_is_not_won_back(floor: Floor, callers: list[Caller]) -> None:
    case(floor, callers[0], 100, disposition="solved", closed_s=500)
    assert drops_since(EVERYTHING, ago(3600)).won_back == 0


def test_the_figures_say_so_of_callers(floor: Floor, callers: list[Caller], root: Person) -> None:
    case(floor, callers[0], 3, 2, disposition="solved", closed_s=1)
    case(floor, callers[1], 2)
    shown = {figure.name: figure for figure in wall_figures(Looker.of_person(root)).figures}
    assert (shown["won-back"].value, shown["won-back"].note) == (1, "of 2 callers")
    assert (shown["dropped"].value, shown["dropped"].note) == (3, "2 callers lost")
    assert shown["won-back"].href == "/cases/?show=closed"


def test_who_may_not_work_on_cases_is_led_to_none(floor: Floor) -> None:
    shown = wall_figures(Looker(EVERYTHING)).figures
    assert not [figure for figure in shown if "/cases/" in figure.href]
    assert "cases" not in {figure.name for figure in shown}


def test_a_save_tells_queue_time_and_drops_and_of_nobody(floor: Floor, callers: list[Caller]) -> None:
    case(floor, callers[0], 760, disposition="solved", closed_s=100, drops=3)
    (save,) = saves(EVERYTHING, sees_cases=False)
    assert (save.queue, save.minutes, save.drop, save.href) == ("Billing", 11, "third drop", "")


def test_saves_are_those_of_the_last_minutes_the_newest_first(floor: Floor, callers: list[Caller]) -> None:
    of_old, first, last, open_one = callers
    case(floor, of_old, 9000, disposition="solved", closed_s=3600)
    before = case(floor, first, 900, disposition="reached", closed_s=200)
    newest = case(floor, last, 900, disposition="solved", closed_s=20)
    case(floor, open_one, 900)
    assert [save.case_id for save in saves(EVERYTHING, sees_cases=True)] == [newest.pk, before.pk]
    assert [save.href for save in saves(EVERYTHING, sees_cases=True)] == [
        f"/cases/{newest.pk}/",
        f"/cases/{before.pk}/",
    ]
