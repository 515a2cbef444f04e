from typing import Any

import pytest

from calls.models import Alert, Call, Caller
from dashboard.figures.drops import dropped_since, with_earlier_drops

from .floor import EVERYTHING, Floor, ago


@pytest.mark.parametrize(
    ("fields", "is_told", "is_counted"),
    [
        ({"outcome": "abandoned"}, False, True),
        ({"outcome": "answered"}, False, False),
        ({"outcome": "short_abandon"}, False, False),
        ({"outcome": "abandoned", "ended_at": ago(7200)}, False, False),
        ({"outcome": "abandoned", "is_provisional": True}, False, False),
        ({"outcome": "abandoned", "is_provisional": True}, True, True),
    ],
)
def test_a_drop_counts_when_it_is_certain_or_told(
    floor: Floor, fields: dict[str, Any], is_told: bool, is_counted: bool
) -> None:
    call = floor.leg(**{"ended_at": ago(60)} | fields)
    if is_told:
        Alert.objects.create(call=call)
    assert dropped_since(EVERYTHING, ago(3600)) == is_counted


def test_a_drop_that_was_taken_back_does_not_count(floor: Floor) -> None:
    call = floor.left("abandoned", 30, is_provisional=True, ended_at=ago(60))
    Alert.objects.create(call=call, corrected_at=ago(10))
    assert dropped_since(EVERYTHING, ago(3600)) == 0


def test_whoever_waits_comes_with_the_drops_of_the_last_24_hours(floor: Floor) -> None:
    alice, bob = (Caller.objects.create(instance=floor.instance, key=key) for key in ("+12025550142", "+12025550143"))
    for hours in (1, 23, 25):
        floor.left("abandoned", 30, caller=alice, ended_at=ago(hours * 3600))
    floor.left("abandoned", 30, caller=None, ended_at=ago(60))
    waiting = [floor.live("waiting", caller=caller).pk for caller in (alice, bob, None)]
    found = with_earlier_drops(Call.objects.filter(pk__in=waiting).order_by("pk"))
    assert [vars(call)["earlier_drops"] for call in found] == [2, 0, 0]
