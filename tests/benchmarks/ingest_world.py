"""Where `make bench-ingest` measures: an instance with calls in progress, filed in a month with or without words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from calls.models import Call, Instance, Shard, Stream
from calls.streams.brake import Brake
from calls.streams.writer import write
from tests.benchmarks.ingest_records import ARN, SAID, TURN_MS, contact_ids, started

BATCH = 500

FILL = """
INSERT INTO transcripts_segment (filed_on, call_id, turn_id, number, kind, role, participant_id, display_name, content,
    pieces, is_partial, begin_ms, end_ms, said_at, sentiment, issues, is_redacted, is_gone)
SELECT %(filed_on)s, call_id, gen_random_uuid(), 1, 'turn', role, role, '', (%(said)s::text[])[1 + turn %% 16],
    '{}', false, turn * %(turn_ms)s, turn * %(turn_ms)s + 2800, NULL, 'NEUTRAL', '[]', false, false
FROM unnest(%(calls)s::bigint[]) call_id, generate_series(1, %(turns)s) turn,
    LATERAL (SELECT CASE turn %% 2 WHEN 0 THEN 'AGENT' ELSE 'CUSTOMER' END AS role) said
"""


@dataclass
class World:
    instance: Instance
    stream: Stream
    shard: Shard

    def bring(self, batch: list[bytes]) -> None:
        """As a reader does: fenced by its lease, with its progress, and with the brake at hand."""
        at = datetime.now(UTC)
        progress = {"read_at": Now(), "behind_ms": 0, "newest_at": at, "records": F("records") + len(batch)}
        brake = Brake(self.shard, len(batch))
        write(self.stream, [(data, at) for data in batch], lambda **noted: self.shard.hold(**progress, **noted), brake)

    def calls_in_progress(self, group: int, count: int, filed_on: date) -> list[str]:
        """Calls of which no word was said yet, by contact id."""
        ids = contact_ids(group, count)
        for at in range(0, count, BATCH):
            self.bring([started(contact_id) for contact_id in ids[at : at + BATCH]])
        Call.objects.filter(contact_id__in=ids).update(filed_on=filed_on)
        return ids

    def fill(self, ids: list[str], rows: int, filed_on: date) -> int:
        """Finals of these calls, made within PostgreSQL; the number of the last turn of each."""
        keys = list(Call.objects.filter(contact_id__in=ids).values_list("pk", flat=True))
        turns = rows // len(keys)
        wanted: dict[str, Any] = {
            "filed_on": filed_on,
            "calls": keys,
            "turns": turns,
            "said": list(SAID),
            "turn_ms": TURN_MS,
        }
        with connection.cursor() as cursor:
            cursor.execute(FILL, wanted)
        return turns


def make_world(name: str) -> World:
    instance, _ = Instance.objects.get_or_create(alias="bench", defaults={"arn": ARN})
    stream = Stream.objects.create(instance=instance, kind="contact-lens", name=name, is_stopped=False)
    shard = Shard.objects.create(stream=stream, shard_id="shardId-000000000000")
    shard.take_lease("bench")
    return World(instance, stream, shard)


def months() -> tuple[date, date]:
    """This one, and the one before it."""
    today = datetime.now(UTC).date()
    return today, (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def settle() -> None:
    """What a table in production has behind it: statistics, and pages that are known to be full."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
