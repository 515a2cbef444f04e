from collections.abc import Callable

from calls.models import Agent
from calls.nudges import nudge
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


async def test_a_caller_who_waits_stands_in_the_list_of_those_who_do_alone_and_leaves_it_with_an_answer(
    room: Room, browser: Browsers
) -> None:
    call = await do(room.call)("Billing", stage="flow")
    alice, bob = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")
    for stage in ("waiting", "ringing"):
        await do(room.change)(call, stage=stage, stage_source="contact-events")
        nudge([(call.pk, call.number)])
        placed = await alice.until_placed(f'id="waiting-{call.pk}"')
        assert placed["slot"] == "waiting"
    assert {"type": "gone", "slot": "calls", "id": f"call-{call.pk}"} in alice.news
    await do(room.change)(call, stage="talking")
    nudge([(call.pk, call.number)])
    assert (await alice.until_placed(f'id="call-{call.pk}"'))["slot"] == "calls"
    await alice.until_gone("waiting", f"waiting-{call.pk}")
    assert await bob.until_told_of_everything() == []


async def test_a_call_of_ours_that_rings_at_the_customer_stands_with_those_who_do_not_wait(
    room: Room, browser: Browsers
) -> None:
    before = await do(room.call)("Billing", stage="ringing", initiation_method="OUTBOUND")
    shown = [f"call-{before.pk}", f"waiting-{before.pk}"]
    alice = await browser(room.alice).watch("wall", shown=shown)
    gone = [(frame["slot"], frame["id"]) for frame in alice.news if frame["type"] == "gone"]
    assert gone == [("waiting", f"waiting-{before.pk}")]
    call = await do(room.call)("Billing", stage="ringing", initiation_method="OUTBOUND")
    nudge([(call.pk, call.number)])
    assert (await alice.until_placed(f'id="call-{call.pk}"'))["slot"] == "calls"
    assert f'"waiting-{call.pk}"' not in "".join(frame.get("html", "") for frame in alice.news)


async def test_a_page_that_comes_back_hears_who_waits_no_more(room: Room, browser: Browsers) -> None:
    call = await do(room.call)("Billing", stage="waiting")
    alice = await browser(room.alice).watch("wall")
    await alice.leave()
    await do(room.change)(call, stage="talking")
    shown = [f"call-{call.pk}", f"waiting-{call.pk}"]
    again = await browser(room.alice).come_back("wall", cursor=alice.cursor, shown=shown)
    gone = [(frame["slot"], frame["id"]) for frame in again.news if frame["type"] == "gone"]
    assert gone == [("waiting", f"waiting-{call.pk}")]


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
