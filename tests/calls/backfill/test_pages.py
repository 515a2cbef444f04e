from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from calls.models import Backfill, Gap, Person
from calls.tasks import attend_backfills
from tests.calls.admin.pages import filled
from tests.calls.backfill.bucket import Bucket
from tests.calls.backfill.reading import known, lines
from tests.calls.world import World, dropped

LIST, ADD = "/admin/calls/backfill/", "/admin/calls/backfill/add/"


@pytest.fixture
def dana(world: World) -> Person:
    made = Person.objects.create_user("dana")
    made.groups.add(Group.objects.get(name="admin"))
    return made


@pytest.fixture
def admin(dana: Person) -> Client:
    client = Client()
    client.force_login(dana)
    return client


@pytest.fixture
def gap(world: World) -> Gap:
    from_at, to_at = datetime(2026, 11, 2, 9, 0, 0, 5, UTC), datetime(2026, 11, 2, 10, 0, 0, 5, UTC)
    return Gap.objects.create(stream=world.stream, shard_id="shardId-0", after="49", from_at=from_at, to_at=to_at)


def ask(admin: Client, address: str = ADD, **changes: Any) -> Any:
    return admin.post(ADD, filled(admin.get(address).content.decode(), **changes), follow=True)


def press(admin: Client, backfill: Backfill, action: str) -> str:
    form = {"action": action, "_selected_action": backfill.pk, "back_to": "page"}
    answer = admin.post(LIST, form, follow=True)
    assert answer.redirect_chain == [(f"{LIST}{backfill.pk}/change/", 302)]
    return str(answer.content.decode())


def now(admin: Client, backfill: Backfill) -> str:
    return str(admin.get(f"{LIST}{backfill.pk}/now/").content.decode())


def test_a_gap_is_filled_from_s3_after_a_look_at_the_count(
    world: World, admin: Client, dana: Person, gap: Gap, bucket: Bucket
) -> None:
    bucket.objects = {"a": lines(dropped("c1"), dropped("c2"), b"{}")}
    page = admin.get(f"/admin/calls/gap/{gap.pk}/change/").content.decode()
    assert f"{ADD}?gap={gap.pk}" in page
    answer = ask(admin, f"{ADD}?gap={gap.pk}", location="s3://acme-archive/")
    backfill = Backfill.objects.get()
    assert answer.redirect_chain == [(f"{LIST}{backfill.pk}/change/", 302)]
    assert "waits for a worker" in answer.content.decode()
    assert 'hx-trigger="every 1s"' in now(admin, backfill)

    attend_backfills()
    counted = now(admin, backfill)
    assert "Bring them in" in counted
    assert "hx-trigger" not in counted
    assert known() == []

    assert "waits for a worker" in press(admin, backfill, "bring_in")
    attend_backfills()
    assert known() == ["c1", "c2"]
    backfill.refresh_from_db()
    assert (backfill.state, backfill.asked_by, backfill.begun_by) == ("done", dana, dana)
    assert "It filled the gap" in now(admin, backfill)
    gap.refresh_from_db()
    assert (gap.filled_with, gap.closed_by) == (backfill, dana)
    link = f'<a href="{LIST}{backfill.pk}/change/">filled with Backfill {backfill.pk}</a>'
    assert link in admin.get("/admin/calls/gap/").content.decode()


def test_a_person_closes_a_gap_that_nothing_will_fill(admin: Client, dana: Person, gap: Gap) -> None:
    form = {"action": "close", "_selected_action": gap.pk, "back_to": "page"}
    page = admin.post("/admin/calls/gap/", form, follow=True).content.decode()
    gap.refresh_from_db()
    assert gap.closed_by == dana
    assert "closed by dana: nothing will bring it" in page
    assert "Fill it from S3" not in page
    assert LogEntry.objects.get(object_id=gap.pk).user == dana
    assert "1 closed." not in admin.post("/admin/calls/gap/", form, follow=True).content.decode()
    assert "Gap" not in admin.get("/admin/calls/gap/?is=open").content.decode().partition("result_list")[2]


def test_one_is_cancelled_and_gone_on_with(world: World, admin: Client, bucket: Bucket) -> None:
    ask(admin, stream=world.stream.pk, location="s3://acme-archive/x")
    backfill = Backfill.objects.get()
    assert "Go on where it stopped" in press(admin, backfill, "cancel")
    attend_backfills()
    backfill.refresh_from_db()
    assert backfill.state == "cancelled"
    assert "somebody was first" in press(admin, backfill, "bring_in")
    press(admin, backfill, "go_on")
    attend_backfills()
    assert "Nothing is at s3://acme-archive/x." in now(admin, backfill)
    assert {entry.get_change_message() for entry in LogEntry.objects.all()} >= {"Cancelled.", "Gone on with."}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"location": "/etc/passwd"}, "Must be s3://"),
        ({"source": "disk", "location": "/etc/passwd"}, "not one of the available choices"),
        ({"location": ""}, "Must be s3://"),
        ({"source": "kinesis"}, "Kinesis is read from a time to a time"),
        ({"location": "s3://acme/x", "from_at": "2026-11-02T09:00:00"}, "A time has an end"),
    ],
)
def test_what_cannot_be_is_refused_with_words(world: World, admin: Client, changes: Any, words: str) -> None:
    assert words in ask(admin, stream=world.stream.pk, **changes).content.decode()
    assert not Backfill.objects.exists()


def test_a_file_of_the_servers_disk_is_nothing_that_a_page_reads(world: World, admin: Client) -> None:
    """One that a command left is not taken up by a worker, which may be on another machine."""
    backfill = Backfill.objects.create(
        stream=world.stream, source="disk", location="/etc/passwd", is_by_command=True, state="failed"
    )
    assert "Go on" not in now(admin, backfill)
    press(admin, backfill, "go_on")
    Backfill.objects.update(state="counted")
    assert "Bring them in" not in now(admin, backfill)
    press(admin, backfill, "bring_in")
    attend_backfills()
    backfill.refresh_from_db()
    assert (backfill.state, backfill.epoch) == ("counted", 0)


@pytest.mark.parametrize("role", ["supervisor", "team lead", "agent"])
def test_who_does_not_set_up_finds_nothing(world: World, gap: Gap, role: str) -> None:
    backfill = Backfill.objects.create(stream=world.stream, location="s3://acme-archive")
    bob = Person.objects.create_user("bob")
    bob.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(bob)
    addresses = [LIST, ADD, f"{LIST}{backfill.pk}/change/", f"{LIST}{backfill.pk}/now/", "/admin/calls/gap/"]
    addresses += [f"/admin/calls/gap/{gap.pk}/change/"]
    assert {client.get(address, follow=True).status_code for address in addresses} == {404}
    form = {"action": "close", "_selected_action": gap.pk}
    assert client.post("/admin/calls/gap/", form, follow=True).status_code == 404
    assert Gap.objects.open().exists()


def test_names_of_files_are_text_on_the_page(world: World, admin: Client) -> None:
    backfill = Backfill.objects.create(
        stream=world.stream, location="s3://acme/<script>", remarks=["<script>alert(1)</script> was passed over"],
        trouble="<b>bold</b>", state="failed",
    )  # fmt: skip
    html = admin.get(f"{LIST}{backfill.pk}/change/").content.decode()
    assert "<script>alert" not in html
    assert "<b>bold" not in html
