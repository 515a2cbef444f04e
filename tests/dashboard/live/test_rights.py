import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group

from calls.models import Person
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


async def hello(browser: Browser, *watches: str, **more: object) -> int:
    assert await browser.connect()
    await browser.socket.send_json_to({"watch": watches, "cursor": "1", "epoch": "", **more})
    return await browser.until_closed()


async def test_nobody_without_a_session_is_served(room: Room, browser: Browsers) -> None:
    nobody = browser(None)
    assert await nobody.connect()
    assert await nobody.until_closed() == 4401


@pytest.mark.parametrize("cookie", ['"\\000abc"', "../abc", "\xe9", "x" * 41, ""])
async def test_a_cookie_that_is_no_session_key_is_asked_for_nowhere(room: Room, browser: Browsers, cookie: str) -> None:
    nobody = browser(None)
    nobody.headers.append((b"cookie", f"sessionid={cookie}".encode("latin1")))
    assert await nobody.connect()
    assert await nobody.until_closed() == 4401


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "null", "", "http://["])
async def test_a_page_from_elsewhere_is_sent_away(room: Room, browser: Browsers, origin: str) -> None:
    elsewhere = browser(room.alice, origin=origin, host="127.0.0.1:8000")
    assert await elsewhere.connect()
    assert await elsewhere.until_closed() == 4421


async def test_a_page_of_the_address_that_it_was_opened_by_gets_one(room: Room, browser: Browsers) -> None:
    assert await browser(room.alice, origin="http://localhost:8123", host="localhost:8123").connect()


async def test_another_host_is_not_believed(room: Room, browser: Browsers) -> None:
    elsewhere = browser(room.alice, origin="http://evil.example", host="evil.example")
    assert await elsewhere.connect()
    assert await elsewhere.until_closed() == 4421


ROLES = {
    "supervisor": {"wall", "alerts", "call"},
    "team lead": {"wall", "alerts", "call", "cases", "case"},
    "agent": {"call", "cases", "case"},
    "admin": {"wall", "call"},
    None: set(),
}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_watches_what_its_rights_grant(room: Room, browser: Browsers, role: str | None) -> None:
    call = await do(room.call)("Billing")
    case, _ = await do(room.drop)(call)
    groups = [(await do(Group.objects.get_or_create)(name=role))[0]] if role else []
    await do(room.alice.groups.set)(groups)
    watches = {"call": f"call:{call.pk}", "case": f"case:{case.pk}"}
    for name in ("wall", "alerts", "cases", "call", "case"):
        watch = watches.get(name, name)
        if name in ROLES[role]:
            await browser(room.alice).watch(watch)
        else:
            assert await hello(browser(room.alice), watch) == 4403, name


async def test_a_foreign_call_and_an_absent_one_are_refused_alike(room: Room, browser: Browsers) -> None:
    foreign = await do(room.call)("Sales")
    case, _ = await do(room.drop)(foreign)
    for watch in (f"call:{foreign.pk}", "call:999999999", f"case:{case.pk}", "case:999999999"):
        assert await hello(browser(room.alice), watch) == 4404


RUBBISH = [
    "", "nonsense", "[]", "7", "{}", '{"watch": "wall"}', '{"watch": []}', '{"watch": ["walls"]}',
    '{"watch": ["wall:1"]}', '{"watch": ["call"]}', '{"watch": ["call:"]}', '{"watch": ["call:-1"]}',
    '{"watch": ["call:1e3"]}', '{"watch": ["call:99999999999999999999999"]}', '{"watch": [1]}',
    '{"watch": ["wall"], "numbers": {"1": "x"}}', '{"ack": "1"}', '{"ack": 1}', "[" * 50_000,
    json.dumps({"watch": ["wall"], "cursor": "9" * 5000}),
    json.dumps({"watch": ["wall"], "shown": ["call-" + "9" * 5000]}),
]  # fmt: skip


async def test_rubbish_closes_the_socket(room: Room, browser: Browsers) -> None:
    for text in RUBBISH:
        alice = browser(room.alice)
        assert await alice.connect()
        await alice.socket.send_input({"type": "websocket.receive", "text": text})
        assert await alice.until_closed() == 4400, text[:40]


async def test_a_socket_is_closed_that_acknowledges_what_it_was_not_sent(room: Room, browser: Browsers) -> None:
    read = await browser(room.alice, acks=False).watch("wall")
    newest = next(frame["n"] for frame in reversed(read.frames) if frame["type"] == "beat")
    for ack in (newest + 1, 10**18):
        alice = await browser(room.alice, acks=False).watch("wall")
        await alice.socket.send_json_to({"ack": ack})
        assert await alice.until_closed() == 4400, ack


async def test_a_socket_says_hello_once(room: Room, browser: Browsers) -> None:
    alice = await browser(room.alice).watch("wall")
    await alice.socket.send_json_to({"watch": ["wall"], "shown": []})
    assert await alice.until_closed() == 4400


async def test_bytes_close_the_socket(room: Room, browser: Browsers) -> None:
    alice = browser(room.alice)
    assert await alice.connect()
    await alice.socket.send_to(bytes_data=b"\x00")
    assert await alice.until_closed() == 4400


async def test_another_team_makes_the_page_fetch_itself_and_the_old_calls_stop(room: Room, browser: Browsers) -> None:
    alice = await browser(room.alice).watch("wall")
    await do(room.alice.teams.set)(await do(lambda: list(room.bob.teams.all()))())
    await alice.until(lambda frame: frame == {"type": "reload"})
    await do(room.call)("Billing", words="not any more")
    await do(room.call)("Sales", words="from now on")
    await alice.until_placed("from now on")
    await alice.until_told_of_everything()
    assert not [text for text in alice.texts if "not any more" in text]


async def test_a_right_that_was_taken_ends_what_it_gave(room: Room, browser: Browsers) -> None:
    alice = await browser(room.alice).watch("wall", "cases")
    await do(room.alice.groups.set)([(await do(Group.objects.get_or_create)(name="supervisor"))[0]])
    await alice.until(lambda frame: frame == {"type": "reload"})
    await do(room.drop)(await do(room.call)())
    await alice.until_told_of_everything()
    assert not [frame for frame in alice.frames if frame.get("slot") == "cases"]


async def test_somebody_who_left_the_company_sees_no_more(room: Room, browser: Browsers) -> None:
    alice = await browser(room.alice).watch("wall")
    await do(Person.objects.filter(pk=room.alice.pk).update)(is_active=False)
    assert await alice.until_closed() == 4401


async def test_a_new_password_closes_the_sockets_of_the_old_one(room: Room, browser: Browsers) -> None:
    alice, bob = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")
    room.alice.set_password("another one, given by an admin")
    await do(room.alice.save)()
    assert await alice.until_closed() == 4401
    await do(room.call)("Sales", words="Bob's stays open")
    await bob.until_placed("stays open")


async def test_whoever_signs_out_closes_the_sockets_of_all_tabs(room: Room, browser: Browsers) -> None:
    alice, bob = await browser(room.alice).watch("wall"), await browser(room.bob).watch("wall")
    await do(alice.sign_out)()
    assert await alice.until_closed() == 4401
    await do(room.call)("Sales", words="Bob's stays open")
    await bob.until_placed("stays open")
