"""What is wrong is said on the page that is open, and taken back there when it is over."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import People, badge, row_of
from tests.journeys.records import Talk
from tests.journeys.stack import CONTACT_LENS, Stack, until

LIVE_BY_HINTS = re.compile(r"^\s*Live ·")
POLLING = re.compile(r"^\s*Live, every 2 s ·")
A_WHILE_MS = 60_000
STOPPED = "SELECT stopped_because FROM calls_stream WHERE name = %s AND is_stopped"


def notice(page: Page) -> Locator:
    return page.locator("[data-slot=notice]")


def test_without_redis_records_still_reach_the_screen_and_the_page_says_how(stack: Stack, people: People) -> None:
    talk = Talk()
    stack.put(CONTACT_LENS, talk.started())
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, talk.contact_id)).to_be_visible()
    expect(badge(wall)).to_contain_text(LIVE_BY_HINTS)

    with stack.without_redis():
        expect(badge(wall)).to_contain_text(POLLING, timeout=A_WHILE_MS)
        expect(badge(wall).locator(".live")).to_have_attribute("title", re.compile("Redis does not answer"))
        stack.put(CONTACT_LENS, talk.final("t1", "Said without Redis."))
        expect(row_of(wall, talk.contact_id)).to_contain_text("Said without Redis.", timeout=A_WHILE_MS)

    expect(badge(wall)).to_contain_text(LIVE_BY_HINTS, timeout=A_WHILE_MS)
    stack.put(CONTACT_LENS, talk.final("t2", "Said after it."))
    expect(row_of(wall, talk.contact_id)).to_contain_text("Said after it.", timeout=A_WHILE_MS)


def test_a_stream_that_stopped_by_itself_is_told_with_its_reason_until_it_is_resumed(
    stack: Stack, people: People
) -> None:
    talk = Talk()
    stack.put(CONTACT_LENS, talk.started())
    supervisor, lead = people.live_page_of("alice", "/"), people.live_page_of("lee", "/")
    expect(row_of(supervisor, talk.contact_id)).to_be_visible()
    expect(notice(lead)).to_be_hidden()

    for n in range(120):
        stack.put_bytes(CONTACT_LENS, b"{ no record %d" % n)
    until(lambda: stack.rows(STOPPED, CONTACT_LENS), "the stream stops")
    expect(notice(lead)).to_contain_text("Ringback stopped it")
    expect(notice(lead)).to_contain_text("not JSON")
    expect(notice(supervisor)).to_contain_text(
        re.compile(r"Contact Lens of acme\s+is not being read since .*: words may be missing\.")
    )
    expect(badge(supervisor)).to_contain_text(re.compile("Data is .* s old"))

    stack.manage("resume", CONTACT_LENS)
    for page in (lead, supervisor):
        expect(notice(page)).to_be_hidden(timeout=A_WHILE_MS)
    stack.put(CONTACT_LENS, talk.final("t1", "Read again."))
    expect(row_of(supervisor, talk.contact_id)).to_contain_text("Read again.")
