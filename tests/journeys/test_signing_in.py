import pytest
from playwright.sync_api import expect

from tests.journeys.people import People


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("alice", "Wall"),
        ("bob", "Wall"),
        ("lee", "Wall"),
        ("charlie", "Dropped calls"),
        ("dana", "Wall"),
        ("erin", "Wall"),
    ],
)
def test_signing_in_leads_each_role_to_a_page_of_its_own(people: People, name: str, heading: str) -> None:
    page = people.page_of("")
    people.sign_in(page, name)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("navigation", name="Ringback")).to_contain_text(name)


def test_the_address_that_was_asked_for_opens_after_signing_in(people: People) -> None:
    page = people.page_of("", "/accounts/zone/")
    page.get_by_label("User name").fill("lee")
    page.get_by_label("Password").fill(people.stack.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Account")
