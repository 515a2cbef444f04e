"""What is lost on the way is made good: sockets, the web server and Redis may vanish."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.people import LIVE, People, alert_of, badge, row_of, turn_of
from tests.journeys.records import Talk, dropped
from tests.journeys.stack import CONTACT_LENS, CONTACT_RECORDS, Stack


def turns_of(page: Page) -> list[str]:
    return page.get_by_role("log").locator(".turn .said").all_inner_texts()


def test_a_page_that_was_cut_off_says_so_and_continues_without_a_gap(stack: Stack, people: People) -> None:
    talk = Talk()
    stack.put(CONTACT_LENS, talk.started(), *(talk.final(f"t{n:02}", f"Turn {n}.") for n in range(10)))
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, talk.contact_id)).to_contain_text("Turn 9.")
    page = people.live_page_of("alice", f"/calls/acme/{talk.contact_id}/")
    element = turn_of(page, "t00").element_handle()

    with stack.without("web"):
        expect(badge(page)).to_contain_text(re.compile("reconnecting", re.IGNORECASE))
        stack.put(CONTACT_LENS, *(talk.final(f"t{n:02}", f"Turn {n}.") for n in range(10, 30)))
    stack.put(CONTACT_LENS, *(talk.final(f"t{n:02}", f"Turn {n}.") for n in range(30, 40)))

    expect(badge(page)).to_contain_text(LIVE)
    expect(turn_of(page, "t39")).to_be_attached()
    assert turns_of(page) == [f"Turn {n}." for n in range(40)]
    assert element.evaluate("turn => turn.isConnected"), "the page was not fetched anew"
    expect(badge(wall)).to_contain_text(LIVE)
    expect(row_of(wall, talk.contact_id)).to_contain_text("Turn 39.")


def test_a_wall_that_was_cut_off_loses_what_went_meanwhile(stack: Stack, people: People) -> None:
    talk, gone = Talk(), Talk()
    stack.put(CONTACT_LENS, talk.started(), gone.started())
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, gone.contact_id)).to_be_visible()
    with stack.without("web"):
        stack.put(CONTACT_LENS, gone.completed(), talk.final("t", "Still here."))
    expect(row_of(wall, talk.contact_id)).to_contain_text("Still here.")
    expect(row_of(wall, gone.contact_id)).to_have_count(0)


def test_nothing_is_missed_while_redis_is_away_and_after_it_comes_back_empty(stack: Stack, people: People) -> None:
    talk, contact_id = Talk(), str(uuid4())
    stack.put(CONTACT_LENS, talk.started())
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, talk.contact_id)).to_be_visible()
    with stack.without_redis():
        stack.put(CONTACT_LENS, talk.final("t1", "Said without Redis."))
    expect(row_of(wall, talk.contact_id)).to_contain_text("Said without Redis.", timeout=60_000)
    stack.put(CONTACT_LENS, talk.final("t2", "Said after it."))
    stack.put(CONTACT_RECORDS, dropped(contact_id, "+12025550144"))
    expect(row_of(wall, talk.contact_id)).to_contain_text("Said after it.", timeout=60_000)
    expect(alert_of(wall, contact_id)).to_be_visible(timeout=60_000)


def test_a_page_that_could_not_be_fetched_anew_is_not_called_live_until_it_was(people: People) -> None:
    wall = people.live_page_of("alice", "/")
    wall.evaluate("document.querySelector('main').classList.add('before')")
    wall.route(wall.url, lambda route: route.fulfill(status=503))
    wall.evaluate("document.dispatchEvent(new Event('refresh'))")
    people.ignore(wall)  # the browser tells of the 503
    expect(badge(wall)).to_contain_text(re.compile("reconnecting", re.IGNORECASE))
    wall.unroute(wall.url)
    expect(wall.locator("main:not(.before)")).to_be_attached()
    expect(badge(wall)).to_contain_text(LIVE)


def test_a_page_that_shows_more_than_can_be_said_is_fetched_anew(stack: Stack, people: People) -> None:
    wall = people.live_page_of("alice", "/")
    wall.evaluate("document.querySelector('main').classList.add('before')")
    with stack.without("web"):
        expect(badge(wall)).to_contain_text(re.compile("reconnecting", re.IGNORECASE))
        wall.locator("[data-steady]").first.evaluate(
            "list => list.appendChild(document.createElement('div')).id = 'queue-' + '9'.repeat(70000)"
        )
    expect(wall.locator("main:not(.before)")).to_be_attached(timeout=60_000)
    expect(badge(wall)).to_contain_text(LIVE)
