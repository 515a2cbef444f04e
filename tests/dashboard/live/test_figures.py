"""The figures come with the feed: counted once for all who are told the same, sent where they changed."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Case, Person, Stream
from calls.nudges import nudge
from calls.scope import Scope
from dashboard.figures.looker import Looker
from dashboard.live.figures import COUNT_EVERY_S, NOTHING, Count, Shown, rest_s
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


@pytest.fixture
def streamed(room: Room) -> Room:
    """All is told that figures need."""
    for kind in Stream.Kind.values:
        Stream.objects.create(instance=room.instance, kind=kind, name=kind)
    return room


def in_progress(number: int) -> Callable[[dict[str, Any]], bool]:
    """The frame whose figure says so."""
    said = re.compile(rf'id="figure-progress"[^>]*>\s*{number}\s*<')
    return lambda frame: bool(said.search(frame.get("html", "")))


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def lookers(people: Iterable[Person]) -> set[Looker]:
    return {Looker.of_person(person) for person in people}


def test_fifty_viewers_who_see_the_same_cost_as_many_statements_as_one(streamed: Room) -> None:
    for _ in range(5):
        streamed.call()
    many = [Person.objects.create_user(f"alice{at}") for at in range(50)]
    for person in many:
        person.groups.set(streamed.alice.groups.all())
        person.teams.set(streamed.alice.teams.all())
    one, fifty = lookers([streamed.alice]), lookers(many)
    assert statements(lambda: Count().again(one)) == statements(lambda: Count().again(fifty)) > 0


def test_the_feed_counts_for_its_viewers_the_same_though_there_are_fifty(streamed: Room) -> None:
    """As `test_fifty_viewers...`, but with one more team: what is counted hangs on what is seen, not on who looks."""
    both = lookers([streamed.alice, streamed.bob])
    assert len(both) == 2
    assert statements(lambda: Count().again(both)) < 2 * statements(lambda: Count().again(lookers([streamed.alice])))


def test_what_did_not_change_is_neither_counted_again_nor_sent_again(streamed: Room) -> None:
    streamed.call()
    of_alice, count = lookers([streamed.alice]), Count()
    (first,) = count.again(of_alice).values()
    count.again(of_alice)  # what was written before the first count may be told once more
    assert statements(lambda: count.again(of_alice)) <= 2  # the horizon, and what changed since it
    (again,) = count.again(of_alice).values()
    assert again.news_for(first) == ()


def test_a_wait_that_lasts_is_not_sent_again_for_each_second(streamed: Room) -> None:
    enqueued_at = datetime.now(UTC) - timedelta(seconds=70)
    streamed.call(stage="waiting", stage_source="contact-events", enqueued_at=enqueued_at, stage_since=enqueued_at)
    of_alice, count = lookers([streamed.alice]), Count()
    (before,) = count.again(of_alice).values()
    assert any("amber" in frame for frame in before.frames.values())
    streamed.agent("bob.hale")  # a change, so that it is counted again
    (after,) = count.again(of_alice).values()
    assert [frame for frame in after.news_for(before) if '"queues"' in frame] == []


def test_of_all_the_figures_only_those_that_changed_are_sent(streamed: Room) -> None:
    count, of_alice = Count(), lookers([streamed.alice])
    (before,) = count.again(of_alice).values()
    streamed.call()
    (after,) = count.again(of_alice).values()
    news = "".join(after.news_for(before))
    assert "strip-progress" in news
    assert "strip-cases" not in news


def test_a_tile_that_a_page_still_shows_and_nobody_counts_any_more_goes() -> None:
    (gone,) = Shown().news_for(NOTHING, ["queue-of-old", "call-12", "agent-3"])
    assert gone == '{"type":"gone","slot":"queues","id":"queue-of-old"}'


def test_who_may_not_work_on_cases_is_told_of_none(streamed: Room) -> None:
    sees, sees_not = (Count().again([Looker(Scope(is_all=True), sees)]) for sees in (True, False))
    (one,), (other,) = sees.values(), sees_not.values()
    assert any(place.element_id == "strip-cases" for place in one.frames)
    assert not any(place.element_id == "strip-cases" for place in other.frames)
    assert "/cases/" not in "".join(other.frames.values())


async def test_a_call_that_comes_is_counted_on_the_wall(streamed: Room, browser: Browsers) -> None:
    alice = await browser(streamed.alice).watch("wall")
    await do(streamed.call)(stage="talking", stage_source="contact-events")
    nudge()
    placed = await alice.until(in_progress(1))
    assert placed["slot"] == "figures"


async def test_each_is_told_of_what_he_or_she_may_see_alone(streamed: Room, browser: Browsers) -> None:
    await do(streamed.call)("Billing")
    bob = await browser(streamed.bob).watch("wall")
    await do(streamed.call)("Sales")
    await bob.until(in_progress(1))
    assert not [text for text in bob.texts if "Billing" in text]


async def test_a_caller_won_back_is_told_in_a_line_that_names_nobody(streamed: Room, browser: Browsers) -> None:
    call = await do(streamed.call)("Billing")
    case, _ = await do(streamed.drop)(call)
    await do(Case.objects.filter(pk=case.pk).update)(drops=3)
    alice = await browser(streamed.alice).watch("wall")
    await do(case.take)(streamed.alice)
    await do(case.close)(streamed.alice, "solved")
    nudge()
    saved = await alice.until_placed(f'id="save-{case.pk}"')
    assert saved["slot"] == "saves"
    assert f'href="/cases/{case.pk}/"' in saved["html"]
    assert "after 1 min, third drop" in saved["html"]


async def test_who_watches_no_wall_is_sent_no_figures(streamed: Room, browser: Browsers) -> None:
    call = await do(streamed.call)()
    page = await browser(streamed.alice).watch(f"call:{call.pk}")
    wall = await browser(streamed.alice).watch("wall")
    await do(streamed.call)()
    await wall.until(in_progress(2))
    await page.until_told_of_everything()
    assert not [frame for frame in page.frames if frame.get("slot") == "figures"]


def test_a_count_that_takes_long_is_followed_by_as_long_a_rest() -> None:
    assert [rest_s(took) for took in (0.1, 5 * COUNT_EVERY_S)] == [COUNT_EVERY_S, 5 * COUNT_EVERY_S]
