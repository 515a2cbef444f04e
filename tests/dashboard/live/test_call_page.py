from collections.abc import Callable

from calls.models import CaseEntry, ShownAttribute
from calls.nudges import nudge
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


async def test_turns_arrive_as_they_are_spoken_and_facts_with_them(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    await do(room.say)(call, "t1", "My bag is lost.")
    nudge([(call.pk, call.number)])
    placed = await alice.until_placed("My bag is lost.", f'id="turn-{call.pk}-t1"')
    assert placed["slot"] == f"turns:{call.pk}"
    assert [frame for frame in alice.frames if frame.get("slot") == f"facts:{call.pk}"]


async def test_a_turn_is_told_once_for_each_change_of_it(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    await do(room.say)(call, "t1", "first words")
    await alice.until_placed("first words")
    await do(room.say)(call, "t2", "other words")
    await alice.until_placed("other words")
    assert len([text for text in alice.texts if "first words" in text]) == 1


async def test_the_record_of_an_earlier_leg_tells_its_attributes_on_the_page(room: Room, browser: Browsers) -> None:
    await do(ShownAttribute.objects.create)(instance=room.instance, key="booking", label="Booking")
    leg = await do(room.call)()
    call = await do(room.call)(previous_contact_id=leg.contact_id)
    await do(room.change)(call, root_contact_id=leg.contact_id)
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    await alice.until_told_of_everything()
    assert not [text for text in alice.texts if "B2" in text]
    await do(room.change)(leg, is_live=False, record={"Attributes": {"booking": "B2"}})
    nudge()
    placed = await alice.until_placed("B2")
    assert placed["slot"] == f"facts:{call.pk}"


async def test_a_tombstone_takes_its_turn_off_the_page(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    await do(room.say)(call, "t1", "an orphan")
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    await do(room.say)(call, "t1", "an orphan", is_gone=True)
    await alice.until_gone(f"turns:{call.pk}", f"turn-{call.pk}-t1")


async def test_a_page_that_comes_back_gets_the_turns_after_its_number(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    await do(room.say)(call, "t1", "was read")
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    seen = call.number
    await alice.leave()
    await do(room.say)(call, "t2", "was missed")
    again = await browser(room.alice).come_back(f"call:{call.pk}", cursor=alice.cursor, numbers={call.pk: seen})
    assert [text for text in again.texts if "was missed" in text]
    assert not [text for text in again.texts if "was read" in text]


async def test_two_pages_of_one_call_each_get_what_they_lack(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    begun = call.number
    await do(room.say)(call, "t1", "first words")
    knows = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    lacks = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: begun})
    await do(room.say)(call, "t2", "second words")
    await knows.until_placed("second words")
    await lacks.until_placed("second words")
    assert not [text for text in knows.texts if "first words" in text]
    assert [text for text in lacks.texts if "first words" in text]


async def test_words_of_another_call_reach_nobody(room: Room, browser: Browsers) -> None:
    mine, other = await do(room.call)(), await do(room.call)()
    alice = await browser(room.alice).watch(f"call:{mine.pk}", numbers={mine.pk: mine.number})
    await do(room.say)(other, "t1", "of another call")
    nudge([(other.pk, other.number)])
    assert await alice.until_told_of_everything() == await alice.until_told_of_everything()
    assert not [text for text in alice.texts if "of another call" in text]


async def test_a_page_whose_call_was_lost_fetches_itself_and_gets_no_more_words(room: Room, browser: Browsers) -> None:
    call = await do(room.call)("Billing")
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    await do(room.change)(call, queue_name="Sales")
    await alice.until(lambda frame: frame == {"type": "reload"})
    await do(room.say)(call, "t1", "not for Alice")
    await alice.until_told_of_everything()
    assert not [text for text in alice.texts if "not for Alice" in text]


async def test_the_page_of_a_case_gets_its_facts_and_time_line(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    case, _ = await do(room.drop)(call)
    alice = await browser(room.alice).watch(f"case:{case.pk}")
    await do(case.take)(room.alice)
    nudge()
    entry = await do(CaseEntry.objects.get)(case=case)
    placed = await alice.until_placed(f'id="entry-{entry.pk}"')
    assert placed["slot"] == "entries"
    assert [frame for frame in alice.frames if frame.get("slot") == "case"]


async def test_the_facts_of_a_call_follow_its_case(room: Room, browser: Browsers) -> None:
    call = await do(room.call)()
    case, _ = await do(room.drop)(call)
    alice = await browser(room.alice).watch(f"call:{call.pk}", numbers={call.pk: call.number})
    await do(case.take)(room.alice)
    await alice.until_placed('id="facts', "Taken")
