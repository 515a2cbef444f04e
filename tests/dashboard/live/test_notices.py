"""What is wrong with the intake is said on every page: what to do to those who may, what is missing to the others."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from calls.models import Person, Shard, Stream
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]
BECAUSE = "60 of the last 70 records were unusable, most often because: not JSON"


@pytest.fixture
def stream(room: Room) -> Stream:
    stream = Stream.objects.create(instance=room.instance, kind="contact-lens", name="lens", listed_at=timezone.now())
    Shard.objects.create(stream=stream, shard_id="1", read_at=timezone.now())
    return stream


@pytest.fixture
def sam(room: Room) -> Person:
    sam = Person.objects.create_user("sam")
    sam.groups.set([Group.objects.get_or_create(name="supervisor")[0]])
    sam.teams.set(room.alice.teams.all())
    return sam


def stop(stream: Stream) -> None:
    Stream.objects.filter(pk=stream.pk).update(is_stopped=True, stopped_because=BECAUSE, stopped_at=timezone.now())


def resume(stream: Stream) -> None:
    Stream.objects.filter(pk=stream.pk).update(is_stopped=False, stopped_because="", stopped_at=None)


async def test_a_stop_is_told_to_open_pages_and_taken_back_when_it_is_over(
    room: Room, browser: Browsers, stream: Stream, sam: Person
) -> None:
    lead, supervisor = await browser(room.alice).watch("wall"), await browser(sam).watch("wall")
    await do(stop)(stream)
    placed = await lead.until_placed('id="notice"', BECAUSE, "resume")
    assert placed["slot"] == "notice"
    placed = await supervisor.until_placed('id="notice"', "Contact Lens of acme", "words may be missing")
    assert BECAUSE not in placed["html"]

    await do(resume)(stream)
    for person in (lead, supervisor):
        await person.until(lambda frame: frame.get("slot") == "notice" and "Contact Lens" not in frame["html"])


def test_every_page_says_it_from_the_beginning(room: Room, client: Client, stream: Stream, sam: Person) -> None:
    stop(stream)
    for person, words in ((room.alice, "most often because: not JSON"), (sam, "words may be missing")):
        client.force_login(person)
        for path in ("/", "/accounts/zone/"):
            page = " ".join(client.get(path).content.decode().split())
            assert '<p data-kind="stopped">' in page
            assert words in page, (person, path)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("contact-records", "Contact records of acme are not being read"),
        ("contact-events", "waiting callers and early alerts may be missing"),
        ("agent-events", "Agent events of acme are not being read"),
    ],
)
def test_whoever_may_not_act_reads_what_is_missing_by_the_stream(
    client: Client, stream: Stream, sam: Person, kind: str, words: str
) -> None:
    Stream.objects.update(kind=kind)
    stop(stream)
    client.force_login(sam)
    assert words in " ".join(client.get("/").content.decode().split())


def test_what_is_wrong_elsewhere_is_not_told_to_whoever_sees_nothing_of_it(
    room: Room, client: Client, stream: Stream
) -> None:
    stop(stream)
    client.force_login(room.charlie)
    page = client.get("/accounts/zone/").content.decode()
    assert "Contact Lens" not in page
    assert BECAUSE not in page
