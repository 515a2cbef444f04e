"""Marks for coaching: told to those who coach as they are made, and in no form to anybody else."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group

from calls.models import Call, Person
from calls.nudges import nudge
from dashboard.live.messages import NOT_FOR_YOU
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room
from transcripts.models import Bookmark
from transcripts.reading import turns_of

Browsers = Callable[..., Browser]
COMMENT = "Needs training, see me."


def mark(call: Call, by: Person) -> Bookmark:
    turn = turns_of(call).get(turn_id="t0")
    return Bookmark.put(call, turn, speaker="Customer", comment=COMMENT, by=by)


def agent_of(room: Room, call: Call) -> Person:
    """Whose case the call is, so that he may see it."""
    dave = Person.objects.create_user("dave")
    room.team("Agents", dave)
    dave.groups.set([Group.objects.get_or_create(name="agent")[0]])
    dave.teams.update(queues=["Billing"])
    case, _ = room.drop(call)
    case.take(by=dave)
    call.refresh_from_db()
    return dave


def told(browser: Browser) -> str:
    return "\n".join(browser.texts)


async def test_whoever_coaches_is_told_of_a_mark_as_it_is_made_and_changed(room: Room, browser: Browsers) -> None:
    call = await do(room.call)(words="I am not sure.")
    alice = await browser(room.alice).watch(f"call:{call.pk}", f"marks:{call.pk}", numbers={call.pk: call.number})
    made = await do(mark)(call, room.alice)
    nudge([(call.pk, call.number + 1)])
    placed = await alice.until_placed(COMMENT)
    assert placed["slot"] == f"marks:{call.pk}"
    await do(made.say)("Better so.", by=room.alice)
    await alice.until_placed("Better so.")


async def test_nothing_of_a_mark_reaches_the_agent_whose_call_it_is_of(room: Room, browser: Browsers) -> None:
    call = await do(room.call)(words="I am not sure.")
    dave = await browser(await do(agent_of)(room, call)).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    made = await do(mark)(call, room.alice)
    await do(room.say)(call, "t1", "And he goes on.")
    await dave.until_placed("And he goes on.")
    await do(made.remove)(by=room.alice)
    await dave.until_told_of_everything()
    assert COMMENT not in told(dave)
    assert "marks" not in told(dave)


async def test_an_agent_who_asks_for_marks_is_refused(room: Room, browser: Browsers) -> None:
    call = await do(room.call)(words="I am not sure.")
    dave = browser(await do(agent_of)(room, call))
    assert await dave.connect()
    asked: dict[str, Any] = {"watch": [f"call:{call.pk}", f"marks:{call.pk}"]}
    await dave.socket.send_json_to(asked)
    assert await dave.until_closed() == NOT_FOR_YOU
    assert COMMENT not in told(dave)
