"""How often Amazon Connect is asked, by the database's clock: what time has passed is written into the row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from calls.describing.bucket import pause, take
from calls.models import Instance
from calls.models.moments import in_seconds
from tests.calls.world import World


def filled(per_s: float, tokens: float = 0, ago_s: float = 0) -> Instance:
    Instance.objects.update(describe_per_s=per_s, describe_tokens=tokens, describe_filled_at=in_seconds(-ago_s))
    return Instance.objects.get()


def clock() -> datetime:
    return Instance.objects.annotate(now=Now()).get().now


def since(began_at: datetime) -> float:
    """Seconds by the database's clock: what may have come into the bucket besides, on a machine that is busy."""
    return (clock() - began_at).total_seconds()


def test_a_new_bucket_is_full_and_then_empty(world: World) -> None:
    Instance.objects.update(describe_per_s=3)
    began_at = clock()
    granted = [take(world.instance, 2).granted for _ in range(3)]
    assert granted[0] == 2
    assert 3 <= sum(granted) <= 3 + 3 * since(began_at)


@pytest.mark.parametrize(("per_s", "ago_s"), [(2, 0.6), (2, 0.9), (0.5, 1), (0.5, 2.1), (5, 0.5)])
def test_it_fills_with_time(world: World, per_s: float, ago_s: float) -> None:
    began_at = clock()
    granted = take(filled(per_s, ago_s=ago_s), 10).granted
    assert int(per_s * ago_s) <= granted <= per_s * (ago_s + since(began_at))


@pytest.mark.parametrize(("per_s", "most"), [(2, 2), (0.1, 1), (7.5, 7)])
def test_however_long_nobody_asked_it_holds_what_a_second_brings(world: World, per_s: float, most: int) -> None:
    assert take(filled(per_s, ago_s=86_400), 100).granted == most


def test_parts_of_a_token_are_not_lost(world: World) -> None:
    began_at = clock()
    granted = take(filled(2, tokens=0.4, ago_s=0.4), 10).granted
    left = Instance.objects.get().describe_tokens
    assert left < 1
    assert 1.199 <= granted + left <= 1.2 + 2 * since(began_at)


def test_it_says_when_there_is_more(world: World) -> None:
    began_at = clock()
    taken = take(filled(0.1), 1)
    assert taken.granted == 0
    assert 10 - since(began_at) <= taken.next_s <= 10


def test_many_who_ask_at_once_share_one_rate(world_apart: World) -> None:
    Instance.objects.update(describe_per_s=20, describe_tokens=20)
    began_at = clock()

    def ask(_: int) -> int:
        try:
            return sum(take(world_apart.instance, 3).granted for _ in range(50))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        granted = sum(pool.map(ask, range(4)))
    assert 20 <= granted <= 20 + 20 * since(began_at)


def test_a_pause_gives_nothing_until_it_is_over(world: World) -> None:
    instance = filled(50, tokens=50)
    pause(instance, 300)
    taken = take(instance, 1)
    assert taken.granted == 0
    assert 299 < taken.next_s <= 301
    Instance.objects.update(describe_filled_at=clock() - timedelta(seconds=1))
    assert take(instance, 1).granted == 1


def test_nobody_fills_a_bucket_twice_for_the_same_time(world: World) -> None:
    instance = filled(0.1, ago_s=10)
    assert [take(instance, 1).granted for _ in range(2)] == [1, 0]
