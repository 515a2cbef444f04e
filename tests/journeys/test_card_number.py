import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.journeys.people import People, row_of, turn_of
from tests.journeys.records import Talk
from tests.journeys.stack import CONTACT_LENS, Stack, until

CARD = "4111111111111111"  # a number that payment companies give out for tests
HALVES = ("my card is 4111 1111", "1111 1111 thank you")
WHOLE = "My card is 4111-1111-1111-1111, thank you."


def digits_of(text: str) -> str:
    return re.sub(r"(?<=\d)[ .\-](?=\d)", "", text)


def test_a_card_number_that_is_said_is_nowhere(stack: Stack, people: People) -> None:
    talk, turn_id = Talk(), str(uuid4())
    page = people.page_of("alice")
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    stack.put(CONTACT_LENS, talk.started(), talk.final("hello", "Hello."))
    wall = people.live_page_of("alice", "/")
    expect(row_of(wall, talk.contact_id)).to_contain_text("Hello.")
    people.open_live(page, f"/calls/acme/{talk.contact_id}/")

    turn = turn_of(page, turn_id)
    stack.put(CONTACT_LENS, *(talk.piece(turn_id, half) for half in HALVES))
    expect(turn).to_contain_text("thank you")
    expect(turn).to_contain_text("card number")
    in_pieces = page.content() + wall.content()
    stack.put(CONTACT_LENS, talk.final(turn_id, WHOLE, ms=2000))
    expect(turn).to_contain_text("My card is")
    expect(turn).to_contain_text("card number")
    stack.put_bytes(CONTACT_LENS, f'{{"EventType": "SEGMENTS", "said": "{WHOLE}'.encode())
    until(lambda: stack.rows("SELECT 1 FROM calls_deadletter"), "a dead letter")
    listing = people.page_of("dana", "/admin/calls/deadletter/")
    expect(listing.get_by_role("row").nth(1)).to_be_visible()

    places = {"pages": in_pieces + page.content() + wall.content(), "frames": "\n".join(frames)}
    places |= {"listing": listing.content(), "database": dump(stack)} | stack.logs()
    assert frames
    assert [name for name, text in places.items() if CARD in digits_of(text)] == []


def dump(stack: Stack) -> str:
    """Every row of every table as text."""
    tables = stack.rows(
        "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    rows = [str(row) for (table,) in tables for (row,) in stack.rows(f"SELECT t::text FROM {table} t")]  # noqa: S608
    assert any("Hello." in row for row in rows)
    return "\n".join(rows)
