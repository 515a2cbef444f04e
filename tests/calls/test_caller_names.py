"""Customers are known by name and tier where an admin said which contact attributes tell them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Caller, ShownAttribute

from .world import ALICE, BOB, Record, World, dropped, newer


@pytest.fixture
def named(world: World) -> World:
    for role in ShownAttribute.Role.values:
        ShownAttribute.objects.create(instance=world.instance, key=f"customer_{role}", label=role, role=role)
    return world


def told(contact_id: str = "c1", caller: str | None = ALICE, name: str = "Alice Moore", **more: object) -> Record:
    return dropped(contact_id, caller, **more) | {"Attributes": {"customer_name": name, "customer_tier": "gold"}}  # type: ignore[arg-type]


def name_of(key: str = ALICE) -> str:
    return Caller.objects.get(key=key).name


def test_a_caller_is_called_as_the_contact_attributes_tell(named: World) -> None:
    named.bring(told())
    caller = named.call("c1").caller
    assert caller
    assert (caller.name, caller.tier) == ("Alice Moore", "gold")


def test_the_newest_record_wins_however_late_an_older_one_comes(named: World) -> None:
    named.bring(told("c2", name="Alice Berg", ended_s=10))
    named.bring(told("c1", name="Alice Moore", ended_s=600))
    assert name_of() == "Alice Berg"
    named.bring(newer(told("c2", name="Alice Lund", ended_s=10)))
    assert name_of() == "Alice Lund"


def test_of_one_batch_the_newest_record_wins(named: World) -> None:
    named.bring(told("c1", name="Alice Berg", ended_s=10), told("c2", name="Alice Moore", ended_s=600))
    assert name_of() == "Alice Berg"


def test_a_record_without_the_attribute_takes_no_name_away(named: World) -> None:
    named.bring(told("c1"))
    named.bring(dropped("c2", ended_s=5), told("c3", name="", ended_s=3))
    assert name_of() == "Alice Moore"


def test_the_same_record_twice_and_a_name_too_long_do_no_harm(named: World) -> None:
    record = told(name="A" * 500)
    named.bring(record, record)
    named.bring(record)
    assert name_of() == "A" * 200


def test_another_instance_and_other_attributes_tell_nothing(world: World) -> None:
    ShownAttribute.objects.create(instance=world.instance, key="customer_name", label="Name")
    world.bring(told())
    assert name_of() == ""


def test_what_is_no_attribute_of_text_names_nobody(named: World) -> None:
    for at, attributes in enumerate(({"customer_name": 5}, {"customer_name": None}, None)):
        named.bring(dropped(f"c{at}") | {"Attributes": attributes})
    assert name_of() == ""


def test_names_cost_the_same_statements_for_one_call_and_for_many(named: World) -> None:
    costs = set()
    for batch in (1, 20):
        keys = [f"+1202555{batch:02}{at:02}" for at in range(batch)]
        with CaptureQueriesContext(connection) as asked:
            named.bring(*(told(f"{key}", key) for key in keys))
        costs.add(len([it for it in asked if "calls_shownattribute" in it["sql"] or "calls_caller SET" in it["sql"]]))
    assert costs == {3}


def test_where_no_attribute_has_a_role_one_statement_is_asked(world: World) -> None:
    with CaptureQueriesContext(connection) as asked:
        world.bring(told(), told("c2", BOB))
    assert len([it for it in asked if "calls_shownattribute" in it["sql"]]) == 1
