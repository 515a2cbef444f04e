import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import People, row_of, turn_of
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


def long_call_page(stack: Stack, people: People, talk: Talk, turns: int = 450) -> Page:
    """Alice's page of a call of so many turns, of which it has the last 200."""
    stack.put(
        CONTACT_LENS, talk.started(), *(talk.final(f"t{n:04}", f"This is turn {n} of many.") for n in range(turns))
    )
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, talk.contact_id)).to_contain_text(f"turn {turns - 1} of many")
    page = people.live_page_of("alice", f"/calls/acme/{talk.contact_id}/")
    expect(page.locator(".turn")).to_have_count(200)
    return page


def test_words_appear_piece_by_piece_and_turn_into_the_final_in_place(stack: Stack, people: People, talk: Talk) -> None:
    wall, page = call_page(stack, people, talk)
    row, turn_id = row_of(wall, talk.contact_id), str(uuid4())
    turn = turn_of(page, turn_id)
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
    expect(turn.locator(".match")).to_have_text("BillingDispute")

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
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "false")
    before = log.evaluate("log => log.scrollTop")
    stack.put(CONTACT_LENS, talk.final("last", "And this is news."))
    expect(turn_with(log, "And this is news")).to_be_attached()
    assert log.evaluate("log => log.scrollTop") == before

    page.get_by_role("button", name="Jump to live").click()
    expect(turn_with(log, "And this is news")).to_be_in_viewport()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Jump to live")).to_be_visible()


def test_a_stretch_that_was_not_analysed_shows_until_words_of_it_come_late(
    stack: Stack, people: People, talk: Talk
) -> None:
    _, page = call_page(stack, people, talk)
    stack.put(CONTACT_LENS, talk.final("before", "One moment, please."))
    middle = Talk(talk.contact_id)
    middle.pause(12)
    talk.pause(20)
    stack.put(CONTACT_LENS, talk.final("after", "Here I am again."))
    gap = page.locator(".gap")
    expect(gap).to_have_text(re.compile(r"^\s*20 s not analysed\s*$"))
    assert gap.evaluate("gap => gap.nextElementSibling.dataset.turn") == "after"
    stack.put(CONTACT_LENS, middle.final("middle", "Still there?"))
    expect(turn_of(page, "middle")).to_be_visible()
    expect(gap).to_have_text(re.compile(r"^\s*11 s not analysed\s*$"))
    assert gap.evaluate("gap => gap.nextElementSibling.dataset.turn") == "middle"


def test_earlier_turns_come_as_one_scrolls_and_what_is_read_stays_in_place(
    stack: Stack, people: People, talk: Talk
) -> None:
    page = long_call_page(stack, people, talk)
    log = page.get_by_role("log")
    first = turn_of(page, "t0250")
    log.evaluate("log => { log.scrollTop = 300; }")
    top = first.evaluate("turn => turn.getBoundingClientRect().top")
    expect(page.locator(".turn")).to_have_count(400)
    assert abs(first.evaluate("turn => turn.getBoundingClientRect().top") - top) < 2
    log.evaluate("log => { log.scrollTop = 0; }")
    expect(page.locator(".turn")).to_have_count(450)
    expect(page.get_by_role("button", name="Earlier turns")).to_have_count(0)
    assert page.locator(".turn").evaluate_all("turns => turns.map(turn => turn.dataset.turn)") == [
        f"t{n:04}" for n in range(450)
    ]


def test_a_link_to_a_turn_opens_there_though_the_page_has_only_later_ones(
    stack: Stack, people: People, talk: Talk
) -> None:
    page = long_call_page(stack, people, talk)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn_of(page, "t0449").get_by_title("Copy a link").click()
    expect(page.locator("#said")).to_contain_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf".*/calls/acme/{talk.contact_id}/#turn-\d+-t0449", link)

    other = people.page_of("alice", link.replace("t0449", "t0003"))
    expect(turn_of(other, "t0003")).to_be_in_viewport()
    expect(turn_of(other, "t0003")).to_be_focused()
    expect(turn_of(other, "t0003")).to_have_class(re.compile("linked"))


