"""Abandon rates counted by hand: without the short ones, and with them."""

from collections.abc import Callable

import pytest

from dashboard.figures.abandon_rate import abandon_rate

from .floor import EVERYTHING, Floor, ago


def rate() -> tuple[int | None, int | None]:
    counted = abandon_rate(EVERYTHING, ago(3600))
    return counted.percent, counted.percent_with_short


@pytest.mark.parametrize(
    ("outcomes", "without_short", "with_short"),
    [
        pytest.param(["answered", "answered", "answered", "abandoned"], 25, 25, id="one of four"),
        pytest.param(["answered", "abandoned", "missed_by_agent", "turned_away"], 75, 75, id="in three ways"),
        # Without the short one 1 of 4, with it 2 of 5.
        pytest.param(["answered", "answered", "answered", "abandoned", "short_abandon"], 25, 40, id="one was short"),
        pytest.param(["answered", "self_served", "left_voicemail", "abandoned"], 25, 25, id="other ways out"),
        pytest.param(["short_abandon"], None, 100, id="none but a short one"),
        pytest.param([], None, None, id="nobody"),
    ],
)
def test_the_abandon_rate_is_as_counted_by_hand(
    floor: Floor, outcomes: list[str], without_short: int | None, with_short: int | None
) -> None:
    for outcome in outcomes:
        floor.left(outcome, 30, is_talked=outcome == "answered")
    assert rate() == (without_short, with_short)


@pytest.mark.parametrize(
    "uncounted",
    [
        pytest.param(lambda floor: floor.left("callback_failed", 30, initiation_method="CALLBACK"), id="a callback"),
        pytest.param(lambda floor: floor.left("consult", 30), id="a consult"),
        pytest.param(lambda floor: floor.left("test_call", 30), id="a test call"),
        pytest.param(lambda floor: floor.left("monitoring", 30), id="somebody listening in"),
        pytest.param(
            lambda floor: floor.left("abandoned", 30, enqueued_at=ago(7200)), id="queued before the day began"
        ),
        pytest.param(lambda floor: floor.left("left_in_flow", 0, enqueued_at=None), id="never in a queue"),
    ],
)
def test_what_is_no_call_that_waited_today_changes_nothing(floor: Floor, uncounted: Callable[[Floor], object]) -> None:
    floor.left("abandoned", 30)
    floor.answered(5)
    uncounted(floor)
    assert rate() == (50, 50)
    assert abandon_rate(EVERYTHING, ago(3600)).queued == 2


def test_whoever_chose_to_be_called_back_is_counted_nowhere(floor: Floor) -> None:
    floor.left("abandoned", 30)
    by_its_next = floor.leg(initiation_method="CALLBACK", enqueued_at=ago(60))
    floor.left("passed_on", 30, next_contact_id=by_its_next.contact_id)
    named_by_it = floor.left("passed_on", 30)
    floor.leg(initiation_method="CALLBACK", enqueued_at=ago(60), previous_contact_id=named_by_it.contact_id)
    by_events = {"contact_id": "c", "initiation_method": "CALLBACK", "at": ago(60).isoformat()}
    floor.live("passed-on", is_live=False, stage_facts={"next": by_events})
    assert abandon_rate(EVERYTHING, ago(3600)).queued == 1


def test_whoever_was_passed_on_to_another_queue_is_counted(floor: Floor) -> None:
    floor.left("abandoned", 30)
    next_leg = floor.answered(5, initiation_method="TRANSFER")
    floor.left("passed_on", 30, next_contact_id=next_leg.contact_id)
    by_events = {"contact_id": "c", "initiation_method": "TRANSFER", "at": ago(60).isoformat()}
    floor.live("passed-on", is_live=False, stage_facts={"next": by_events})
    assert abandon_rate(EVERYTHING, ago(3600)).queued == 4
