"""The wall's list under a thousand calls: what stays under the hand, what is in the page, what the address asks for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from statistics import median

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.journeys.people import People, row_of
from tests.journeys.records import Talk
from tests.journeys.stack import CONTACT_LENS, ROOT, Stack
from tests.journeys.traces import traced

CALLS = 1000
FIRST = 10_000_000  # keys of calls that no database has
QUEUES = ("Billing", "Claims", "Sales", "Flights")
IN_PAGE = "[data-slot=calls] > tr"


class Crowd:
    """Many calls told over the page's own socket, beside what the server tells: each row as the server made one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sockets: list[WebSocketRoute] = []
        self.pattern = ""
        page.route_web_socket(re.compile("/live/$"), self._join)

    def _join(self, socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        self.sockets.append(socket)

    def learn(self, row: Locator) -> None:
        self.pk = str(row.get_attribute("id")).removeprefix("call-")
        self.pattern = re.sub(r' (style|aria-rowindex)="[^"]*"', "", row.evaluate("row => row.outerHTML"))

    def come(self, count: int = CALLS) -> None:
        for first in range(0, count, 100):
            self.tell(*(self.place(n) for n in range(first, first + 100)))
            self.tell({"type": "rest", "slot": "calls", "left": count - first - 100})

    def place(self, n: int, number: int = 1, queue: str = "", words: str = "") -> dict[str, object]:
        html = self.pattern.replace(f"call-{self.pk}", f"call-{FIRST + n}")
        for name, value in (
            ("number", number),
            ("order", 10**10 + 1_000_000_000 + n),
            ("queue", queue or QUEUES[n % 4]),
            ("agent", f"agent{n % 50:02}"),
        ):
            html = re.sub(rf'data-{name}="[^"]*"', f'data-{name}="{value}"', html, count=1)
        html = re.sub(r"(<a [^>]*>)[^<]*", rf"\g<1>caller {n}", html, count=1)
        return {"type": "place", "slot": "calls", "html": html.replace("Hello there.", words or f"Words of {n}.")}

    def tell(self, *frames: dict[str, object]) -> None:
        self.sockets[-1].send(json.dumps(frames))


def row(page: Page, n: int) -> Locator:
    return page.locator(f"#call-{FIRST + n}")


def worst(place: dict[str, object]) -> dict[str, object]:
    return place | {"html": re.sub(r'data-order="\d+"', 'data-order="5"', str(place["html"]), count=1)}


def order(page: Page) -> list[str]:
    ids: list[str] = page.locator(IN_PAGE).evaluate_all("rows => rows.map(row => row.id)")
    return ids


def shown(page: Page) -> int:
    return int(page.locator("#calls-count").inner_text().split()[0])


# A room of its own: what other journeys left would stand among the thousand.
@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    world = "\n".join((ROOT / "tests/journeys" / name).read_text() for name in ("acme.toml", "events.toml"))
    with Stack(tmp_path_factory.mktemp("wall"), os.environ["DATABASE_URL"], world, {"SWEEP_S": "1"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def all_people(stack: Stack, browser: Browser) -> People:
    return People(stack, browser)


@pytest.fixture
def talk(stack: Stack) -> Iterable[Talk]:
    talk = Talk()
    stack.put(CONTACT_LENS, talk.started(), talk.final("t", "Hello there."))
    yield talk
    stack.put(CONTACT_LENS, talk.completed())


@pytest.fixture
def crowd(people: People, talk: Talk) -> Crowd:
    page = people.page_of("alice")
    crowd = Crowd(page)
    people.open_live(page, "/")
    expect(row_of(page, talk.contact_id)).to_contain_text("Hello there.")
    crowd.learn(row_of(page, talk.contact_id))
    return crowd


def test_of_a_thousand_calls_those_in_sight_are_in_the_page_and_all_are_counted(crowd: Crowd) -> None:
    page = crowd.page
    crowd.come()
    expect(page.locator("#calls-count")).to_contain_text(re.compile(r"^1\d\d\d of 1\d\d\d calls"))
    expect(page.locator("#calls-rest")).to_be_hidden()
    assert page.locator(IN_PAGE).count() < 150
    assert page.locator("table.calls").get_attribute("aria-rowcount") == str(shown(page) + 1)
    page.locator(".scroller").evaluate("box => { box.scrollTop = box.scrollHeight; box.scrollIntoView(false); }")
    expect(row(page, CALLS - 1)).to_be_in_viewport()
    expect(row(page, 0)).to_have_count(0)
    assert page.locator(IN_PAGE).count() < 150
    index = int(str(row(page, CALLS - 1).get_attribute("aria-rowindex")))
    assert CALLS < index <= shown(page) + 1


def test_focus_and_selected_words_survive_updates_and_nothing_moves_under_the_pointer(crowd: Crowd) -> None:
    page = crowd.page
    crowd.come(200)
    link = row(page, 3).get_by_role("link")
    link.focus()
    crowd.tell(*(crowd.place(n, 2, words=f"News of {n}.") for n in range(200)))
    expect(row(page, 3)).to_contain_text("News of 3.")
    expect(link).to_be_focused()
    page.locator("#calls-title").click()

    row(page, 5).locator("q").evaluate("words => getSelection().selectAllChildren(words)")
    crowd.tell(*(crowd.place(n, 3, words=f"More of {n}.") for n in range(200)))
    expect(row(page, 6)).to_contain_text("More of 6.")
    assert page.evaluate("getSelection().toString()").strip() == "News of 5."
    page.evaluate("getSelection().empty()")
    expect(row(page, 5)).to_contain_text("More of 5.")

    row(page, 4).hover()
    before = order(page)
    crowd.tell(worst(crowd.place(150, 4)), {"type": "gone", "slot": "calls", "id": f"call-{FIRST + 2}"})
    expect(row(page, 2)).to_have_class(re.compile("is-gone"))
    assert order(page) == before
    expect(page.locator("#calls-held")).to_be_visible()
    page.mouse.move(2, 2)
    expect(row(page, 2)).to_have_count(0)
    expect(page.locator(IN_PAGE).first).to_have_attribute("id", f"call-{FIRST + 150}")


def test_a_row_that_changes_is_styled_anew_without_the_page_around_it(crowd: Crowd) -> None:
    page = crowd.page
    crowd.come(300)
    expect(page.locator("#calls-count")).to_contain_text(re.compile("3[0-9][0-9] of"))
    with traced(page, "devtools.timeline") as events:
        for n in range(10):
            crowd.tell(crowd.place(n, 2, words=f"News of {n}."))
            expect(row(page, n)).to_contain_text(f"News of {n}.")
    styled = [event["args"].get("elementCount", 0) for event in events if event["name"] == "UpdateLayoutTree"]
    assert 0 < median(styled) < 3 * row(page, 3).locator("*").count()


def test_a_paused_page_counts_its_changes_and_applies_them_when_it_goes_on(crowd: Crowd) -> None:
    page = crowd.page
    crowd.come(100)
    expect(row(page, 0)).to_be_attached()
    page.keyboard.press("p")
    crowd.tell(*(crowd.place(n, 2, words=f"News of {n}.") for n in range(30)), crowd.place(0, 3, words="The newest."))
    pause = page.locator("#pause")
    expect(pause).to_have_attribute("aria-pressed", "true")
    expect(pause).to_contain_text(re.compile(r"(3[1-9]|[4-9]\d) changes"))
    expect(row(page, 0)).to_contain_text("Words of 0.")
    pause.click()
    expect(row(page, 0)).to_contain_text("The newest.")
    expect(row(page, 29)).to_contain_text("News of 29.")


def test_the_rest_of_the_rows_comes_to_a_paused_page_too_and_is_no_change(crowd: Crowd) -> None:
    page = crowd.page
    crowd.tell({"type": "rest", "slot": "calls", "left": 200})
    expect(page.locator("#calls-rest")).to_have_text("loading 200 more")
    before = order(page)
    page.keyboard.press("p")
    crowd.come(200)
    expect(page.locator("#calls-count")).to_contain_text(re.compile(r"^2\d\d of 2\d\d calls"))
    expect(page.locator("#pause")).not_to_contain_text(re.compile(r"\d\d changes"))
    assert order(page)[: len(before)] == before
    crowd.tell(crowd.place(0, 2, words="News of 0."), worst(crowd.place(200)))
    expect(page.locator("#pause")).to_contain_text(re.compile(r"[2-9] changes"))
    expect(row(page, 0)).to_contain_text("Words of 0.")
    page.keyboard.press("p")
    expect(row(page, 0)).to_contain_text("News of 0.")
    expect(page.locator(IN_PAGE).first).to_have_attribute("id", f"call-{FIRST + 200}")


def test_filters_and_two_keys_of_order_live_in_the_address_and_words_and_callers_in_its_fragment(crowd: Crowd) -> None:
    page = crowd.page
    crowd.come(200)
    expect(row(page, 0)).to_be_attached()
    page.locator("#filter-queue summary").click()
    page.get_by_label("Claims").check()
    page.get_by_label("Sales").check()
    page.keyboard.press("Escape")
    expect(page.locator("#calls-count")).to_contain_text("100 of")
    page.get_by_role("columnheader", name="Queue").get_by_role("link").click()
    page.get_by_role("columnheader", name="Agent").get_by_role("link").click(modifiers=["Shift"])
    page.get_by_role("columnheader", name="Agent").get_by_role("link").click(modifiers=["Shift"])
    expect(page.get_by_role("columnheader", name="Queue")).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile(r"/\?queue=Claims&queue=Sales&sort=queue,-agent$"))
    told = page.locator(IN_PAGE).evaluate_all("rows => rows.map(row => [row.dataset.queue, row.dataset.agent])")
    assert told == sorted(sorted(told, key=lambda each: str(each[1]), reverse=True), key=lambda each: str(each[0]))

    page.get_by_role("searchbox", name="Caller").fill("nobody")
    expect(page).to_have_url(re.compile(r"\?queue=Claims&queue=Sales&sort=queue,-agent#caller=nobody$"))
    expect(page.get_by_text("No call in progress fits these filters.")).to_be_visible()
    page.get_by_role("button", name="Remove the filter Sales").click()
    expect(page).to_have_url(re.compile(r"/\?queue=Claims&sort=queue,-agent#caller=nobody$"))
    page.locator("[data-clear]").click()
    expect(page).to_have_url(re.compile(r"/\?sort=queue,-agent$"))
    assert shown(page) >= 200


def test_words_spoken_find_their_call_and_a_flag_stands_in_its_row(stack: Stack, people: People, talk: Talk) -> None:
    page = people.page_of("alice")
    people.open_live(page, "/")
    mine = row_of(page, talk.contact_id)
    page.keyboard.press("/")
    page.keyboard.type("no such words at all")
    expect(page.locator("wall-list")).to_have_attribute("data-state", "no-fit")
    page.get_by_role("searchbox", name="Words spoken").fill("unheard of")
    stack.put(CONTACT_LENS, talk.final("u", "This is Unheard of, I say."))
    expect(mine).to_contain_text("Unheard of")
    assert "unheard" not in page.url.split("#")[0]
    mine.get_by_role("button", name="Flag").click()
    expect(mine.locator(".flagged")).to_be_visible()
    expect(mine.get_by_role("button", name="Flag")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("searchbox", name="Words spoken").fill("")
    page.get_by_label("Only flagged").check()
    expect(mine).to_be_visible()
    mine.get_by_role("button", name="Flag").click()
    page.mouse.move(2, 2)
    expect(mine).to_have_count(0)


def test_the_list_is_worked_by_keys_and_they_can_be_switched_off(crowd: Crowd) -> None:
    page = crowd.page
    crowd.come(300)
    expect(page.locator("#calls-count")).to_contain_text(re.compile("3[0-9][0-9] of"))
    page.locator("main").focus()
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    second = page.locator(IN_PAGE).nth(1)
    expect(second).to_have_attribute("aria-current", "true")
    expect(second.get_by_role("link")).to_be_focused()
    asked = page.evaluate("() => { document.addEventListener('wall:selected', (e) => { window.picked = e.detail; }); }")
    assert asked is None
    page.keyboard.press("3")
    pk = int(str(second.get_attribute("id")).removeprefix("call-"))
    assert page.evaluate("window.picked") == {"pk": pk, "pane": 3}
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("the next call")
    page.keyboard.press("Escape")
    page.evaluate("document.body.dataset.keys = 'off'")
    page.keyboard.press("j")
    expect(second).to_have_attribute("aria-current", "true")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("switched off")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("switched off")
