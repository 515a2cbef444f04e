from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db.transaction import atomic

from calls.models import Call, Caller
from calls.nudges import nudge
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import NUMBER, Room

Browsers = Callable[..., Browser]


async def test_a_new_call_is_placed_on_the_wall_of_those_who_may_see_it(room: Room, browser: Browsers) -> None:
    alice, bob = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")
    billing, sales = await do(room.call)("Billing", words="for Alice"), await do(room.call)("Sales", words="for Bob")
    nudge([(billing.pk, billing.number), (sales.pk, sales.number)])
    placed = await alice.until_placed("for Alice", f'id="call-{billing.pk}"')
    assert placed["slot"] == "calls"
    await bob.until_placed("for Bob")
    for person, foreign in ((alice, "for Bob"), (bob, "for Alice")):
        await person.until_told_of_everything()
        assert not [text for text in person.texts if foreign in text]


async def test_equal_scopes_get_the_very_same_frame(room: Room, browser: Browsers) -> None:
    await do(room.team)("Billing at night", room.charlie)
    await do(room.charlie.teams.set)(await do(lambda: list(room.alice.teams.all()))())
    alice, charlie = await browser(room.alice).watch("wall"), await browser(room.charlie).watch("wall")
    await do(room.call)()
    nudge()
    assert await alice.until_placed() == await charlie.until_placed()


async def test_a_lost_hint_is_healed(room: Room, browser: Browsers) -> None:
    alice = await browser(room.alice).watch("wall")
    call = await do(room.call)(words="nobody was told")
    await alice.until_placed("nobody was told")
    await do(room.change)(call, is_live=False)
    await alice.until_gone("calls", f"call-{call.pk}")


async def test_a_call_that_changes_its_queue_goes_from_the_wall_that_lost_it(room: Room, browser: Browsers) -> None:
    call = await do(room.call)("Billing")
    alice, bob = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")
    await do(room.change)(call, queue_name="Sales")
    nudge([(call.pk, call.number)])
    await alice.until_gone("calls", f"call-{call.pk}")
    await bob.until_placed(f'id="call-{call.pk}"')


async def test_a_call_that_never_was_on_a_wall_does_not_go_from_it(room: Room, browser: Browsers) -> None:
    call = await do(room.call)("Sales")
    alice = await browser(room.alice).watch("wall")
    await do(room.change)(call, is_live=False)
    assert await alice.until_told_of_everything() == []


async def test_a_row_tells_at_once_what_another_call_of_its_caller_taught(room: Room, browser: Browsers) -> None:
    """To a page that is open, and to one that comes afterwards, though the row itself was never written."""
    caller = await do(Caller.objects.create)(instance=room.instance, key=NUMBER)
    before, waits = await do(room.call)(caller=caller), await do(room.call)(caller=caller, stage="waiting")
    alice = await browser(room.alice).watch("wall")
    await do(drop_and_name)(room, before)
    nudge()
    for each in (alice, await browser(room.alice).watch("wall")):
        await each.until_told_of_everything()
        rows = [text for text in each.texts if f"open-call-{waits.pk}" in text]
        assert "dropped once" in rows[-1]
        assert "Alice Moore" in rows[-1]


@atomic
def drop_and_name(room: Room, call: Call) -> None:
    """As a record does it that tells both."""
    ended: dict[str, Any] = {"is_live": False, "ended_at": datetime.now(UTC), "outcome": "abandoned"}
    room.change(call, **ended, is_provisional=False)
    Caller.objects.filter(call=call).update(name="Alice Moore")


async def test_a_dropped_call_leaves_the_wall_and_comes_as_alert_and_case(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    alice = await browser(room.alice).watch("wall", "alerts", "cases", shown=[f"call-{call.pk}"])
    case, alert = await do(room.drop)(call)
    nudge([(call.pk, call.number)])
    told = await alice.until_told_of_everything()
    assert {frame["id"] for frame in told if frame["type"] == "gone"} == {f"call-{call.pk}"}
    assert {frame["slot"] for frame in told if frame["type"] == "place"} == {"alerts", "cases"}

    await do(alert.acknowledge)(room.alice)
    await alice.until_gone("alerts", f"alert-{alert.pk}")
    await do(case.close)(room.alice, "reached")
    await alice.until_gone("cases", f"case-{case.pk}")


async def test_no_frame_holds_a_whole_number(room: Room, browser: Browsers) -> None:
    call = await do(room.call)(dialled_address="+12025550100")
    alice = await browser(room.alice).watch(
        "wall", "alerts", "cases", f"call:{call.pk}", numbers={call.pk: call.number}
    )
    case, _ = await do(room.drop)(call)
    bob = browser(room.alice)
    told = await alice.until_told_of_everything()
    await bob.watch(f"case:{case.pk}")
    slots = {frame.get("slot") for frame in told + bob.frames}
    assert slots >= {"calls", f"facts:{call.pk}", "alerts", "cases", "case"}
    assert "0142" in "".join(alice.texts)
    for text in alice.texts + bob.texts:
        digits = "".join(filter(str.isdigit, text))
        assert NUMBER not in text
        assert "2025550142" not in digits
        assert "2025550100" not in digits
