from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from calls.models.xid import horizon
from calls.nudges import nudge
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


@contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        yield other


async def test_a_socket_that_was_cut_comes_back_without_a_gap(room: Room, browser: Browsers) -> None:
    ends, stays = await do(room.call)(), await do(room.call)()
    alice = await browser(room.alice).watch("wall")
    await alice.leave()
    await do(room.change)(ends, is_live=False)
    await do(room.change)(stays, agent_username="bob.hale")
    await do(room.call)(words="came meanwhile")
    shown = [f"call-{ends.pk}", f"call-{stays.pk}"]
    again = await browser(room.alice).come_back("wall", cursor=alice.cursor, shown=shown)
    told = again.news
    assert {frame["id"] for frame in told if frame["type"] == "gone"} == {f"call-{ends.pk}"}
    placed = "".join(frame["html"] for frame in told if frame["type"] == "place")
    assert "bob.hale" in placed
    assert "came meanwhile" in placed


async def test_what_changed_before_the_cursor_is_not_told_again(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    alice = await browser(room.alice).watch("wall", shown=[f"call-{call.pk}"])
    assert await alice.until_told_of_everything() == []


async def test_a_page_that_still_shows_a_lost_call_is_told(room: Room, browser: Browsers) -> None:
    lost, kept = await do(room.call)("Billing"), await do(room.call)("Billing")
    cursor = str(await do(horizon)())
    await do(room.change)(lost, queue_name="Sales")
    shown = [f"call-{lost.pk}", f"call-{kept.pk}", "call-nonsense", "alert-1"]
    alice = await browser(room.alice).come_back("wall", cursor=cursor, shown=shown)
    assert alice.news == [{"type": "gone", "slot": "calls", "id": f"call-{lost.pk}"}]


async def test_a_transaction_that_commits_late_is_not_missed(room: Room, browser: Browsers) -> None:
    late, early = await do(room.call)(), await do(room.call)()
    alice = await browser(room.alice).watch("wall")
    with another_connection() as other:
        other.execute("UPDATE calls_call SET agent_username = 'late' WHERE id = %s", [late.pk])
        await do(room.change)(early, agent_username="early")
        nudge()
        await alice.until_placed("early")
        await alice.until(lambda frame: frame["type"] == "beat")
    nudge()
    await alice.until_placed("late")


async def test_a_late_transaction_does_not_make_the_feed_repeat_itself(room: Room, browser: Browsers) -> None:
    late, early = await do(room.call)(), await do(room.call)()
    alice = await browser(room.alice).watch("wall")
    with another_connection() as other:
        other.execute("UPDATE calls_call SET agent_username = 'late' WHERE id = %s", [late.pk])
        await do(room.change)(early, agent_username="early")
        await alice.until_placed("early")
        for _ in range(2):
            nudge()
            await alice.until(lambda frame: frame["type"] == "beat")
    await alice.until_placed("late")
    await alice.until_told_of_everything()
    assert len([text for text in alice.texts if "early" in text]) == 1


async def test_another_epoch_makes_the_page_fetch_itself_anew(room: Room, browser: Browsers) -> None:
    cursor = str(await do(horizon)())
    await do(room.call)()
    alice = await browser(room.alice).come_back("wall", cursor=cursor, epoch_="of another database")
    assert alice.frames[0] == {"type": "reload"}


async def test_a_cursor_that_says_nothing_makes_the_page_fetch_itself_anew(room: Room, browser: Browsers) -> None:
    for cursor in ("", "soon", "-1", "٣"):
        alice = await browser(room.alice).come_back("wall", cursor=cursor)
        assert alice.frames[0] == {"type": "reload"}, cursor
    await do(room.call)(words="still told")
    await alice.until_placed("still told")


async def test_however_much_came_meanwhile_comes_in_chunks_and_nothing_is_fetched_anew(
    room: Room, browser: Browsers
) -> None:
    cursor = str(await do(horizon)())
    await do(room.calls)(501)
    alice = await browser(room.alice).come_back("wall", cursor=cursor)
    await alice.until(lambda frame: frame == {"type": "rest", "slot": "calls", "left": 0})
    assert [frame["type"] for frame in alice.news] == ["place"] * 501
    assert [frame["left"] for frame in alice.frames if frame["type"] == "rest" and frame["slot"] == "calls"] == [
        401,
        301,
        201,
        101,
        1,
        0,
    ]


async def test_more_turns_than_a_page_takes_at_once_make_it_fetch_itself_anew(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    begun = call.number
    await do(room.say_much)(call, 501)
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: begun})
    assert [frame["type"] for frame in alice.news] == ["reload"]
