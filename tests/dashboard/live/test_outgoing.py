import asyncio

import pytest

from dashboard.live import frames
from dashboard.live.messages import NOT_NOW, TOO_SLOW, RefusedError
from dashboard.live.outgoing import TIMES_OVER, UNREAD_CHARACTERS, UNREAD_FRAMES, Event, Outgoing

CLOSED_SLOW = {"type": "websocket.close", "code": TOO_SLOW}


class Server:
    """It takes whatever it is given, until it is stopped; then it waits."""

    def __init__(self) -> None:
        self.given: list[Event] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def send(self, event: Event) -> None:
        self.given.append(event)
        await self.takes.wait()


async def written(outgoing: Outgoing) -> None:
    assert outgoing.writing
    await outgoing.writing


async def test_what_is_put_is_sent_in_its_order() -> None:
    server = Server()
    outgoing = Outgoing(server.send)
    for text in ("one", "two", "three"):
        outgoing.put(frames.message([text]))
    await written(outgoing)
    outgoing.put(frames.message(["four"]))
    await written(outgoing)
    assert [event["text"] for event in server.given] == ["[one]", "[two]", "[three]", "[four]"]


async def test_a_browser_that_acknowledges_is_read_for_however_much_it_is_told() -> None:
    outgoing = Outgoing(Server().send)
    for n in range(1, 3 * TIMES_OVER):
        outgoing.put(frames.message(["."] * UNREAD_FRAMES, n))
        assert outgoing.is_reading
        outgoing.acknowledge(n)
    assert not outgoing.is_closed


async def test_a_browser_that_does_not_is_read_no_further_for_and_closed_when_it_is_told_all_the_same() -> None:
    server = Server()
    outgoing = Outgoing(server.send)
    outgoing.put(frames.message(["."] * (UNREAD_FRAMES + 1), 1))
    assert not outgoing.is_reading
    for n in range(TIMES_OVER - 1):
        assert not outgoing.is_closed
        outgoing.put(frames.message(["."] * UNREAD_FRAMES, n + 2))
    await written(outgoing)
    assert server.given[-1] == CLOSED_SLOW


async def test_only_a_beat_that_was_sent_can_be_acknowledged() -> None:
    outgoing = Outgoing(Server().send)
    outgoing.put(frames.message(["."] * UNREAD_FRAMES, 7))
    outgoing.put(frames.message(["."], 9))
    for n in (6, 8, 10, 10**18):
        with pytest.raises(RefusedError):
            outgoing.acknowledge(n)
        assert not outgoing.is_reading
    for n in (9, 9, 7):  # said again, and late
        outgoing.acknowledge(n)
        assert outgoing.is_reading


async def test_what_waits_for_a_server_that_does_not_take_it_is_bounded_and_goes_when_the_socket_is_closed() -> None:
    server = Server()
    server.takes.clear()
    outgoing = Outgoing(server.send)
    most = 0
    while not outgoing.is_closed:
        outgoing.put(frames.message(["x" * 1000]))
        await asyncio.sleep(0)
        most = max(most, sum(len(event["text"]) for event in outgoing.waiting if "text" in event))
    assert most <= TIMES_OVER * UNREAD_CHARACTERS
    server.takes.set()
    await written(outgoing)
    assert server.given[-1] == CLOSED_SLOW
    assert len(server.given) == 2  # the one that it was taking, and the end


async def test_nothing_is_sent_after_the_end() -> None:
    server = Server()
    outgoing = Outgoing(server.send)
    outgoing.close(TOO_SLOW)
    outgoing.put(frames.message(["after the end"]))
    outgoing.close(NOT_NOW)
    await written(outgoing)
    assert server.given == [CLOSED_SLOW]


async def test_what_a_server_cannot_send_ends_the_socket_so_that_the_browser_comes_back_for_it() -> None:
    given: list[Event] = []

    async def send(event: Event) -> None:
        given.append(event)
        if event.get("text") == "[too much]":
            raise ValueError

    outgoing = Outgoing(send)
    outgoing.put(frames.message(["too much"]))
    outgoing.put(frames.message(["the next"]))
    await written(outgoing)
    assert given[-1] == {"type": "websocket.close", "code": NOT_NOW}
    assert "[the next]" not in [event.get("text") for event in given]
