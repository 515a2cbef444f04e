"""Many sockets that come at once, to many calls: what a look reads and renders does not grow with them."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Call
from calls.models.xid import epoch, horizon
from calls.rights import rights_of
from calls.scope import Scope
from dashboard.live.dues import MOST_OWED, MOST_RENDERED
from dashboard.live.handing import Messages
from dashboard.live.look import Memory, Sight, look
from dashboard.live.messages import Hello, Panes
from dashboard.live.outgoing import Outgoing
from dashboard.live.standing import Session, Standing
from dashboard.live.viewer import Viewer
from dashboard.live.watches import Watch

from .page import nowhere
from .room import Room


class Comers:
    """Sockets of people of one team; each shows the same first rows."""

    def __init__(self, room: Room, *shown: int) -> None:
        self.standing = Standing(Scope.of(room.alice), rights_of(room.alice))
        self.hello = Hello(["wall"], str(horizon()), epoch(), [f"call-{pk}" for pk in shown])

    def come(self, number: int) -> list[Viewer]:
        watches = frozenset({Watch("wall")})
        return [Viewer(Session(""), self.standing, watches, self.hello, Outgoing(nowhere)) for _ in range(number)]


def placed(sight: Sight, viewer: Viewer) -> list[str]:
    told = map(json.loads, sight.frames[viewer])
    return [frame["html"] for frame in told if frame["type"] == "place"]


def left(sight: Sight, viewer: Viewer) -> int:
    told = map(json.loads, sight.frames[viewer])
    (left,) = [frame["left"] for frame in told if frame["type"] == "rest" and frame["slot"] == "calls"]
    return int(left)


@pytest.mark.parametrize("is_joining", [True, False])
def test_a_look_asks_as_much_for_two_hundred_sockets_and_five_hundred_rows_as_for_one_and_ten(
    room: Room, is_joining: bool
) -> None:
    costs = set()
    for number_of_calls, number_of_viewers in ((10, 1), (10, 200), (500, 1), (500, 200)):
        Call.objects.all().delete()
        room.calls(number_of_calls)
        viewers, memory = Comers(room).come(number_of_viewers), Memory()
        if not is_joining:
            sight = look(viewers, memory)
            while sight.is_owing:
                sight = look(viewers, sight.memory)
            memory = sight.memory
            Call.objects.update(holds=1)
        with CaptureQueriesContext(connection) as asked:
            look(viewers, memory)
        costs.add(len(asked))
    assert len(costs) == 1


def test_rows_are_rendered_once_for_all_who_come_and_come_later(room: Room) -> None:
    room.calls(3 * MOST_RENDERED)
    comers = Comers(room)
    early, late = comers.come(2), comers.come(1)
    sight = look(early, Memory())
    told = placed(sight, early[0])
    while sight.is_owing:
        sight = look(early, sight.memory)
        told += placed(sight, early[0])
    with CaptureQueriesContext(connection) as asked:
        sight = look([*early, *late], sight.memory)
    assert not [query for query in asked if "earlier_drops" in query["sql"]]  # no row was read
    again = placed(sight, late[0])
    assert again == told[:MOST_OWED]
    assert left(sight, late[0]) == 2 * MOST_RENDERED


def test_who_is_told_the_same_shares_one_message(room: Room) -> None:
    """Whatever each of them shows beside it, and however long each has been here."""
    calls = room.calls(2 * MOST_OWED)
    walls, memory = Comers(room).come(3), Memory()
    walls[2].turning = Panes({calls[0]: 1})
    walls[2].turn()
    for _ in range(3):
        sight = look(walls, memory)
        memory, walls[2].untold = sight.memory, {}
    Call.objects.filter(pk__in=calls[1:]).update(holds=1)
    sight = look(walls, memory)
    messages = Messages(sight, 1, None)
    assert len(sight.audiences) == 2
    assert len({id(messages.of(audience, ())) for audience in sight.audiences}) == 1


def test_the_worst_rows_that_the_page_lacks_come_first(room: Room) -> None:
    calls = room.calls(MOST_OWED + 20)
    worst = calls[-10:]
    room.moods(worst, "NEGATIVE")
    wall = Comers(room, *calls[:5]).come(1)
    sight = look(wall, Memory())
    told = placed(sight, wall[0])
    assert all(f'id="call-{pk}"' in html for pk, html in zip(worst, told, strict=False))
    assert len(told) == MOST_OWED
    assert left(sight, wall[0]) == 15


def test_news_do_not_wait_for_the_rest(room: Room) -> None:
    calls = room.calls(3 * MOST_OWED)
    walls = Comers(room).come(1)
    sight = look(walls, Memory())
    assert left(sight, walls[0]) == 2 * MOST_OWED
    late = calls[-1]
    Call.objects.filter(pk=late).update(holds=7)
    sight = look(walls, sight.memory)
    assert f'id="call-{late}"' in placed(sight, walls[0])[0]
    assert left(sight, walls[0]) == MOST_OWED - 1


def test_a_page_that_stands_still_is_owed_what_happens_and_told_it_once(room: Room) -> None:
    (call,) = room.calls(1)
    (wall,) = Comers(room, call).come(1)
    sight = look([wall], Memory())
    wall.outgoing.sent = wall.outgoing.sent._replace(frames=10**6)
    for holds in range(3):
        Call.objects.update(holds=holds)
        sight = look([wall], sight.memory)
        assert sight.frames[wall] == []
    assert not sight.is_owing  # nobody looks again and again for it
    wall.outgoing.sent = wall.outgoing.read
    sight = look([wall], sight.memory)
    assert len(placed(sight, wall)) == 1


def test_an_id_that_no_row_has_is_passed_over(room: Room) -> None:
    call = room.call(words="told all the same")
    comers = Comers(room)
    comers.hello.shown = [f"call-{digits}" for digits in ("9" * 5000, "9" * 19, "-1", "²", "")]
    (viewer,) = comers.come(1)
    (row,) = [html for html in placed(look([viewer], Memory()), viewer) if f'id="call-{call.pk}"' in html]
    assert "told all the same" in row