def test_words_are_found_in_turns_that_the_page_had_not_loaded_and_in_no_address(
    stack: Stack, people: People, talk: Talk
) -> None:
    page = long_call_page(stack, people, talk)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    find, found = page.get_by_role("searchbox", name="Find in this transcript"), page.locator(".find output")
    find.fill("TURN 44")
    expect(found).to_have_text("11 of 11")  # 44, and 440 to 449
    expect(turn_of(page, "t0449")).to_be_in_viewport()
    find.press("Enter")
    expect(found).to_have_text("1 of 11")
    expect(turn_of(page, "t0044")).to_be_in_viewport()
    find.press("Shift+Enter")
    expect(found).to_have_text("11 of 11")
    page.get_by_role("button", name="Previous place").click()
    expect(found).to_have_text("10 of 11")
    stack.put(CONTACT_LENS, talk.final("more", "This is turn 44 once more."))
    expect(found).to_have_text("10 of 12")
    find.fill("nobody said this")
    expect(found).to_have_text("nowhere")
    find.press("Escape")
    expect(find).to_have_value("")
    assert not [url for url in asked if "44" in url.rpartition("?")[2] and "TURN" in url]


def test_one_speaker_is_hidden_and_shown_again(stack: Stack, people: People, talk: Talk) -> None:
    _, page = call_page(stack, people, talk)
    stack.put(CONTACT_LENS, talk.final("one", "Where is it?"), talk.final("two", "On its way.", role="AGENT"))
    expect(turn_of(page, "two")).to_be_visible()
    page.get_by_role("button", name="Hide agent").click()
    expect(turn_of(page, "two")).to_be_hidden()
    expect(turn_of(page, "one")).to_be_visible()
    stack.put(CONTACT_LENS, talk.final("three", "Soon.", role="AGENT"))
    expect(turn_of(page, "three")).to_be_attached()
    expect(turn_of(page, "three")).to_be_hidden()
    page.get_by_role("button", name="Hide agent").click()
    expect(turn_of(page, "three")).to_be_visible()


def test_a_mark_reaches_all_who_coach_at_once_and_is_changed_by_its_maker_alone(
    stack: Stack, people: People, talk: Talk
) -> None:
    _, page = call_page(stack, people, talk)
    stack.put(CONTACT_LENS, talk.final("one", "I am not sure.", role="AGENT"))
    stack.rows("UPDATE calls_call SET queue_name = 'Billing' WHERE contact_id = %s RETURNING id", talk.contact_id)
    lee = people.live_page_of("lee", f"/calls/acme/{talk.contact_id}/")
    marks, of_lee = (each.get_by_role("region", name="Marks for coaching") for each in (page, lee))

    turn_of(page, "one").hover()
    turn_of(page, "one").get_by_role("button", name="Mark").click()
    page.get_by_role("dialog").get_by_label("Comment").fill("Look it up, then answer.")
    page.get_by_role("button", name="Save").click()
    expect(marks).to_contain_text("Look it up, then answer.")
    expect(of_lee).to_contain_text("Look it up, then answer.")
    expect(turn_of(lee, "one").locator(".marked")).to_be_visible()
    expect(of_lee.get_by_role("button", name="Edit")).to_be_hidden()

    marks.get_by_role("button", name="Edit").click()
    page.get_by_role("dialog").get_by_label("Comment").fill("Better so.")
    page.get_by_role("button", name="Save").click()
    expect(of_lee).to_contain_text("Better so.")
    marks.get_by_role("button", name="Remove").click()
    expect(of_lee).not_to_contain_text("Better so.")
    expect(turn_of(lee, "one").locator(".marked")).to_have_count(0)
    marks.get_by_role("button", name="Undo").click()
    expect(of_lee).to_contain_text("Better so.")


def turn_with(log: Locator, words: str) -> Locator:
    return log.locator(".turn").filter(has_text=re.compile(rf"\b{words}"))
