"""What a look costs: counted in statements, not in seconds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Agent, Person, Shard, Stream, Team
from calls.models.xid import epoch, horizon
from calls.rights import rights_of
from calls.scope import Scope
from dashboard.live import frames
from dashboard.live.look import Memory, Sight, look
from dashboard.live.messages import Hello
from dashboard.live.outgoing import Outgoing
from dashboard.live.standing import Session, Standing
from dashboard.live.viewer import Viewer
from dashboard.live.watches import Watch

from .page import nowhere
from .room import Room


def viewer(person: Person, *watches: str, number: int | None = None) -> Viewer:
    hello = Hello(list(watches), cursor=str(horizon()), epoch=epoch())
    watched = frozenset(map(Watch.parse, watches))
    numbers = {watch.pk: number for watch in watched if watch.name == "call" and watch.pk is not None}
    standing = Standing(Scope.of(person), rights_of(person))
    return Viewer(Session("", person.pk), standing, watched, hello, Outgoing(nowhere), untold=numbers)


def caught_up(*viewers: Viewer) -> Memory:
    """After as many looks as it takes until nothing is owed."""
    sight = look(viewers, Memory())
    for each in viewers:
        each.untold = {}
    while sight.is_owing:
        sight = look(viewers, sight.memory)
    return sight.memory


def statements(viewers: list[Viewer], memory: Memory) -> tuple[int, Sight]:
    with CaptureQueriesContext(connection) as asked:
        sight = look(viewers, memory)
    return len(asked), sight


def slot_of(frame: str) -> str:
    return str(json.loads(frame)["slot"])


@pytest.mark.parametrize("people", [1, 5])
def test_a_look_costs_the_same_for_one_call_and_for_a_hundred(room: Room, people: int) -> None:
    teams = [room.alice, *(Person.objects.create_user(f"alice{n}") for n in range(1, people))]
    for at, person in enumerate(teams):
        room.team(f"Queue {at}", person)
    costs = set()
    for number_of_calls in (1, 10, 100):
        open_calls = [room.call("Queue 0") for _ in range(number_of_calls)]
        agents = [room.agent(f"agent{number_of_calls}.{at}") for at in range(number_of_calls // 2 + 1)]
        Team.objects.filter(name="Queue 0").update(agents=[agent.username for agent in agents])
        watching = [viewer(person, "wall", "alerts", "cases") for person in teams]
        case, _ = room.drop(room.call("Queue 0"))
        pages = [viewer(room.alice, f"call:{call.pk}", number=call.number) for call in open_calls]
        pages.append(viewer(room.alice, f"case:{case.pk}"))
        memory = caught_up(*watching, *pages)
        for call in open_calls:
            room.say(call, "t1", "words")
            room.change(call, stage="waiting")
            room.drop(room.call("Queue 0"))
        Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(status="Lunch")
        case.take(room.alice)
        cost, sight = statements([*watching, *pages], memory)
        slots = {
            frame.split('"slot":"')[1].split('"')[0].split(":")[0] for told in sight.frames.values() for frame in told
        }
        assert slots == {"calls", "agents", "facts", "turns", "alerts", "cases", "case", "entries"}
        costs.add(cost)
    assert len(costs) == 1


def test_five_scopes_cost_what_one_does(room: Room) -> None:
    teams = [room.alice, *(Person.objects.create_user(f"alice{n}") for n in range(1, 5))]
    for at, person in enumerate(teams):
        room.team(f"Queue {at}", person)
    costs = []
    for people in (teams[:1], teams):
        watching = [viewer(person, "wall", "alerts", "cases") for person in people]
        memory = caught_up(*watching)
        for at in range(5):
            room.drop(room.call(f"Queue {at}"))
        costs.append(statements(watching, memory)[0])
    assert costs[0] == costs[1]


def test_what_nobody_watches_is_neither_read_nor_rendered(room: Room) -> None:
    page = viewer(room.alice, f"call:{room.call().pk}")
    memory = caught_up(page)
    nothing, _ = statements([page], memory)
    room.drop(room.call())
    cost, sight = statements([page], memory)
    assert cost == nothing
    assert sight.frames == {page: []}


def test_each_row_is_rendered_once_for_all(room: Room) -> None:
    walls = [viewer(room.alice, "wall") for _ in range(3)]
    memory = caught_up(*walls)
    room.call()
    told = look(walls, memory).frames.values()
    assert len({id(frame) for each in told for frame in each}) == 1


def test_a_row_that_cannot_be_shown_does_not_darken_the_others(room: Room) -> None:
    wall = viewer(room.alice, "wall")
    memory = caught_up(wall)
    broken, sound = room.call(), room.call()
    broken.conversation.trend = ["nonsense"]
    broken.conversation.mood = "NEGATIVE"
    broken.conversation.save()
    told = look([wall], memory).frames[wall]
    assert [f"call-{sound.pk}" in frame for frame in told] == [True]


def test_a_restored_database_makes_every_page_fetch_itself_anew(room: Room) -> None:
    wall = viewer(room.alice, "wall")
    memory = caught_up(wall)
    restored = replace(memory, epoch="of another database")
    assert look([wall], restored).frames == {wall: [frames.RELOAD]}


def test_transaction_ids_that_ran_backwards_make_every_page_fetch_itself_anew(room: Room) -> None:
    """A restored volume keeps the cluster's name and time line."""
    wall = viewer(room.alice, "wall")
    memory = caught_up(wall)
    later = replace(memory, horizon=memory.horizon + 1_000_000)
    assert look([wall], later).frames == {wall: [frames.RELOAD]}


