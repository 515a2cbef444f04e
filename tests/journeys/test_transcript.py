import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import People, row_of
from tests.journeys.records import Talk
from tests.journeys.stack import CONTACT_LENS, Stack

AT_ITS_END = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 8"


@pytest.fixture
def talk() -> Talk:
    return Talk()


def call_page(stack: Stack, people: People, talk: Talk) -> tuple[Page, Page]:
    """Alice's wall and her page of a call that has just begun to be heard."""
    wall = people.live_page_of("alice", "/")
    stack.put(CONTACT_LENS, talk.started())
    expect(row_of(wall, talk.contact_id)).to_be_visible()
    return wall, people.live_page_of("alice", f"/calls/acme/{talk.contact_id}/")


def test_words_appear_piece_by_piece_and_turn_into_the_final_in_place(stack: Stack, people: People, talk: Talk) -> None:
    wall, page = call_page(stack, people, talk)
    row, turn_id = row_of(wall, talk.contact_id), str(uuid4())
    turn = page.locator(f"[id='turn-{turn_id}']")
    expect(row).to_contain_text("known after the call")

    stack.put(CONTACT_LENS, talk.piece(turn_id, "I was charged"))
    expect(turn).to_contain_text("I was charged")
    expect(turn).to_contain_text("speaking")
    stack.put(CONTACT_LENS, talk.piece(turn_id, "twice this month"))
    expect(turn.locator(".said")).to_have_text("I was charged twice this month")
    expect(row).to_contain_text("twice this month")

    stack.put(CONTACT_LENS, talk.final(turn_id, "I was charged twice, this month.", mood="NEGATIVE", ms=2000))
    expect(turn.locator(".said")).to_have_text("I was charged twice, this month.")
    expect(turn).not_to_contain_text("speaking")
    expect(page.get_by_role("log").locator(".turn")).to_have_count(1)
    expect(row).to_contain_text("negative")
    stack.put(CONTACT_LENS, talk.category("BillingDispute"))
    expect(row).to_contain_text("BillingDispute")
    expect(page.get_by_role("region", name="Facts")).to_contain_text("BillingDispute")

    stack.put(CONTACT_LENS, talk.completed())
    expect(row).to_have_count(0)
    expect(page.get_by_role("region", name="Facts")).not_to_contain_text("In progress")
    expect(page.get_by_role("log")).to_contain_text("I was charged twice, this month.")


def test_the_page_follows_the_talk_until_the_reader_scrolls_up(stack: Stack, people: People, talk: Talk) -> None:
    _, page = call_page(stack, people, talk)
    log = page.get_by_role("log")
    stack.put(CONTACT_LENS, *(talk.final(f"first-{n}", f"This is turn {n} of many.") for n in range(30)))
    expect(turn_with(log, "turn 29 of many")).to_be_in_viewport()
    assert log.evaluate(AT_ITS_END)

    log.hover()
    page.mouse.wheel(0, -4000)
    expect(turn_with(log, "turn 0 of many")).to_be_in_viewport()
    before = log.evaluate("log => log.scrollTop")
    stack.put(CONTACT_LENS, talk.final("last", "And this is news."))
    expect(turn_with(log, "And this is news")).to_be_attached()
    assert log.evaluate("log => log.scrollTop") == before

    page.get_by_role("button", name="Jump to live").click()
    expect(turn_with(log, "And this is news")).to_be_in_viewport()


def turn_with(log: Locator, words: str) -> Locator:
    return log.locator(".turn").filter(has_text=re.compile(rf"\b{words}"))
