"""Calls beside the wall's list: their words as they are spoken, up to four at a time."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import People, badge, pane_of, row_of, turn_of
from tests.journeys.records import Talk
from tests.journeys.stack import CONTACT_LENS, Stack

SELECT = "([pk, pane]) => document.dispatchEvent(new CustomEvent('wall:selected', {detail: {pk, pane}}))"


def heard(stack: Stack, wall: Page, words: str) -> Talk:
    talk = Talk()
    stack.put(CONTACT_LENS, talk.started(), talk.final("first", words))
    expect(row_of(wall, talk.contact_id)).to_contain_text(words)
    return talk


def select(wall: Page, talk: Talk, pane: int = 0) -> None:
    pk = str(row_of(wall, talk.contact_id).get_attribute("id")).removeprefix("call-")
    wall.evaluate(SELECT, [pk, pane])


@pytest.fixture
def wall(people: People) -> Page:
    wall = people.page_of("alice", viewport={"width": 1920, "height": 1080})
    people.open_live(wall, "/")
    return wall


def test_a_call_is_read_beside_the_list_as_it_is_spoken(stack: Stack, wall: Page) -> None:
    talk = heard(stack, wall, "Where is my bag?")
    select(wall, talk)
    pane = pane_of(wall, talk.contact_id)
    expect(pane.get_by_role("log")).to_contain_text("Where is my bag?")
    stack.put(CONTACT_LENS, talk.piece("second", "It was"), talk.piece("second", "blue"))
    expect(turn_of(wall, "second").locator(".said")).to_have_text("It was blue")
    stack.put(CONTACT_LENS, talk.final("second", "It was blue.", ms=2000))
    expect(turn_of(wall, "second")).not_to_contain_text("speaking")
    expect(pane.locator(".turn")).to_have_count(2)


def test_up_to_four_calls_stand_side_by_side_and_each_gets_its_own_words(stack: Stack, wall: Page) -> None:
    talks = [heard(stack, wall, f"I am caller {n}.") for n in range(5)]
    for place, talk in enumerate(talks[:4], start=1):
        select(wall, talk, place)
        expect(pane_of(wall, talk.contact_id).locator(".turn")).to_have_count(1)
    stack.put(CONTACT_LENS, *(talk.final("more", f"More of {n}.") for n, talk in enumerate(talks)))
    for n, talk in enumerate(talks[:4]):
        expect(pane_of(wall, talk.contact_id).get_by_role("log")).to_contain_text(f"More of {n}.")
        expect(pane_of(wall, talk.contact_id).locator(".turn")).to_have_count(2)
    select(wall, talks[4], 2)
    expect(pane_of(wall, talks[4].contact_id)).to_be_visible()
    expect(wall.locator("side-panes > .pane")).to_have_count(4)
    expect(pane_of(wall, talks[1].contact_id)).to_have_count(0)


def test_a_pane_whose_call_ended_says_so_and_stays_until_it_is_closed(stack: Stack, wall: Page) -> None:
    talk = heard(stack, wall, "Thank you, good bye.")
    select(wall, talk)
    pane = pane_of(wall, talk.contact_id)
    expect(pane).to_contain_text("In progress")
    stack.put(CONTACT_LENS, talk.completed())
    expect(row_of(wall, talk.contact_id)).to_have_count(0)
    expect(pane).to_contain_text("Ended")
    expect(pane.get_by_role("log")).to_contain_text("Thank you, good bye.")
    pane.get_by_role("log").focus()
    wall.keyboard.press("Escape")
    expect(pane).to_have_count(0)


def test_panes_go_on_where_they_were_after_the_connection_was_lost(stack: Stack, wall: Page) -> None:
    talk = heard(stack, wall, "Before the cut.")
    select(wall, talk)
    pane = pane_of(wall, talk.contact_id)
    expect(pane.locator(".turn")).to_have_count(1)
    with stack.without("web"):
        stack.put(CONTACT_LENS, *(talk.final(f"cut-{n}", f"During the cut {n}.") for n in range(5)))
    stack.until_the_site_answers()
    expect(badge(wall)).to_contain_text("Live", timeout=40_000)
    expect(pane.get_by_role("log")).to_contain_text("During the cut 4.", timeout=40_000)
    assert pane.locator(".turn").evaluate_all("turns => turns.map(turn => turn.dataset.turn)") == [
        "first", *(f"cut-{n}" for n in range(5)),
    ]  # fmt: skip


def test_a_call_that_is_another_teams_now_leaves_nothing_but_why(stack: Stack, people: People) -> None:
    alice = people.live_page_of("alice", "/")
    talk = heard(stack, alice, "My words are private.")
    of_queue = "UPDATE calls_call SET queue_name = %s WHERE contact_id = %s RETURNING id"
    stack.rows(of_queue, "Billing", talk.contact_id)
    lee = people.page_of("lee", viewport={"width": 1920, "height": 1080})
    people.open_live(lee, "/")
    expect(row_of(lee, talk.contact_id)).to_be_visible()
    select(lee, talk)
    expect(pane_of(lee, talk.contact_id)).to_contain_text("My words are private.")
    stack.rows(of_queue, "Sales", talk.contact_id)
    pane = lee.locator("side-panes > .pane")
    expect(pane).to_contain_text("it belongs to another team now")
    expect(pane).not_to_contain_text("My words are private.")
    expect(row_of(lee, talk.contact_id)).to_have_count(0)
    pane.get_by_role("button", name="Close this call").click()
    expect(pane).to_have_count(0)


def test_on_a_small_screen_one_call_lies_over_the_list_and_the_focus_comes_and_goes(
    stack: Stack, people: People
) -> None:
    wall = people.page_of("alice", viewport={"width": 390, "height": 800})
    people.open_live(wall, "/")
    talks = [heard(stack, wall, f"I am on a small screen, {n}.") for n in range(2)]
    wall.locator(f"#open-{row_of(wall, talks[0].contact_id).get_attribute('id')}").focus()
    for talk in talks:
        select(wall, talk)
        expect(pane_of(wall, talk.contact_id)).to_be_focused()
    expect(wall.locator("side-panes > .pane")).to_have_count(1)
    wall.get_by_role("button", name="Close this call").click()
    expect(wall.locator("side-panes > .pane")).to_have_count(0)
    assert wall.evaluate("document.activeElement !== document.body")
