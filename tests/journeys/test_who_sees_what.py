"""Bob supervises Sales and never meets what is Billing's; Charlie works Billing's free cases; Erin has no team."""

import json
import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.journeys.people import People, alert_of
from tests.journeys.records import Talk, dropped
from tests.journeys.stack import CONTACT_LENS, CONTACT_RECORDS, Stack, until

ABSENT = 99_999_999
WORDS = "Only Alice may read this."


@dataclass(frozen=True)
class Dropped:
    """A call of Billing, with words, an alert and a case."""

    contact_id: str
    call: int
    alert: int
    case: int


@pytest.fixture(scope="module")
def billing(stack: Stack) -> Dropped:
    talk = Talk()
    stack.put(CONTACT_LENS, talk.started(), talk.final("t", WORDS), talk.completed())
    stack.put(CONTACT_RECORDS, dropped(talk.contact_id, "+12025550150"))
    found = until(
        lambda: stack.rows(
            "SELECT c.id, a.id, c.case_id FROM calls_call c JOIN calls_alert a ON a.call_id = c.id"
            " JOIN transcripts_segment s ON s.call_id = c.id WHERE c.contact_id = %s",
            talk.contact_id,
        ),
        "the call, its alert, its case and its words",
    )
    return Dropped(talk.contact_id, *found[0])


def answer(people: People, name: str, path: str, method: str = "GET") -> tuple[int, str]:
    """Status and body, without what is different each time."""
    cookies = people.cookies_of(name)
    headers = {"X-CSRFToken": cookies["csrftoken"]}
    address = people.stack.url + path
    sent = people.stack.http.request(method, address, cookies=cookies, headers=headers, allow_redirects=False)
    return sent.status_code, re.sub(r"[A-Za-z0-9]{64}", "", sent.text)


@pytest.mark.parametrize("name", ["bob", "erin", "dana"])
def test_a_foreign_call_is_the_same_404_as_an_absent_one(
    stack: Stack, people: People, billing: Dropped, name: str
) -> None:
    absent = str(uuid4())
    for foreign, none in [
        (f"/calls/acme/{billing.contact_id}/", f"/calls/acme/{absent}/"),
        (f"/calls/{billing.contact_id}/", f"/calls/{absent}/"),
        (f"/turns/{billing.call}/?place=5000", f"/turns/{ABSENT}/?place=5000"),
    ]:
        status, body = answer(people, name, foreign)
        assert (status, body) == answer(people, name, none), foreign
        assert status == 404
        assert WORDS not in body


def test_a_foreign_case_or_alert_is_the_same_404_as_an_absent_one(people: People, billing: Dropped) -> None:
    for path, method in [
        ("/cases/{}/", "GET"),
        ("/cases/{}/take/", "POST"),
        ("/cases/{}/close/", "POST"),
        ("/cases/{}/reveal/", "POST"),
    ]:
        foreign = answer(people, "bob", path.format(billing.case), method)
        assert foreign == answer(people, "bob", path.format(ABSENT), method)
        assert foreign[0] == 404
    foreign = answer(people, "bob", f"/alerts/{billing.alert}/acknowledge/", "POST")
    assert foreign == answer(people, "bob", f"/alerts/{ABSENT}/acknowledge/", "POST")
    assert foreign[0] == 404


def cookie_header(people: People, name: str) -> str:
    return "; ".join(f"{each}={value}" for each, value in people.cookies_of(name).items())


def closed_with(stack: Stack, people: People, name: str, watch: str, origin: str = "") -> int:
    """The code with which the server ends a socket that asks for `watch`; 0 when it stays open."""
    headers = {"Cookie": cookie_header(people, name)}
    address = stack.url.replace("http", "ws", 1) + "/live/"
    with connect(address, additional_headers=headers, origin=Origin(origin or stack.url)) as socket:
        try:
            socket.send(json.dumps({"watch": [watch], "cursor": "0", "epoch": ""}))
            socket.recv(timeout=10)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else -1
        return 0


def test_a_socket_refuses_a_foreign_call_as_it_refuses_an_absent_one(
    stack: Stack, people: People, billing: Dropped
) -> None:
    assert closed_with(stack, people, "alice", f"call:{billing.call}") == 0
    assert closed_with(stack, people, "lee", f"case:{billing.case}") == 0
    for name in ("bob", "erin", "dana"):
        refused = closed_with(stack, people, name, f"call:{billing.call}")
        assert refused == closed_with(stack, people, name, f"call:{ABSENT}") != 0
    assert closed_with(stack, people, "bob", f"case:{billing.case}") == closed_with(
        stack, people, "bob", f"case:{ABSENT}"
    )


def test_a_socket_from_another_site_is_refused(stack: Stack, people: People) -> None:
    assert closed_with(stack, people, "alice", "wall", origin="https://evil.example") == 4421


def test_no_list_and_no_frame_of_bob_tells_of_a_call_of_billing(stack: Stack, people: People) -> None:
    talk, own = Talk(), str(uuid4())
    bobs = [people.page_of("bob") for _ in range(2)]
    frames: list[str] = []
    for page, path in zip(bobs, ("/", "/cases/"), strict=True):
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
        people.open_live(page, path)
    alices = people.live_page_of("alice", "/")

    stack.put(CONTACT_LENS, talk.started(), talk.final("t", WORDS))
    stack.put(CONTACT_RECORDS, dropped(talk.contact_id, "+12025550151"))
    expect(alert_of(alices, talk.contact_id)).to_be_visible()
    stack.put(CONTACT_RECORDS, dropped(own, "+12025550152", queue="Sales"))
    expect(alert_of(bobs[0], own)).to_be_visible()
    expect(bobs[1].get_by_role("row").filter(has_text="••• 0152")).to_be_visible()

    told = "\n".join([*frames, *(page.content() for page in bobs)])
    assert own in told
    assert talk.contact_id not in told
    assert WORDS not in told
    assert "0151" not in told


def test_an_agent_works_the_free_cases_of_the_own_queues_and_no_others(stack: Stack, people: People) -> None:
    numbers = {"+12025550163": "Billing", "+12025550164": "Billing", "+12025550165": "Sales"}
    for number, queue in numbers.items():
        stack.put(CONTACT_RECORDS, dropped(str(uuid4()), number, queue))
    charlies, lees = people.live_page_of("charlie", "/cases/"), people.live_page_of("lee", "/cases/")
    expect(people.row_with(charlies, "0163")).to_be_visible()
    expect(people.row_with(charlies, "0164")).to_be_visible()
    mine = people.row_with(lees, "0164").get_by_role("link").first.get_attribute("href")

    people.row_with(lees, "0164").get_by_role("button", name=re.compile("^Take")).click()
    expect(people.row_with(charlies, "0164")).to_have_count(0)
    expect(people.row_with(charlies, "0165")).to_have_count(0)
    expect(people.row_with(charlies, "0163")).to_be_visible()
    assert answer(people, "charlie", str(mine))[0] == 404


def test_who_has_no_team_sees_nothing(people: People, billing: Dropped) -> None:
    for name in ("erin", "dana"):
        wall = people.live_page_of(name, "/")
        expect(wall.locator("[data-slot=calls] tr")).to_have_count(0)
        expect(wall.locator("[data-slot=alerts] article")).to_have_count(0)
        assert billing.contact_id not in wall.content()
    status, body = answer(people, "erin", "/cases/")
    assert status == 403
    assert "team lead" in body
