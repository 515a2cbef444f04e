"""Where the time between a record's put and its frame goes, seen from outside the product.

A trigger of the benchmark's own notes with each turn when its transaction began (its batch had been read and decoded
by then) and when it was written; a subscriber of its own hears the hint that follows the commit; the beat at the end of
each look's frames carries the look's moment.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import psycopg
from channels_redis.serializers import registry
from redis.asyncio import Redis

from tests.benchmarks.figures import percentile
from tests.benchmarks.supervisors import Page

CHANNEL = "ringback__group__feed"

NOTE = """
CREATE UNLOGGED TABLE bench_written (
    mark int, call_id bigint, number bigint, began_at float8, written_at float8
);
CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_written VALUES (
        substring(NEW.content FROM 'mark-([0-9]+)')::int, NEW.call_id, NEW.number,
        extract(epoch FROM now()), extract(epoch FROM clock_timestamp())
    );
    RETURN NULL;
END $$;
CREATE TRIGGER bench_note AFTER INSERT OR UPDATE ON transcripts_segment FOR EACH ROW EXECUTE FUNCTION bench_note();
"""
WRITTEN = """
SELECT DISTINCT ON (mark) mark, call_id, number, began_at, written_at
FROM bench_written WHERE mark IS NOT NULL ORDER BY mark, written_at
"""


def note_writes(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(NOTE)


@dataclass
class Hints:
    """When the hint of each call's number came by."""

    redis_url: str
    heard_at: dict[tuple[int, int], float] = field(default_factory=dict)

    async def listen(self) -> None:
        decode = registry.get_serializer("msgpack").deserialize
        async with Redis.from_url(self.redis_url) as redis, redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            async for message in pubsub.listen():
                if message["type"] == "message":
                    now = time.time()
                    for call, number in decode(message["data"]).get("calls", ()):  # echoes of feeds have none
                        self.heard_at.setdefault((call, number), now)


def breakdown(
    database_url: str, put_at: Mapping[int, float], hints: Hints, pages: Iterable[Page]
) -> dict[str, dict[str, float]]:
    """Percentiles in ms of each stage by itself: they do not add up, but their medians nearly do.

    A look that was under way for another hint may come before a segment's own: that stage can be below 0.
    """
    with psycopg.connect(database_url) as connection:
        written = {row[0]: row[1:] for row in connection.execute(WRITTEN)}
    stages: dict[str, list[float]] = {name: [] for name in ("put_to_read", "read_to_written", "written_to_hint")}
    shown: dict[str, list[float]] = {name: [] for name in ("hint_to_look", "look_to_frame")}
    for mark, put in put_at.items():
        if mark in written:
            call, number, began_at, written_at = written[mark]
            stages["put_to_read"].append(began_at - put)
            stages["read_to_written"].append(written_at - began_at)
            if (call, number) in hints.heard_at:
                stages["written_to_hint"].append(hints.heard_at[call, number] - written_at)
    for page in pages:
        for mark, looked_at in page.looked_at.items():
            if mark in written and mark in put_at:
                if heard_at := hints.heard_at.get(written[mark][:2]):
                    shown["hint_to_look"].append(looked_at - heard_at)
                shown["look_to_frame"].append(page.came_at[mark] - looked_at)
    return {name: spread(values) for name, values in (stages | shown).items() if values}


def spread(seconds: list[float]) -> dict[str, float]:
    return {f"p{percent}_ms": percentile([1000 * each for each in seconds], percent) for percent in (50, 95, 99)}
