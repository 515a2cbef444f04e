"""The figures on the wall come by the socket, say what they mean and how old they are, and lead to what they count."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.people import People, badge, row_of
from tests.journeys.records import GivenUp, Talk, dropped
from tests.journeys.stack import CONTACT_EVENTS, CONTACT_LENS, CONTACT_RECORDS, Stack

NUMBER = "+12025550155"


def number_of(wall: Page, name: str) -> int:
    return int(wall.locator(f"#figure-{name}").inner_text())


def test_a_call_that_comes_is_counted_without_a_request_of_the_page(stack: Stack, people: People) -> None:
    wall = people.live_page_of("alice", "/")
    requests: list[str] = []
    wall.on("request", lambda request: requests.append(request.url))
    before = number_of(wall, "progress")
    given_up = GivenUp(NUMBER)
    stack.put(CONTACT_EVENTS, given_up.initiated(), given_up.queued())
    expect(wall.locator("#figure-progress")).to_have_text(re.compile(rf"^\s*{before + 1}\s*$"))
    expect(wall.locator(".queues")).to_contain_text("1 waiting")
    assert not [url for url in requests if "figures" in url]
    stack.put(CONTACT_EVENTS, given_up.disconnected())
    expect(wall.locator("#figure-progress")).to_have_text(re.compile(rf"^\s*{before}\s*$"))


def test_a_figure_says_what_it_means_to_pointer_and_keyboard_until_escape(people: People) -> None:
    wall = people.live_page_of("alice", "/")
    means = wall.locator("#means-dropped")
    expect(means).to_be_hidden()
    wall.locator("#strip-dropped").hover()
    expect(means).to_be_visible()
    wall.mouse.move(0, 0)
    expect(means).to_be_hidden()
    wall.locator("#defined-dropped").focus()
    expect(means).to_be_visible()
    wall.keyboard.press("Escape")
    expect(means).to_be_hidden()
    expect(wall.locator("#defined-dropped")).to_be_focused()


def test_a_tile_leads_to_the_calls_of_its_queue(stack: Stack, people: People) -> None:
    names = [dropped(str(uuid4()), NUMBER, queue) for queue in ("Billing", "Sales")]
    stack.put(CONTACT_RECORDS, *names)  # events name queues by their ARN alone
    billing, sales = GivenUp(NUMBER), GivenUp(NUMBER, "Sales")
    stack.put(CONTACT_EVENTS, billing.initiated(), billing.queued(), sales.initiated(), sales.queued())
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, sales.contact_id)).to_be_visible()
    wall.locator(".queues a[data-queue=Billing]").first.click()  # each ARN that is called so has a tile
    expect(row_of(wall, sales.contact_id)).to_be_hidden()
    expect(row_of(wall, billing.contact_id)).to_be_visible()
    assert "queue=Billing" in wall.url
    stack.put(CONTACT_EVENTS, billing.disconnected(), sales.disconnected())


def test_the_badge_opened_says_what_is_and_how_long_the_last_change_was_under_way(stack: Stack, people: People) -> None:
    wall = people.live_page_of("alice", "/")
    badge(wall).locator("summary").click()
    expect(badge(wall).locator(".why")).to_contain_text("since the streams were read")
    stack.put(CONTACT_LENS, Talk(str(uuid4())).started())
    expect(badge(wall).locator(".why")).to_contain_text(re.compile(r"shown \d+\.\d s after it arrived in Kinesis"))


def test_a_transcript_says_when_it_was_last_heard_and_how_long_that_took(stack: Stack, people: People) -> None:
    talk = Talk()
    stack.put(CONTACT_LENS, talk.started(), talk.final("t1", "Good morning."))
    page = people.page_of("alice")
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, talk.contact_id)).to_be_visible()
    people.open_live(page, f"/calls/acme/{talk.contact_id}/")
    stack.put(CONTACT_LENS, talk.final("t2", "I am still waiting."))
    expect(page.locator("call-freshness")).to_contain_text(re.compile(r"\d s ago\s+shown \d+\.\d s after it arrived"))
