"""Each queue's tile has a level by each of its figures, and the worst comes first."""

from typing import Any

import pytest

from calls.models import Instance, Person, QueueLevel
from calls.models.queue_level import Figure
from dashboard.figures.looker import Looker
from dashboard.figures.queue_tile import QueueTile
from dashboard.figures.wall import wall_figures

from .floor import ARN, Floor, ago


def tiles(person: Person) -> dict[str, QueueTile]:
    return {tile.name: tile for tile in wall_figures(Looker.of_person(person)).queues}


def wait_in(floor: Floor, name: str, callers: int, for_s: float = 5) -> None:
    for _ in range(callers):
        floor.live("waiting", for_s, queue_name=name, queue_arn=f"{ARN}/queue/{name.lower()}")


def level(floor: Floor, figure: Figure, amber: float, red: float, queue: str = "") -> None:
    QueueLevel.objects.create(instance=floor.instance, queue_name=queue, figure=figure, amber=amber, red=red)


@pytest.mark.parametrize(
    ("callers", "for_s", "expected"),
    [(1, 5, ""), (5, 5, "amber"), (10, 5, "red"), (1, 60.5, "amber"), (1, 120.5, "red"), (5, 121, "red")],
)
def test_where_nobody_set_levels_those_of_ringback_hold(
    floor: Floor, root: Person, callers: int, for_s: float, expected: str
) -> None:
    wait_in(floor, "Billing", callers, for_s)
    assert tiles(root)["Billing"].level == expected


def test_a_queues_own_level_goes_before_the_instances_and_that_before_ringbacks(floor: Floor, root: Person) -> None:
    level(floor, Figure.WAITING, 2, 4)
    level(floor, Figure.WAITING, 1, 2, "Sales")
    for name in ("Billing", "Sales"):
        wait_in(floor, name, 2)
    assert (tiles(root)["Billing"].level, tiles(root)["Sales"].level) == ("amber", "red")


def test_levels_of_another_instance_hold_for_nobody_else(floor: Floor, root: Person) -> None:
    other = Instance.objects.create(alias="beta", arn=ARN.replace("aaaaaaaa", "bbbbbbbb"))
    QueueLevel.objects.create(instance=other, figure=Figure.WAITING, amber=1, red=1)
    wait_in(floor, "Billing", 2)
    assert tiles(root)["Billing"].level == ""


def test_low_is_bad_of_the_service_level_and_high_of_the_abandon_rate(floor: Floor, root: Person) -> None:
    for at in range(10):
        floor.answered(5 if at else 500, enqueued_at=ago(1), queue_arn=f"{ARN}/queue/billing")
    level(floor, Figure.SERVICE_LEVEL, 95, 50)
    floor.queue("Billing")
    tile = tiles(root)["Billing"]
    assert (tile.service_level, tile.level_of(Figure.SERVICE_LEVEL)) == (90, "amber")
    assert (tile.abandon_rate, tile.level_of(Figure.ABANDON_RATE)) == (0, "")
    for _ in range(2):
        floor.left("abandoned", 5, enqueued_at=ago(1), queue_arn=f"{ARN}/queue/billing")
    assert (tiles(root)["Billing"].abandon_rate, tiles(root)["Billing"].level_of(Figure.ABANDON_RATE)) == (17, "red")


def test_a_share_of_few_calls_is_shown_and_alarms_nobody(floor: Floor, root: Person) -> None:
    floor.queue("Billing")
    floor.left("abandoned", 50, enqueued_at=ago(1), queue_arn=f"{ARN}/queue/billing")
    tile = tiles(root)["Billing"]
    assert (tile.service_level, tile.abandon_rate, tile.level) == (0, 100, "")


def test_agents_free_are_too_few_only_while_somebody_waits(db: None, root: Person) -> None:
    floor = Floor.open("contact-records")
    Instance.objects.update(current_metrics=True)
    told: dict[str, Any] = {"figures_at": ago(3), "agents_free": 0}
    floor.queue("Billing", waiting=0, **told)
    floor.queue("Sales", waiting=1, oldest_s=2, **told)
    assert (tiles(root)["Billing"].level, tiles(root)["Sales"].level) == ("", "red")


def test_where_streams_cannot_tell_who_is_free_the_tile_says_nothing_of_it(floor: Floor, root: Person) -> None:
    wait_in(floor, "Billing", 1)
    assert tiles(root)["Billing"].agents_free is None


def test_the_worst_queue_comes_first_and_then_the_longest_wait(floor: Floor, root: Person) -> None:
    wait_in(floor, "Calm", 1, 20)
    wait_in(floor, "Longer", 1, 40)
    wait_in(floor, "Full", 10, 5)
    wait_in(floor, "Amber", 1, 70)
    floor.queue("Idle")
    assert list(tiles(root)) == ["Full", "Amber", "Longer", "Calm", "Idle"]


def test_a_tile_leads_to_the_calls_of_its_queue_and_tells_its_name_in_no_id(floor: Floor, root: Person) -> None:
    wait_in(floor, "Billing & more", 1)
    tile = tiles(root)["Billing & more"]
    assert tile.href == "?queue=Billing+%26+more#calls"
    assert tile.id.startswith("queue-")
    assert "Billing" not in tile.id
    assert tile.id == tiles(root)["Billing & more"].id
