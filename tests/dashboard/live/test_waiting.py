from collections.abc import Callable

from calls.models import Agent, Flag
from calls.nudges import nudge
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


async def test_a_caller_who_waits_stays_in_the_one_list_until_the_call_is_over(room: Room, browser: Browsers) -> None:
    call = await do(room.call)("Billing", stage="flow")
    alice, bob = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")
    for stage in ("waiting", "ringing", "talking"):
        await do(room.change)(call, stage=stage, stage_source="contact-events")
        nudge([(call.pk, call.number)])
        placed = await alice.until_placed(f'id="call-{call.pk}"', f'data-state="{stage}"')
        assert placed["slot"] == "calls"
    assert [frame for frame in alice.news if frame["type"] == "gone"] == []
    await do(room.change)(call, is_live=False)
    nudge([(call.pk, call.number)])
    await alice.until_gone("calls", f"call-{call.pk}")
    assert [frame for frame in await bob.until_told_of_everything() if frame.get("slot") == "calls"] == []


async def test_a_flag_reaches_every_wall_that_shows_the_call(room: Room, browser: Browsers) -> None:
    call = await do(room.call)("Billing")
    alice = await browser(room.alice).watch("wall", shown=[f"call-{call.pk}"])
    await do(Flag.put_on)(call, by=room.bob)
    nudge()
    placed = await alice.until_placed(f'id="call-{call.pk}"', "data-flagged")
    assert "⚑</b> bob" in placed["html"]
    await do(Flag.take_off)(call)
    nudge()
    assert "data-flagged" not in (await alice.until_placed(f'id="call-{call.pk}"'))["html"]


async def test_an_agent_is_told_of_to_the_teams_that_name_it(room: Room, browser: Browsers) -> None:
    await do(room.alice.teams.update)(agents=["bob.hale"])
    agent = await do(room.agent)("bob.hale", is_signed_in=False)
    alice, bob = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")

    def change(**fields: object) -> None:
        Agent.objects.filter(pk=agent.pk).update(**fields)

    await do(change)(is_signed_in=True)
    nudge()
    placed = await alice.until_placed(f'id="agent-{agent.pk}"', "Available")
    assert placed["slot"] == "agents"
    await do(change)(status="Lunch", status_type="CUSTOM")
    await alice.until_placed(f'id="agent-{agent.pk}"', "Lunch")
    await do(change)(is_signed_in=False)
    await alice.until_gone("agents", f"agent-{agent.pk}")
    assert await bob.until_told_of_everything() == []
