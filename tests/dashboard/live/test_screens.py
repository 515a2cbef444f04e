"""What the socket tells a screen on a wall, which nobody is signed in at."""

from collections.abc import Callable

import pytest
from django.test import Client

from calls.models import ScreenLink, Team
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import NUMBER, Room
from tests.dashboard.live.test_rights import hello

Browsers = Callable[..., Browser]


def link_of(queue: str = "Billing", *, shows_words: bool = False) -> tuple[ScreenLink, str]:
    """The link, and the cookie of a browser that holds it."""
    link = ScreenLink(name=f"Screen of {queue}", team=Team.objects.get(name=queue), shows_words=shows_words)
    token = link.renew()
    link.save()
    client = Client()
    client.post("/screen/link/", {"token": token})
    return link, client.cookies["sessionid"].value


async def screen_of(
    browser: Browsers, queue: str = "Billing", *, shows_words: bool = False
) -> tuple[Browser, ScreenLink]:
    link, cookie = await do(link_of)(queue, shows_words=shows_words)
    screen = browser(None)
    screen.headers.append((b"cookie", f"sessionid={cookie}".encode()))
    return screen, link


async def test_a_screen_is_told_of_its_teams_calls_without_words_and_numbers(room: Room, browser: Browsers) -> None:
    screen, _ = await screen_of(browser)
    await screen.watch("screen")
    foreign = await do(room.call)("Sales", words="words of Sales")
    call = await do(room.call)("Billing", words="my secret words")
    placed = await screen.until_placed(f'id="call-{call.pk}"')
    assert placed["slot"] == "screen"
    await do(room.say)(call, "t1", "more secret words")
    await screen.until_told_of_everything()
    told = "".join(screen.texts)
    assert "secret words" not in told
    assert NUMBER not in told
    assert f"call-{foreign.pk}" not in told
    assert "words of Sales" not in told
    await do(room.change)(call, is_live=False)
    await screen.until_gone("screen", f"call-{call.pk}")


async def test_a_screen_is_told_words_where_its_link_allows_them(room: Room, browser: Browsers) -> None:
    screen, _ = await screen_of(browser, shows_words=True)
    await screen.watch("screen-words")
    call = await do(room.call)("Billing", words="my secret words")
    placed = await screen.until_placed(f'id="call-{call.pk}"', "my secret words")
    assert placed["slot"] == "screen-words"
    assert "alert" not in "".join(screen.texts)


@pytest.mark.parametrize("watch", ["wall", "alerts", "cases", "screen-words", "call:{call}", "marks:{call}", "case:1"])
async def test_a_screen_watches_nothing_else(room: Room, browser: Browsers, watch: str) -> None:
    call = await do(room.call)("Billing")
    screen, _ = await screen_of(browser)
    assert await hello(screen, watch.format(call=call.pk)) == 4403


async def test_a_screen_turns_to_no_call(room: Room, browser: Browsers) -> None:
    screen, _ = await screen_of(browser)
    await screen.watch("screen")
    call = await do(room.call)("Billing", words="my secret words")
    await screen.socket.send_json_to({"calls": {str(call.pk): 0}})
    await screen.until_placed(f'id="call-{call.pk}"')
    await do(room.say)(call, "t1", "more secret words")
    await screen.until_told_of_everything()
    assert "secret words" not in "".join(screen.texts)


async def test_a_screen_whose_link_is_revoked_is_closed_with_a_code_of_its_own(room: Room, browser: Browsers) -> None:
    screen, link = await screen_of(browser)
    await screen.watch("screen")
    await do(link.revoke)()
    assert await screen.until_closed() == 4410


async def test_a_screen_whose_link_was_revoked_is_not_let_in(room: Room, browser: Browsers) -> None:
    screen, link = await screen_of(browser)
    await do(link.revoke)()
    assert await hello(screen, "screen") == 4410


async def test_a_screen_that_loses_its_words_is_shown_anew(room: Room, browser: Browsers) -> None:
    screen, link = await screen_of(browser, shows_words=True)
    await screen.watch("screen-words")
    link.shows_words = False
    await do(link.save)()
    await screen.until(lambda frame: frame["type"] == "reload")
    await do(room.call)("Billing", words="my secret words")
    await screen.until_told_of_everything()
    assert "secret words" not in "".join(screen.texts)


async def test_when_a_screen_was_seen_is_noted_by_its_socket(room: Room, browser: Browsers) -> None:
    screen, link = await screen_of(browser)
    await screen.watch("screen")
    await do(link.refresh_from_db)()
    assert link.last_seen_at is not None


async def test_a_supervisor_may_have_the_wall_as_a_screen(room: Room, browser: Browsers) -> None:
    alice = await browser(room.alice).watch("screen")
    call = await do(room.call)("Billing", words="my secret words")
    placed = await alice.until_placed(f'id="call-{call.pk}"')
    assert placed["slot"] == "screen"
    assert "secret words" not in placed["html"]
