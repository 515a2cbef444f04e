from typing import Any

import pytest
from django.contrib.auth.models import Group

from calls.models import Alert, Call, Caller, Person, Team
from dashboard.figures.drops import drops_since, with_earlier_drops

from .floor import ARN, EVERYTHING, Floor, ago


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
    assert drops_since(EVERYTHING, ago(3600)).calls == is_counted


def test_a_drop_that_was_taken_back_does_not_count(floor: Floor) -> None:
    call = floor.left("abandoned", 30, is_provisional=True, ended_at=ago(60))
    Alert.objects.create(call=call, corrected_at=ago(10))
    assert drops_since(EVERYTHING, ago(3600)).calls == 0


def test_whoever_waits_comes_with_the_drops_of_the_last_24_hours(floor: Floor) -> None:
    alice, bob = (Caller.objects.create(instance=floor.instance, key=key) for key in ("+12025550142", "+12025550143"))
    for hours in (1, 23, 25):
        floor.left("abandoned", 30, caller=alice, ended_at=ago(hours * 3600))
    floor.left("abandoned", 30, caller=None, ended_at=ago(60))
    waiting = [floor.live("waiting", caller=caller).pk for caller in (alice, bob, None)]
    found = with_earlier_drops(Call.objects.filter(pk__in=waiting).order_by("pk"))
    assert [vars(call)["earlier_drops"] for call in found] == [2, 0, 0]


def test_drops_count_only_where_whoever_sees_the_row_sees_them_too(floor: Floor) -> None:
    alice = Caller.objects.create(instance=floor.instance, key="+12025550142")
    own = f"{ARN}/queue/agent/bob"
    places: list[dict[str, Any]] = [
        {"queue_name": "Billing", "queue_arn": f"{ARN}/queue/billing"},
        {"queue_name": "Sales", "queue_arn": f"{ARN}/queue/sales"},
        {"queue_name": "", "queue_arn": f"{ARN}/queue/billing"},  # only those who see all queues see it
        {"queue_name": "Accounts", "queue_arn": f"{ARN}/queue/billing"},  # as it was called before
        {"queue_name": "", "queue_arn": own, "agent_username": "bob"},
        {"queue_name": "", "queue_arn": own},
        {"queue_name": "", "dialled_address": "+12025550100"},
        {"queue_name": "", "dialled_address": "+12025550101"},
        {"queue_name": "Billing", "queue_arn": own, "agent_username": "bob"},
    ]
    waiting = [floor.live("waiting", caller=alice, **place).pk for place in places]
    for times, place in enumerate(places, start=1):
        for _ in range(times):
            floor.left("abandoned", 30, caller=alice, ended_at=ago(60), **place)
    found = with_earlier_drops(Call.objects.filter(pk__in=waiting).order_by("pk"))
    assert [vars(call)["earlier_drops"] for call in found] == list(range(1, len(places) + 1))


def test_a_drop_in_a_queue_is_not_told_to_the_leads_of_another(floor: Floor) -> None:
    alice = Caller.objects.create(instance=floor.instance, key="+12025550142")
    bob = Person.objects.create_user("bob")
    bob.groups.add(Group.objects.get(name="team lead"))
    bob.teams.add(Team.objects.create(instance=floor.instance, name="Billing", queues=["Billing"]))
    floor.left("abandoned", 30, caller=alice, ended_at=ago(60), queue_name="Sales")
    floor.live("waiting", caller=alice)
    (row,) = with_earlier_drops(Call.objects.visible_to(bob))
    assert vars(row)["earlier_drops"] == 0
