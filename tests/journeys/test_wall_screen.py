"""Views that people save of the wall, and screens that show one to whoever passes by."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.people import People, badge, row_of
from tests.journeys.records import Talk
from tests.journeys.screens import make_link, open_screen, revoke
from tests.journeys.stack import CONTACT_LENS, Stack, until

ELEMENTS = "document.querySelectorAll('screen-list *').length"
UPDATES = 300


def save_view(wall: Page, name: str, shared_with: str = "") -> None:
    wall.get_by_text("Views", exact=True).press("Enter")
    wall.get_by_label("Save these filters, order and columns as").fill(name)
    wall.keyboard.press("Enter")
    expect(wall.locator("#said")).to_contain_text(f"“{name}” is saved.")
    if shared_with:
        wall.get_by_text(f"Change {name}").press("Enter")
        wall.get_by_role("listitem").filter(has_text=name).get_by_label("Shared with").select_option(shared_with)
        wall.get_by_role("listitem").filter(has_text=name).get_by_role("button", name="Share").press("Enter")
        expect(wall.locator("#said")).to_contain_text(f"“{name}” is shared with {shared_with}.")


def screen_row(stack: Stack, talk: Talk) -> str:
    [(pk,)] = until(
        lambda: stack.rows("SELECT id FROM calls_call WHERE contact_id = %s", talk.contact_id), "the call is stored"
    )
    return f"#call-{pk}"


def number_with(stack: Stack, talk: Talk, turn_id: str) -> int:
    """Of the call, once this turn is stored."""
    query = """
        SELECT call.number FROM calls_call call JOIN transcripts_segment turn ON turn.call_id = call.id
        WHERE contact_id = %s AND turn_id = %s
    """
    [(number,)] = until(lambda: stack.rows(query, talk.contact_id, turn_id), "the turn is stored", within_s=60)
    return int(number)


def test_a_saved_view_opens_by_keyboard_and_its_words_reach_no_address(stack: Stack, people: People) -> None:
    talk = Talk()
    words = f"goose {uuid4().hex[:8]}"
    stack.put(CONTACT_LENS, talk.started(), talk.final("t1", f"My {words} is ill."))
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, talk.contact_id)).to_contain_text(words)
    asked: list[str] = []
    wall.on("request", lambda request: asked.append(request.url))

    people.open_live(wall, f"/?sort=-since#text={words.replace(' ', '+')}")
    name = f"Geese {words[-8:]}"
    save_view(wall, name)
    people.open_live(wall, "/")
    expect(row_of(wall, talk.contact_id)).to_be_visible()
    wall.get_by_text("Views", exact=True).press("Enter")
    wall.get_by_role("link", name=name).press("Enter")
    expect(wall.get_by_label("Words spoken")).to_have_value(words)
    assert "sort=-since" in wall.url
    assert words.partition(" ")[2] in wall.url.partition("#")[2]
    wall.reload()
    expect(wall.get_by_label("Words spoken")).to_have_value(words)
    assert not [address for address in asked if words.partition(" ")[2] in address.partition("#")[0]]

    wall.get_by_text("Views", exact=True).press("Enter")
    wall.get_by_text(f"Change {name}").press("Enter")
    wall.get_by_role("listitem").filter(has_text=name).get_by_role("button", name="Delete").press("Enter")
    expect(wall.get_by_role("link", name=name)).to_have_count(0)
    wall.get_by_role("button", name="Undo").press("Enter")
    expect(wall.get_by_role("link", name=name)).to_be_attached()


def test_a_screen_shows_its_view_without_words_and_stops_when_its_link_is_revoked(stack: Stack, people: People) -> None:
    talk, other, category = Talk(), Talk(), f"Screen{uuid4().hex[:8]}"
    stack.put(CONTACT_LENS, talk.started(), talk.final("t1", "My secret words."), talk.category(category))
    stack.put(CONTACT_LENS, other.started(), other.final("t1", "Something else."))
    wall = people.live_page_of("alice", f"/?category={category}")
    save_view(wall, category, shared_with="everybody")
    link = make_link(people, f"Kitchen {category}", category)
    assert link.startswith(f"{stack.url}/screen/#")

    screen = open_screen(people, link)
    expect(screen.locator(screen_row(stack, talk))).to_contain_text(category)
    expect(screen.locator(screen_row(stack, other))).to_have_count(0)
    assert screen.url == f"{stack.url}/screen/"
    assert "secret words" not in screen.content()
    assert link.partition("#")[2] not in "".join(stack.logs().values())
    screen.reload()
    expect(screen.locator(screen_row(stack, talk))).to_be_visible()
    screen.goto("/")
    expect(screen).to_have_url(re.compile("/accounts/login/"))
    people.open_live(screen, "/screen/")

    revoke(people, f"Kitchen {category}")
    expect(screen.get_by_role("heading", name="This screen shows nothing any more")).to_be_visible()
    expect(screen.locator("screen-list")).to_have_count(0)


def test_a_screen_grows_neither_by_updates_nor_by_a_server_that_restarts(stack: Stack, people: People) -> None:
    talks, category = [Talk() for _ in range(6)], f"Soak{uuid4().hex[:8]}"
    for talk in talks:
        stack.put(CONTACT_LENS, talk.started(), talk.final("t0", "Begun."), talk.category(category))
    wall = people.live_page_of("alice", f"/?category={category}")
    save_view(wall, category, shared_with="everybody")
    screen = open_screen(people, make_link(people, f"Soak {category}", category))
    rows = screen.locator("screen-list tbody tr")
    expect(rows).to_have_count(len(talks))
    before = screen.evaluate(ELEMENTS)

    for n in range(1, UPDATES // len(talks) // 2):
        stack.put(CONTACT_LENS, *(talk.final(f"t{n}", f"Turn {n}.") for talk in talks))
    with stack.without("web"):
        expect(badge(screen)).to_contain_text(re.compile("reconnecting", re.IGNORECASE))
        for n in range(UPDATES // len(talks) // 2, UPDATES // len(talks)):
            stack.put(CONTACT_LENS, *(talk.final(f"t{n}", f"Turn {n}.") for talk in talks))
    expect(badge(screen)).to_contain_text(re.compile(r"^\s*live", re.IGNORECASE), timeout=60_000)
    for talk in talks:
        expect(screen.locator(screen_row(stack, talk))).to_have_attribute(
            "data-number", str(number_with(stack, talk, f"t{n}")), timeout=60_000
        )
    expect(rows).to_have_count(len(talks))
    assert screen.evaluate(ELEMENTS) == before
