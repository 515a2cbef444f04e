import asyncio
from collections.abc import Callable

import pytest
from django.db import connection

from calls.models.xid import epoch
from calls.nudges import nudge
from dashboard.live import outgoing
from dashboard.live.feed import Feed
from dashboard.live.messages import NOT_NOW, Hello
from dashboard.live.outgoing import Event, Outgoing
from dashboard.live.viewer import Viewer
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


async def test_a_browser_that_never_acknowledges_is_closed(
    room: Room, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "UNREAD_S", 0.5)
    mute, reads = browser(room.alice, acks=False), browser(room.alice)
    await mute.watch("wall")
    await reads.watch("wall")
    nudge()
    assert await mute.until_closed() == 4408
    await do(room.call)(words="still told")
    await reads.until_placed("still told")


async def test_the_feed_stops_with_its_last_socket_and_starts_with_the_next(room: Room, browser: Browsers) -> None:
    loop = asyncio.get_running_loop()
    first, second = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")
    feed = Feed._running[loop]
    await first.leave()
    assert Feed._running[loop] is feed
    await second.leave()
    assert loop not in Feed._running
    third = await browser(room.alice).watch("wall")
    await do(room.call)(words="heard by the next feed")
    await third.until_placed("heard by the next feed")


@pytest.fixture
def our_own(room: Room) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cut_connections_but(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [pid],
        )


async def test_a_look_that_fails_is_made_up_for(
    room: Room, browser: Browsers, our_own: int, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await browser(room.alice).watch("wall")
    await do(cut_connections_but)(our_own)
    await do(room.call)(words="told after all")
    await alice.until_placed("told after all")
    assert "A look at the database failed" in caplog.text


async def test_one_that_no_look_can_tell_is_sent_away_and_the_others_are_told_on(room: Room, browser: Browsers) -> None:
    alice = await browser(room.alice).watch("wall")
    feed = Feed._running[asyncio.get_running_loop()]
    (caught_up,) = feed.viewers
    sent: asyncio.Queue[Event] = asyncio.Queue()
    hello = Hello(["wall"], cursor="9" * 5000, epoch=await do(epoch)())  # such a one is refused as it comes
    newcomer = Viewer(caught_up.session, caught_up.standing, caught_up.watches, hello, Outgoing(sent.put))
    Feed.join(newcomer)
    assert await sent.get() == {"type": "websocket.close", "code": NOT_NOW}
    await do(room.call)(words="told on")
    await alice.until_placed("told on")
    await feed.leave(newcomer)


async def test_a_feed_does_not_look_because_of_calls_that_nobody_looks_at(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    await browser(room.alice).watch(f"call:{call.pk}", f"marks:{call.pk}", numbers={call.pk: call.number})
    feed = Feed._running[asyncio.get_running_loop()]
    others = [(call.pk + n, 7) for n in range(1, 1001)]
    assert not feed._concerns(others)
    assert not feed._concerns([*others, (call.pk, call.number)])  # that is told already
    assert feed._concerns([*others, (call.pk, call.number + 1)])
    await browser(room.bob).watch("wall")
    assert feed._concerns(others)
