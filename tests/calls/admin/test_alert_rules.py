from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from calls.models import AlertRule, Call, Instance, Person, QueueLevel, ShownAttribute, Team

from .conftest import person
from .pages import filled

ADD, TRY = "/admin/calls/alertrule/add/", "/admin/calls/alertrule/try/"


@pytest.fixture
def rule(instance: Instance) -> AlertRule:
    return AlertRule.objects.create(instance=instance, name="Long", kind="long-call", seconds=600)


@pytest.fixture
def long_call(instance: Instance) -> Call:
    now = datetime.now(UTC)
    return Call.objects.create(
        instance=instance, contact_id="long-1", root_contact_id="long-1", queue_name="Billing",
        began_at=now - timedelta(minutes=20), ended_at=now - timedelta(minutes=5),
    )  # fmt: skip


def form(admin: Client, instance: Instance, **more: object) -> dict[str, object]:
    values = filled(admin.get(ADD).content.decode())
    return {**values, "instance": instance.pk, "name": "New", "kind": "long-call", "seconds": 600, **more}


def test_a_rule_is_tried_before_it_is_saved_and_nothing_is(
    admin: Client, instance: Instance, long_call: Call, dana: Person, team: Team
) -> None:
    team.members.add(dana)
    page = admin.post(TRY, form(admin, instance)).content.decode()
    assert "would have fired" in page
    assert "1 time</strong> in the last day" in page
    assert "long-1" in page
    assert not AlertRule.objects.exists()


def test_calls_that_one_may_not_see_are_counted_and_not_named(
    admin: Client, instance: Instance, long_call: Call
) -> None:
    page = admin.post(TRY, form(admin, instance)).content.decode()
    assert "1 time</strong> in the last day" in page
    assert "long-1" not in page


def test_a_saved_rule_is_tried_as_the_form_has_it_and_stays_as_it_was(
    admin: Client, rule: AlertRule, long_call: Call
) -> None:
    address = f"/admin/calls/alertrule/{rule.pk}/change/"
    values = filled(admin.get(address).content.decode(), seconds=["1800"])
    page = admin.post(f"/admin/calls/alertrule/{rule.pk}/try/", values).content.decode()
    assert "0 times</strong> in the last day" in page
    rule.refresh_from_db()
    assert rule.seconds == 600


@pytest.mark.parametrize(
    "change", [{"seconds": ""}, {"kind": "sentiment", "seconds": ""}, {"turns": "3"}, {"seconds": "1"}]
)
def test_what_is_no_rule_is_neither_tried_nor_saved(admin: Client, instance: Instance, change: dict[str, str]) -> None:
    values = form(admin, instance, **change)
    assert "cannot be tried" in admin.post(TRY, values).content.decode()
    assert admin.post(ADD, values).status_code == 200
    assert not AlertRule.objects.exists()


def test_a_rule_is_added_and_deleted(admin: Client, instance: Instance) -> None:
    assert admin.post(ADD, form(admin, instance)).status_code == 302
    saved = AlertRule.objects.get()
    assert (saved.seconds, saved.is_on, saved.severity) == (600, True, "warning")
    admin.post(f"/admin/calls/alertrule/{saved.pk}/delete/", {"post": "yes"})
    assert not AlertRule.objects.exists()


@pytest.mark.parametrize("role", ["supervisor", "team lead", "agent", ""])
def test_nobody_else_may_try(signed_in: Callable[[Person], Client], rule: AlertRule, role: str) -> None:
    assert signed_in(person("bob", role)).post(TRY, {}, follow=True).status_code == 404


def test_looking_at_the_address_of_a_trial_leads_to_the_form(admin: Client, rule: AlertRule) -> None:
    assert admin.get(TRY).headers["Location"] == ADD
    assert admin.get(f"/admin/calls/alertrule/{rule.pk}/try/").headers["Location"].endswith(f"/{rule.pk}/change/")


def test_levels_and_attributes_are_set_up_and_taken_away_by_hand(admin: Client, instance: Instance) -> None:
    level = {"instance": instance.pk, "queue_name": "", "figure": "waiting", "amber": 2, "red": 1}
    assert "red lies higher than amber" in admin.post("/admin/calls/queuelevel/add/", level).content.decode()
    admin.post("/admin/calls/queuelevel/add/", {**level, "red": 4})
    shown = {"instance": instance.pk, "key": "vip", "label": "VIP", "place": 0, "role": "", "ok_values": "yes\r\nsure"}
    admin.post("/admin/calls/shownattribute/add/", shown)
    assert (QueueLevel.objects.get().red, ShownAttribute.objects.get().ok_values) == (4, ["yes", "sure"])
    admin.post(f"/admin/calls/queuelevel/{QueueLevel.objects.get().pk}/delete/", {"post": "yes"})
    assert not QueueLevel.objects.exists()
