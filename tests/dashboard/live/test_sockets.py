"""What browsers may do to a real server, and how they are sent away."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from django.test import Client
from websockets.frames import Frame, Opcode

from calls.models import Person, ScreenLink, Team
from calls.models.xid import horizon
from dashboard.live.limits import MESSAGES_AT_ONCE, MOST_SOCKETS

from .browser import do
from .room import Room
from .server import Server, Socket, server

__all__ = ["server"]

SECRET = "the caller's own words"


@pytest_asyncio.fixture(autouse=True)
async def sockets_are_closed(server: Server, room: Room) -> AsyncIterator[None]:
    yield
    await server.close_all()


@pytest_asyncio.fixture
async def alice(server: Server, room: Room) -> Socket:
    return await server.open(room.alice)


async def still_serves(server: Server, person: Person) -> None:
    """Somebody else notices nothing, and the log tells of no error."""
    other = await server.open(person)
    await other.watch("wall")
    await other.leave()
    assert server.trouble == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9", None])
async def test_a_page_from_elsewhere_or_from_nowhere_is_closed_and_told_nothing(
    server: Server, room: Room, origin: str | None
) -> None:
    await do(room.call)(words=SECRET)
    socket = await server.open(room.alice, origin=origin)
    await socket.say(json.dumps({"watch": ["wall"]}))
    assert await socket.until_closed() == 4421
    assert socket.texts == []
    await still_serves(server, room.alice)


async def test_whoever_has_no_session_is_closed(server: Server, room: Room) -> None:
    assert await (await server.open()).until_closed() == 4401


async def test_a_session_that_is_none_is_closed(server: Server, room: Room) -> None:
    socket = await server.open(room.alice)
    await do(socket.tab.logout)()
    await socket.hello("wall")
    assert await socket.until_closed() == 4401
    await still_serves(server, room.bob)


async def test_a_frame_of_two_megabytes_is_refused_before_it_is_kept(server: Server, room: Room, alice: Socket) -> None:
    await alice.say("x" * 2_000_000)
    assert await alice.until_closed() == 1009
    await still_serves(server, room.bob)


async def test_two_megabytes_in_many_frames_are_refused_too(server: Server, room: Room, alice: Socket) -> None:
    await alice.say(["x" * 10_000] * 200)
    assert await alice.until_closed() == 1009
    await still_serves(server, room.bob)


async def test_a_message_longer_than_any_page_says_is_refused(server: Server, room: Room, alice: Socket) -> None:
    await alice.say(json.dumps({"watch": ["wall"], "shown": ["x" * 70_000]}))
    assert await alice.until_closed() == 4409
    await still_serves(server, room.bob)


async def test_ten_thousand_frames_in_a_second_are_refused(server: Server, room: Room, alice: Socket) -> None:
    await alice.watch("wall")
    await alice.say(*['{"calls": {}}'] * 10_000)
    assert await alice.until_closed() == 4429
    await still_serves(server, room.alice)


async def test_as_many_as_a_busy_reader_says_are_heard(server: Server, room: Room, alice: Socket) -> None:
    await alice.watch("wall")
    await alice.say(*['{"calls": {}}'] * int(MESSAGES_AT_ONCE / 2))
    await do(room.call)(words="still told")
    await alice.until(lambda frame: "still told" in frame.get("html", ""))


async def test_bytes_that_are_no_text_are_refused(server: Server, room: Room, alice: Socket) -> None:
    raw = Frame(Opcode.TEXT, b'{"watch": ["\xff\xfe"]}').serialize(mask=True)
    alice.opened.transport.write(raw)
    assert await alice.until_closed() == 1007
    await still_serves(server, room.bob)


UNKNOWN: Iterable[str | bytes] = [
    b"\x00", "", "nonsense", "7", "{}", '{"delete": 1}', '{"watch": ["walls"]}', '{"ack": 1}', '{"calls": {"1": 1}}',
    '{"watch": ["wall"], "numbers": {"1": -1}}', '{"watch": ["wall"], "numbers": {"1": 99999999999999999999}}',
    json.dumps({"watch": ["wall"] * 50}), "[" * 50_000,
]  # fmt: skip


async def test_what_is_not_understood_is_refused(server: Server, room: Room) -> None:
    for text in UNKNOWN:
        socket = await server.open(room.alice)
        await socket.say(text)
        assert await socket.until_closed() == 4400, text[:40]
        assert socket.texts == []
    await still_serves(server, room.alice)


async def test_a_call_of_another_team_is_refused_like_one_that_is_not(server: Server, room: Room) -> None:
    foreign = await do(room.call)("Sales", words=SECRET)
    for pk in (foreign.pk, 999_999_999):
        for number in (0, 10**15):
            socket = await server.open(room.alice)
            await socket.hello(f"call:{pk}", numbers={str(pk): number})
            assert await socket.until_closed() == 4404
            assert socket.texts == []


async def test_a_page_that_comes_back_with_what_another_showed_gets_nothing_of_it(server: Server, room: Room) -> None:
    foreign = await do(room.call)("Sales", words=SECRET)
    socket = await server.open(room.alice)
    await socket.watch("wall", cursor=str(await do(horizon)() - 50), shown=[f"call-{foreign.pk}"])
    await socket.until(lambda frame: frame["type"] == "beat")
    assert SECRET not in "".join(socket.texts)


async def test_a_page_from_the_future_is_refused(server: Server, room: Room) -> None:
    mine = await do(room.call)("Billing")
    ahead = str(await do(horizon)() + 1_000_000)
    for watch, more in (("wall", {"cursor": ahead}), ("wall", {"cursor": "9" * 20}),
                        (f"call:{mine.pk}", {"numbers": {str(mine.pk): mine.number + 1}})):  # fmt: skip
        socket = await server.open(room.alice)
        await socket.hello(watch, **more)
        assert await socket.until_closed() == 4412
        assert socket.texts == []
    await still_serves(server, room.alice)


async def test_one_person_has_so_many_sockets_and_another_has_as_many(server: Server, room: Room) -> None:
    sockets = [await (await server.open(room.alice)).watch("wall") for _ in range(MOST_SOCKETS)]
    over = await server.open(room.alice)
    await over.hello("wall")
    assert await over.until_closed() == 4429
    await (await server.open(room.bob)).watch("wall")
    await sockets[0].leave()
    await (await server.open(room.alice)).watch("wall")
    await server.close_all()
    await still_serves(server, room.alice)


async def test_side_panes_turn_to_calls_and_are_told_which_they_may_not_show(server: Server, room: Room) -> None:
    mine, foreign = await do(room.call)("Billing", words="mine"), await do(room.call)("Sales", words=SECRET)
    socket = await (await server.open(room.alice)).watch("wall")
    await socket.say(json.dumps({"calls": {str(mine.pk): 0, str(foreign.pk): 0}}))
    await socket.until(lambda frame: frame == {"type": "gone", "slot": f"call:{foreign.pk}", "id": ""})
    await do(room.say)(foreign, "t1", SECRET)
    await do(room.say)(mine, "t1", "and the turn after it")
    await socket.until(lambda frame: frame.get("slot", "").startswith("turns") and "after it" in frame["html"])
    await socket.say(json.dumps({"calls": {}}))
    await do(room.say)(mine, "t2", "a turn nobody looks at")
    await do(room.call)("Billing", words="on the wall")
    await socket.until(lambda frame: "on the wall" in frame.get("html", ""))
    turns = [frame for text in socket.texts for frame in json.loads(text) if "turns" in frame.get("slot", "")]
    assert not [frame for frame in turns if "nobody looks at" in frame.get("html", "")]
    assert SECRET not in "".join(socket.texts)


async def test_a_screen_is_let_in_by_its_link_and_sent_away_when_that_is_revoked(server: Server, room: Room) -> None:
    screen = await do(a_screen)(room)
    tab = await do(session_of)(screen)
    refused = await server.open(session=tab)
    await refused.hello("wall")
    assert await refused.until_closed() == 4403
    socket = await (await server.open(session=tab)).watch("screen")
    await do(screen.refresh_from_db)()
    assert screen.last_seen_at
    await do(ScreenLink.objects.filter(pk=screen.pk).update)(revoked_at=datetime.now(UTC))
    assert await socket.until_closed() == 4410
    again = await server.open(session=tab)
    await again.hello("screen")
    assert await again.until_closed() == 4410


def a_screen(room: Room) -> ScreenLink:
    screen = ScreenLink(name="Lobby", team=Team.objects.get(name="Billing"), made_by=room.alice)
    screen.renew()
    screen.save()
    return screen


def session_of(screen: ScreenLink) -> Client:
    tab = Client()
    session = tab.session
    session["screen"] = screen.pk
    session.save()
    tab.cookies["sessionid"] = str(session.session_key)
    return tab
