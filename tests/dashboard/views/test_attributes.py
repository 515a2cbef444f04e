"""Chosen contact attributes stand beside a call, by label, with what their values mean."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from calls.models import Call, ShownAttribute

SignIn = Callable[[str], Client]


@pytest.fixture
def chosen(live_call: Call) -> Call:
    told = {"instance": live_call.instance}
    ShownAttribute.objects.create(
        **told, key="verified", label="Verified", place=1, ok_values=["Yes"], warn_values=["no"]
    )
    ShownAttribute.objects.create(**told, key="booking", label="Booking", place=2)
    ShownAttribute.objects.create(**told, key="phone", label="Other number", place=3)
    return live_call


def panel(client: Client, call: Call) -> str:
    html = client.get(call.get_absolute_url()).content.decode()
    found = re.search(r'<div class="attributes">(.*?)</div>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def with_record(call: Call, **attributes: str) -> Call:
    Call.objects.filter(pk=call.pk).update(record={"ContactId": call.contact_id, "Attributes": attributes})
    return call


@pytest.mark.parametrize(("value", "words"), [("yes", "yes ✓ ok"), ("no", "no ▲ attention"), ("maybe", "maybe")])
def test_a_value_is_told_by_its_label_sign_and_word(sign_in: SignIn, chosen: Call, value: str, words: str) -> None:
    with_record(chosen, verified=value, secret="not chosen")
    assert panel(sign_in("alice"), chosen) == f"About the caller Verified {words}"


def test_before_the_record_they_are_known_after_the_call(sign_in: SignIn, chosen: Call) -> None:
    assert panel(sign_in("alice"), chosen) == "About the caller known after the call"


def test_before_the_record_the_newest_leg_before_tells_them(sign_in: SignIn, chosen: Call) -> None:
    for contact_id, minute, value in (("older", 1, "A1"), ("newer", 5, "B2")):
        leg = Call.objects.create(
            instance=chosen.instance, contact_id=contact_id, root_contact_id="older", queue_name="Billing",
            began_at=datetime(2026, 11, 2, 9, minute, tzinfo=UTC),
        )  # fmt: skip
        with_record(leg, booking=value)
    Call.objects.filter(pk=chosen.pk).update(root_contact_id="older", previous_contact_id="newer")
    assert panel(sign_in("alice"), chosen) == "About the caller as the leg before knew it Booking B2"


@pytest.mark.parametrize("fields", [{"queue_name": "Sales"}, {"queue_name": "", "dialled_address": "+12025550199"}])
def test_a_leg_that_another_team_may_see_alone_tells_nothing(
    sign_in: SignIn, chosen: Call, fields: dict[str, str]
) -> None:
    leg = Call.objects.create(instance=chosen.instance, contact_id="older", root_contact_id="older", **fields)
    with_record(leg, booking="A1")
    Call.objects.filter(pk=chosen.pk).update(root_contact_id="older", previous_contact_id="older")
    assert panel(sign_in("alice"), chosen) == "About the caller known after the call"


def test_a_record_with_none_of_them_says_so(sign_in: SignIn, chosen: Call) -> None:
    with_record(chosen, other="x")
    assert panel(sign_in("alice"), chosen) == "About the caller its contact record tells none of these"


def test_a_number_in_a_value_is_masked(sign_in: SignIn, chosen: Call) -> None:
    with_record(chosen, phone="+12025550177")
    assert panel(sign_in("alice"), chosen) == "About the caller Other number ••• 0177"


def test_where_none_were_chosen_nothing_is_said(sign_in: SignIn, live_call: Call) -> None:
    with_record(live_call, verified="yes")
    assert panel(sign_in("alice"), live_call) == ""
