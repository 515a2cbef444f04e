"""Redis may go, hang, or come back having forgotten who listens: beats say whether hints are heard."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from redis import Redis as Client

from calls.nudges import nudge
from dashboard.embedded.account import account
from dashboard.embedded.redis import Redis
from dashboard.embedded.sockets import socket_folder
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room

Browsers = Callable[..., Browser]


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Redis]:
    """One of our own, that may be stopped."""
    folder, owner = tmp_path_factory.mktemp("redis"), account()
    owner.may_reach(folder / "any")
    redis = Redis(folder, socket_folder(folder, owner), owner)
    redis.start()
    use(settings, redis.url)
    yield redis
    redis.stop()


def process_of(server: Redis) -> int:
    with Client.from_url(server.url) as client:
        return int(client.info("server")["process_id"])


def use(settings: Settings, url: str) -> None:
    layer = settings.CHANNEL_LAYERS["default"]
    hosts = [{**layer["CONFIG"]["hosts"][0], "address": url}]
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": {**layer["CONFIG"], "hosts": hosts}}}


def is_polling(frame: dict[str, Any]) -> bool:
    return "every_s" in frame and frame["every_s"] == 2


def is_live(frame: dict[str, Any]) -> bool:
    return "every_s" in frame and frame["every_s"] is None


async def test_without_redis_sockets_are_told_all_the_same_and_that_it_takes_longer(
    room: Room, browser: Browsers, settings: Settings, tmp_path: Path
) -> None:
    use(settings, f"unix://{tmp_path}/nobody-listens")
    alice = await browser(room.alice).watch("wall")
    await do(room.call)(words="found without a hint")
    await alice.until_placed("found without a hint")
    await alice.until(is_polling)


async def test_a_redis_that_goes_and_comes_back_empty_is_heard_again(
    room: Room, browser: Browsers, redis: Redis
) -> None:
    alice = await browser(room.alice).watch("wall")
    assert is_live(alice.frames[-1])
    redis.stop()
    await alice.until(is_polling)
    redis.start()
    await alice.until(is_live)


async def test_a_redis_that_hangs_is_noticed_as_one_that_is_gone(room: Room, browser: Browsers, redis: Redis) -> None:
    alice = await browser(room.alice).watch("wall")
    pid = process_of(redis)
    os.kill(pid, signal.SIGSTOP)
    try:
        await alice.until(is_polling)
    finally:
        os.kill(pid, signal.SIGCONT)
    await alice.until(is_live)
    call = await do(room.call)(words="with a hint again")
    nudge([(call.pk, call.number)])
    await alice.until_placed("with a hint again")
