"""Sockets of a real server end, or are narrowed, with the rights that they came by: with Redis, and without it."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from calls.models import Person

from .browser import do
from .room import Room
from .server import Server


@pytest.fixture(scope="module", params=["with Redis", "without it"])
def server(
    request: pytest.FixtureRequest, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder, os.environ["REDIS_URL"] if request.param == "with Redis" else f"unix://{folder}/none")
    yield server
    server.end()


@pytest_asyncio.fixture(autouse=True)
async def sockets_are_closed(server: Server, room: Room) -> AsyncIterator[None]:
    yield
    await server.close_all()


async def test_signing_out_closes_the_sockets_of_that_session_alone(server: Server, room: Room) -> None:
    signs_out = await (await server.open(room.alice)).watch("wall")
    stays = await (await server.open(room.alice)).watch("wall")
    await do(signs_out.tab.logout)()
    assert await signs_out.until_closed() == 4401
    await do(room.call)("Billing", words="the other one stays")
    await stays.until(lambda frame: "the other one stays" in frame.get("html", ""))


async def test_whoever_is_deactivated_is_closed(server: Server, room: Room) -> None:
    alice = await (await server.open(room.alice)).watch("wall")
    await do(Person.objects.filter(pk=room.alice.pk).update)(is_active=False)
    assert await alice.until_closed() == 4401


async def test_a_queue_that_is_taken_away_is_told_of_no_more(server: Server, room: Room) -> None:
    alice = await (await server.open(room.alice)).watch("wall")
    team = await do(room.alice.teams.get)()
    team.queues = ["Sales"]
    await do(team.save)()
    await alice.until(lambda frame: frame == {"type": "reload"})
    await do(room.call)("Billing", words="not any more")
    await do(room.call)("Sales", words="from now on")
    await alice.until(lambda frame: "from now on" in frame.get("html", ""))
    assert "not any more" not in "".join(alice.texts)
