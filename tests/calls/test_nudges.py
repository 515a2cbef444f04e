import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis
from channels.layers import get_channel_layer
from django.conf import settings
from pytest_django import Settings

from calls.nudges import nudge


class Heard:
    def __init__(self, layer: Any) -> None:
        self.layer, self.channel = layer, ""

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            return dict(await self.layer.receive(self.channel))


@pytest_asyncio.fixture
async def hints() -> AsyncIterator[Heard]:
    heard = Heard(get_channel_layer())
    heard.channel = await heard.layer.new_channel()
    await heard.layer.group_add("feed", heard.channel)
    yield heard
    await heard.layer.group_discard("feed", heard.channel)


async def test_a_hint_names_calls_and_numbers_and_nothing_else(hints: Heard) -> None:
    nudge([(7, 3), (8, 1)])
    assert await hints.next() == {"type": "nudge", "calls": [[7, 3], [8, 1]]}
    nudge()
    assert await hints.next() == {"type": "nudge", "calls": []}


async def test_many_calls_are_named_in_a_few_messages_and_more_than_they_hold_mean_everything(hints: Heard) -> None:
    nudge((pk, 1) for pk in range(2000))
    for begin in (0, 500, 1000, 1500):
        assert (await hints.next())["calls"] == [[pk, 1] for pk in range(begin, begin + 500)]
    nudge((pk, 1) for pk in range(2001))
    assert (await hints.next())["calls"] == []
    nudge([(1, 1)])
    assert (await hints.next())["calls"] == [[1, 1]]  # there was no other


async def test_all_hints_of_a_process_go_by_one_connection(hints: Heard) -> None:
    nudge()
    await hints.next()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        before = client.info("clients")["connected_clients"]
        for _ in range(10):
            nudge()
            await hints.next()
        assert client.info("clients")["connected_clients"] == before


FORKING = """
import os, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # that a process with threads forks: what is tried here
from calls.nudges import nudge
nudge([(1, 1)])
input()
child = os.fork()
nudge([(2, 2) if child == 0 else (3, 3)])
if child == 0:
    os.read(0, 1)
    os._exit(0)
os.waitpid(child, 0)
"""


async def test_a_process_that_was_forked_can_give_hints_too(hints: Heard) -> None:
    forking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FORKING, cwd=settings.BASE_DIR, stdin=asyncio.subprocess.PIPE
    )
    assert forking.stdin
    assert (await hints.next())["calls"] == [[1, 1]]
    forking.stdin.write(b"fork\n")
    assert sorted([(await hints.next())["calls"], (await hints.next())["calls"]]) == [[[2, 2]], [[3, 3]]]
    forking.stdin.close()
    assert await forking.wait() == 0


async def test_without_redis_a_hint_is_lost_in_silence_and_the_next_one_is_heard(
    hints: Heard, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sound = settings.CHANNEL_LAYERS
    settings.CHANNEL_LAYERS = {
        "default": {**sound["default"], "CONFIG": {"hosts": [f"unix://{tmp_path}/nobody-listens"]}}
    }
    nudge([(1, 1)])
    nudge([(2, 2)])
    async with asyncio.timeout(20):
        while not caplog.messages:
            await asyncio.sleep(0.01)
    settings.CHANNEL_LAYERS = sound
    nudge([(3, 3)])
    while (await hints.next())["calls"] != [[3, 3]]:
        pass
    assert len([text for text in caplog.messages if "Hints are lost" in text]) == 1
