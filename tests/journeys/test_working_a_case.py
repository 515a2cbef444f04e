import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.people import People
from tests.journeys.records import dropped
from tests.journeys.stack import CONTACT_RECORDS, Stack

MOST_STOPS = 150


def tab_to(page: Page, selector: str) -> None:
    """With the Tab key alone."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not reach {selector}")


def new_case(stack: Stack, people: People, number: str) -> tuple[Page, str]:
    """Lee's list with the new case in it, and the address of the case."""
    stack.put(CONTACT_RECORDS, dropped(str(uuid4()), number))
    page = people.live_page_of("lee", "/cases/")
    link = people.row_with(page, number[-4:]).get_by_role("link").first
    expect(link).to_be_visible()
    return page, str(link.get_attribute("href"))


def test_a_case_is_taken_closed_and_reopened_with_the_keyboard_alone(stack: Stack, people: People) -> None:
    page, address = new_case(stack, people, "+12025550160")
    pk = address.strip("/").rpartition("/")[2]
    tab_to(page, f"#open-case-{pk}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    facts = page.locator("#case")

    tab_to(page, f"#take-{pk}")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("The case is yours.")
    expect(facts).to_have_attribute("data-state", "taken")
    expect(facts).to_contain_text("lee")

    tab_to(page, f"#close-{pk}")
    page.keyboard.press("Enter")
    tab_to(page, f"#close-menu-{pk} button[value=reached]")
    page.keyboard.press("Enter")
    expect(facts).to_have_attribute("data-state", "closed")
    expect(page.locator("#entries")).to_contain_text(re.compile("closed", re.IGNORECASE))

    tab_to(page, f"#reopen-{pk}")
    page.keyboard.press("Enter")
    expect(facts).to_have_attribute("data-state", "taken")
    expect(page.locator("#entries")).to_contain_text("reopened")


def test_who_is_late_is_told_who_was_first(stack: Stack, people: People) -> None:
    page, address = new_case(stack, people, "+12025550161")
    # Without scripts the page stays as it was: what a second person sees in the moment of the race.
    mias = people.page_of("mia", address, java_script_enabled=False)
    people.row_with(page, "0161").get_by_role("button", name=re.compile("^Take")).click()
    expect(people.row_with(page, "0161")).to_contain_text("lee")
    mias.get_by_role("button", name=re.compile("^Take")).click()
    expect(mias.get_by_text("lee has it.")).to_be_visible()
