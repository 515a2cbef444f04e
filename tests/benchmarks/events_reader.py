"""Workers read a Kinesis of contact events and agent events, beside calls that are in progress already."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calls.models import Agent, Call, Instance, Stream
from calls.streams.writer import write
from tests.benchmarks.events_kinesis import STREAMS, contacts_of
from tests.benchmarks.events_records import ARN
from tests.benchmarks.ingest_world import BATCH, settle
from tests.benchmarks.readers import POLL_MS, reading

NAMES = {"records_s": "events_s", "rss_mb": "worker_rss_mb", "rss_grew_mb": "worker_rss_grew_mb"}


def read(folder: Path, rate: float, calls: int, agents: int, seconds: float, began_at: float) -> dict[str, Any]:
    """`folder` gets the processes' output. Ends with a count of the calls that must have ended."""
    instance = Instance.objects.create(alias="bench", arn=ARN)
    streams = [
        Stream.objects.create(instance=instance, kind=kind, name=kind, poll_ms=POLL_MS) for kind in sorted(STREAMS)
    ]
    _have_calls_in_progress(streams[1], rate, calls, began_at)
    in_progress = Call.objects.in_progress().count()
    canned = f"-m tests.benchmarks.events_kinesis --rate {rate} --calls {calls} --agents {agents} --began-at {began_at}"
    with reading(folder, canned, streams, rate, seconds) as found:
        come = found.catch_up()
        ended = Call.objects.filter(ended_at__isnull=False, is_live=False).count()
        return {NAMES.get(name, name): figure for name, figure in found.figures.items()} | {
            "catch_up_s": come["catch_up_s"],
            "lost": come["ended"] - ended,
            "doubled": found.committed() - come["come"],
            "calls_in_progress": [in_progress, Call.objects.in_progress().count()],
            "agents": Agent.objects.signed_in().count(),
        }


def _have_calls_in_progress(stream: Stream, rate: float, calls: int, began_at: float) -> None:
    at = datetime.now(UTC)
    for shard in contacts_of(rate, calls, began_at):
        records = shard.before()
        for first in range(0, len(records), BATCH):
            write(stream, [(record, at) for record in records[first : first + BATCH]])
    settle()
