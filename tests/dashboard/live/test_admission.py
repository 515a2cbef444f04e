"""What it costs to let sockets in and to look at their rights again: counted in statements."""

import asyncio
from collections.abc import Callable

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calls.models import Person
from calls.models.xid import epoch, horizon
from dashboard.live.admission import Admitted, Knock, admitted
from dashboard.live.door import Door
from dashboard.live.look import Memory, look
from dashboard.live.messages import Hello, RefusedError
from dashboard.live.outgoing import Event
from dashboard.live.standing import standings
from dashboard.live.viewer import Viewer

from .browser import do
from .room import Room

MANY = 40


def knocks(room: Room, count: int) -> list[Knock]:
    call = room.call("Billing", words="hello")
    team = room.alice.teams.get()
    (lead,) = Group.objects.filter(name="team lead")
    asked = []
    for n in range(count):
        person = Person.objects.create_user(f"alice{count}-{n}")
        person.groups.add(lead)
        team.members.add(person)
        tab = Client()
        tab.force_login(person)
        hello = Hello(
            ["wall", "alerts", f"call:{call.pk}"] if n % 2 else [f"call:{call.pk}", f"marks:{call.pk}"],
            cursor=str(horizon()),
            epoch=epoch(),
            numbers={call.pk: 0},
        )
        asked.append(Knock(tab.cookies["sessionid"].value, hello))
    return asked


def statements(do: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        do()
    return len(asked)


def let_in(knocks: list[Knock]) -> list[Viewer]:
    return [
        answer.viewer(knock.hello, nowhere)
        for knock, answer in zip(knocks, admitted(knocks), strict=True)
        if isinstance(answer, Admitted)
    ]


async def nowhere(event: Event) -> None:
    pass


def test_letting_in_forty_at_once_costs_what_two_do(room: Room) -> None:
    few, many = knocks(room, 2), knocks(room, MANY)
    assert all(isinstance(answer, Admitted) for answer in admitted(many))
    assert statements(lambda: admitted(many)) == statements(lambda: admitted(few))


def test_what_is_read_does_not_grow_with_the_sockets(room: Room) -> None:
    """Their rights, and what they are told."""
    costs = []
    for count in (2, MANY):
        viewers = let_in(knocks(room, count))
        assert len(viewers) == count
        memory = look(viewers, Memory()).memory
        for viewer in viewers:
            viewer.turn()
            viewer.untold = {}
        room.call("Billing", words="news")

        def read_once(viewers: list[Viewer] = viewers, memory: Memory = memory) -> None:
            assert len(standings({viewer.session for viewer in viewers})) == len(viewers)
            look(viewers, memory)

        costs.append(statements(read_once))
    assert costs[0] == costs[1]


async def test_one_that_cannot_be_asked_for_is_refused_alone(room: Room) -> None:
    first, second = await do(knocks)(room, 2)
    unaskable = Knock("\x00", first.hello)
    asked = await asyncio.gather(*map(Door.ask, (first, unaskable, second)), return_exceptions=True)
    assert [type(answer) for answer in asked] == [Admitted, RefusedError, Admitted]
