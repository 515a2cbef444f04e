"""(c) The whole reader: workers as they run in production read a Kinesis whose records come at a set rate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from calls.models import Call, Stream
from tests.benchmarks.ingest_kinesis import GROUP, STREAM
from tests.benchmarks.ingest_world import make_world, months
from tests.benchmarks.readers import POLL_MS, SHARDS, reading
from transcripts.models import Segment

NAMES = {
    "records_s": "reader_utterances_s", "cpu_us": "reader_cpu_us", "lag_grew": "reader_lag_grew",
    "backlog": "reader_backlog", "seconds": "reader_seconds", "rss_mb": "worker_rss_mb",
    "rss_grew_mb": "worker_rss_grew_mb",
}  # fmt: skip


def read(folder: Path, rate: float, calls: int, seconds: float) -> dict[str, Any]:
    """`folder` gets the processes' output. Ends with a count of what came and what is stored."""
    world = make_world("before")
    world.calls_in_progress(GROUP, calls, months()[0])
    Stream.objects.update(is_stopped=True)
    stream = Stream.objects.create(instance=world.instance, kind="contact-lens", name=STREAM, poll_ms=POLL_MS)
    canned = f"-m tests.benchmarks.ingest_kinesis --shards {SHARDS} --rate {rate} --calls {calls}"
    with reading(folder, canned, [stream], rate, seconds) as found:
        come = found.catch_up()
        in_progress = Call.objects.filter(contact_id__startswith=f"20000000-0000-4000-{GROUP:04}").values("pk")
        stored = Segment.objects.filter(filed_on=months()[0], call_id__in=in_progress).count()
        return {name: found.figures[each] for each, name in NAMES.items()} | {
            "reader_catch_up_s": come["catch_up_s"],
            "reader_lost": come["turns"] - stored,
            "reader_doubled": found.committed() - come["come"],
        }
