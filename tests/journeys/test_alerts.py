"""New alerts on the wall and in the inbox: what is shown of them, heard of them, and done about them."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import People, alert_of
from tests.journeys.records import dropped
from tests.journeys.stack import CONTACT_RECORDS, Stack, until

# Counts notes where they begin to sound: the one thing that no page can be asked.
COUNT_NOTES = """
window.notes = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.notes += 1; return start.call(this, at); };
"""
Drop = Callable[..., list[str]]


@pytest.fixture
def drop(stack: Stack) -> Drop:
    """So many calls of Billing drop; returns their contact ids."""

    def make(count: int = 1) -> list[str]:
        contact_ids = [str(uuid4()) for _ in range(count)]
        stack.put(CONTACT_RECORDS, *(dropped(each, f"+1202555{at:04}") for at, each in enumerate(contact_ids, 3100)))
        return contact_ids

    return make


@pytest.fixture
def nothing_new(stack: Stack, people: People) -> None:
    """Whatever other tests left is acknowledged."""
    inbox = people.live_page_of("alice", "/alerts/")
    while inbox.locator("#alert-list > article").count():
        for box in inbox.locator('input[name="alert"]').all():
            box.check()
        inbox.get_by_role("button", name="Acknowledge selected").click()
        expect(inbox.locator("#said").get_by_text(re.compile("acknowledged", re.IGNORECASE)).first).to_be_visible()
        people.open_live(inbox, "/alerts/")
    inbox.context.close()


def toasts(wall: Page) -> list[str]:
    return [toast.get_attribute("id") or "" for toast in wall.locator(".toasts article:visible").all()]


@pytest.mark.usefixtures("nothing_new")
def test_the_wall_shows_the_newest_three_and_how_many_more_there_are(drop: Drop, people: People) -> None:
    wall = people.live_page_of("alice", "/")
    assert toasts(wall) == []
    drop(5)
    expect(wall.locator(".toasts article:visible")).to_have_count(3)
    expect(wall.get_by_role("link", name="and 2 more")).to_be_visible()
    expect(wall).to_have_title(re.compile(r"^\(5\) Wall"))
    expect(wall.locator('link[rel="icon"]')).to_have_attribute("href", re.compile("^data:image/png"))
    expect(wall.locator("#unread-alerts")).to_contain_text("5")

    first = toasts(wall)[0]
    wall.locator(f"#{first} .dismiss").click()
    expect(wall.locator(f"#{first}")).to_be_hidden()
    expect(wall.locator(".toasts article:visible")).to_have_count(3)

    wall.set_viewport_size({"width": 360, "height": 740})
    expect(wall.locator(".toasts article:visible")).to_have_count(0)
    wall.get_by_role("link", name="5 new alerts").click()
    expect(wall.get_by_role("heading", name="Alerts", exact=True)).to_be_visible()


@pytest.mark.usefixtures("nothing_new")
def test_what_has_the_focus_is_not_covered(drop: Drop, people: People) -> None:
    wall = people.live_page_of("alice", "/")
    drop(3)
    cards = wall.locator(".toasts article:visible")
    expect(cards).to_have_count(3)
    wall.get_by_role("link", name="Skip to the content").focus()
    expect(cards).to_have_count(3)
    wall.evaluate(
        """() => {
          const here = document.querySelector(".toasts").getBoundingClientRect();
          const button = document.querySelector("#pause");
          Object.assign(button.style, { position: "fixed", left: `${here.left + 9}px`, top: `${here.top + 9}px` });
          button.focus();
        }"""
    )
    expect(cards).to_have_count(0)
    expect(wall.get_by_role("link", name="3 new alerts")).to_be_visible()
    wall.get_by_role("link", name="Skip to the content").focus()
    expect(cards).to_have_count(3)


@pytest.mark.usefixtures("nothing_new")
def test_an_alert_is_snoozed_taken_back_acknowledged_and_over_for_everybody(drop: Drop, people: People) -> None:
    alices, lees = people.live_page_of("alice", "/alerts/"), people.live_page_of("lee", "/alerts/")
    [contact_id] = drop()
    mine, theirs = alert_of(alices, contact_id), alert_of(lees, contact_id)
    expect(theirs).to_be_visible()
    mine.get_by_text("Snooze").click()
    mine.get_by_role("button", name="5 min", exact=True).click()
    expect(mine).to_have_count(0)
    expect(theirs).to_have_count(0)

    alices.get_by_role("button", name="Undo").click()
    expect(mine).to_be_visible()
    expect(theirs).to_be_visible()

    theirs.get_by_role("button", name=re.compile("^Acknowledge")).click()
    expect(mine).to_have_count(0)
    alices.get_by_role("link", name="Acknowledged").click()
    seen = alices.locator("#alert-list > article").filter(has=alices.locator(f"a[href*='{contact_id}']"))
    expect(seen).to_contain_text("Acknowledged by")
    seen.get_by_role("button", name=re.compile("^Close")).click()
    expect(seen).to_have_count(0)
    alices.get_by_role("link", name="Over").click()
    expect(seen).to_contain_text("closed by")


@pytest.mark.usefixtures("nothing_new")
def test_all_are_marked_as_seen_for_whoever_did_and_a_later_one_is_not(drop: Drop, people: People) -> None:
    alices, lees = people.live_page_of("alice", "/alerts/"), people.live_page_of("lee", "/alerts/")
    drop(2)
    expect(alices).to_have_title(re.compile(r"^\(2\)"))
    alices.get_by_role("button", name="Mark all seen").click()
    expect(alices).to_have_title(re.compile("^Alerts"))
    expect(alices.get_by_text("not seen yet").first).to_be_hidden()
    expect(lees.locator("#alert-list").get_by_text("not seen yet").first).to_be_visible()
    drop()
    expect(alices).to_have_title(re.compile(r"^\(1\)"))


@pytest.mark.usefixtures("nothing_new")
def test_nothing_sounds_before_a_click_and_a_storm_sounds_once(drop: Drop, people: People) -> None:
    inbox = people.page_of("alice")
    inbox.add_init_script(COUNT_NOTES)
    people.open_live(inbox, "/alerts/")
    drop()
    expect(inbox.locator("#alert-list > article")).to_have_count(1)
    assert inbox.evaluate("window.notes") == 0

    inbox.get_by_text("Sound", exact=True).click()
    inbox.get_by_role("button", name="Sound off").click()
    expect(inbox.get_by_role("button", name="Sound on")).to_have_attribute("aria-pressed", "true")
    inbox.get_by_label("Which", exact=True).select_option("Bell")
    notes = int(inbox.evaluate("window.notes"))
    drop(6)
    expect(inbox.locator("#alert-list > article")).to_have_count(7)
    # A critical alert's bell: three tones, twice. What came in another batch is heard with the next sound.
    until(lambda: int(inbox.evaluate("window.notes")) > notes, "a sound")
    assert int(inbox.evaluate("window.notes")) - notes == 6

    people.open_live(inbox, "/alerts/")
    inbox.get_by_text("Sound", exact=True).click()
    expect(inbox.get_by_label("Which", exact=True)).to_have_value("Bell")


@pytest.mark.usefixtures("nothing_new")
def test_an_inbox_that_is_filtered_shows_what_fits_only(drop: Drop, people: People) -> None:
    inbox = people.live_page_of("alice", "/alerts/?kind=long-wait")
    [contact_id] = drop()
    expect(inbox.locator("#unread-alerts")).to_contain_text("1")
    expect(alert_of(inbox, contact_id)).to_be_hidden()
    inbox.get_by_role("link", name="Clear filters").first.click()
    expect(alert_of(inbox, contact_id)).to_be_visible()
