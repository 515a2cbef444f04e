from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from calls.models import Person

from .browser import Browser
from .room import Room


@pytest.fixture
def room(transactional_db: None) -> Room:
    return Room.open()


@pytest_asyncio.fixture
async def browser(room: Room) -> AsyncIterator[Callable[..., Browser]]:
    opened: list[Browser] = []

    def open_browser(person: Person | None, **how: Any) -> Browser:
        opened.append(Browser(person, **how))
        return opened[-1]

    yield open_browser
    for each in opened:
        await each.leave()