def test_the_age_of_the_data_is_that_of_the_stream_read_longest_ago(room: Room) -> None:
    assert look([], Memory()).age_s is None
    ages = {"lens": 1, "records": 30, "stopped": 900}
    for name, age_s in ages.items():
        stream = Stream.objects.create(instance=room.instance, kind="contact-lens", name=name)
        Stream.objects.filter(pk=stream.pk).update(is_stopped=name == "stopped")
        read_at = datetime.now(UTC) - timedelta(seconds=age_s)
        Shard.objects.create(stream=stream, shard_id="1", read_at=read_at)
        Shard.objects.create(stream=stream, shard_id="0", read_at=read_at - timedelta(hours=1), is_ended=True)
    oldest_s = look([], Memory()).age_s
    assert oldest_s is not None
    assert 30 <= oldest_s < 60


def test_what_stopped_by_itself_gets_old(room: Room) -> None:
    stream = Stream.objects.create(instance=room.instance, kind="contact-lens", name="lens", is_stopped=True)
    Stream.objects.filter(pk=stream.pk).update(stopped_because="too much of it cannot be used")
    Shard.objects.create(stream=stream, shard_id="1", read_at=datetime.now(UTC) - timedelta(seconds=90))
    age_s = look([], Memory()).age_s
    assert age_s is not None
    assert 90 <= age_s < 120


def test_data_is_as_old_as_its_worst_shard_and_as_what_that_one_still_has_to_read(room: Room) -> None:
    stream = Stream.objects.create(instance=room.instance, kind="contact-lens", name="lens")
    stuck = Shard.objects.create(stream=stream, shard_id="1", read_at=datetime.now(UTC) - timedelta(seconds=30))
    Shard.objects.create(stream=stream, shard_id="2", read_at=datetime.now(UTC))
    Shard.objects.create(stream=stream, shard_id="3")  # waits for its parent
    age_s = look([], Memory()).age_s
    assert age_s is not None
    assert 30 <= age_s < 60
    Shard.objects.filter(pk=stuck.pk).update(behind_ms=3_600_000)
    age_s = look([], Memory()).age_s
    assert age_s is not None
    assert 3630 <= age_s < 3660
