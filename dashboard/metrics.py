"""What Prometheus asks: read from the database at each scrape, so that it is true whichever process answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, get_args

from django.db.models import Count, Min
from django.db.models.functions import Now
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from calls.alarms import Kind, alarms, redis_alarms
from calls.describing.asking import describing_backlogs
from calls.models import Call, Case, DeadLetter, Gap, SalesforceOrg, Sweep
from calls.progress import Progress, ShardProgress, progress

STREAM = ("connect_instance", "stream")  # Prometheus has an `instance` of its own
SHARD = (*STREAM, "shard")


class Ringback(Collector):
    """In a fixed number of statements. Labels name what was set up, and never a person."""

    def collect(self) -> Iterator[Metric]:
        streams = progress()
        yield from _shards([(*_labels(each), shard) for each in streams for shard in each.shards])
        yield from _streams([(*_labels(each), each) for each in streams])
        yield from _mirror()
        sweeps = [(sweep.name, _since(sweep.ended_at, sweep.now)) for sweep in Sweep.objects.annotate(now=Now())]
        yield _gauge("sweep_age_seconds", "Since a sweep last came to its end.", ["sweep"], sweeps)
        yield _gauge("calls_in_progress", "Calls now.", [], [(Call.objects.in_progress().count(),)])
        backlogs = describing_backlogs().items()
        yield _gauge("describe_backlog", "Calls whose number is to be asked for.", ["connect_instance"], backlogs)
        kinds = [alarm.kind for alarm in [*redis_alarms(), *alarms()]]
        yield _gauge("alarms", "Alarms now.", ["kind"], [(kind, kinds.count(kind)) for kind in get_args(Kind)])


def registry() -> CollectorRegistry:
    """Ringback's own metrics, and those of the process that answers."""
    every = CollectorRegistry()
    every.register(Ringback())
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=every)
    return every


def _gauge(name: str, words: str, labels: Sequence[str], samples: Iterable[tuple[Any, ...]]) -> Metric:
    """A sample is its labels and then its value; those without a value are left out, not zero."""
    return _filled(GaugeMetricFamily(f"ringback_{name}", words, labels=labels), samples)


def _counter(name: str, words: str, labels: Sequence[str], samples: Iterable[tuple[Any, ...]]) -> Metric:
    return _filled(CounterMetricFamily(f"ringback_{name}", words, labels=labels), samples)


def _filled(
    family: GaugeMetricFamily | CounterMetricFamily, samples: Iterable[tuple[Any, ...]]
) -> GaugeMetricFamily | CounterMetricFamily:
    for *labels, value in samples:
        if value is not None:
            family.add_metric(labels, value)
    return family


def _since(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (now - moment).total_seconds()


def _labels(each: Progress) -> tuple[str, str]:
    return each.stream.instance.alias, each.stream.name


def _shards(shards: list[tuple[str, str, ShardProgress]]) -> Iterator[Metric]:
    def of_each(value: Callable[[ShardProgress], float | None]) -> list[tuple[Any, ...]]:
        return [(*labels, each.shard.shard_id, value(each)) for *labels, each in shards]

    behind_s = of_each(lambda it: None if it.shard.behind_ms is None else it.shard.behind_ms / 1000)
    newest_s = of_each(lambda it: _since(it.shard.newest_at, it.now))
    read_s = of_each(lambda it: None if it.shard.is_ended else _since(it.shard.read_at, it.now))
    holders = [
        # The rest of a holder's name is new with each slice.
        (*labels, each.shard.shard_id, each.shard.owner.partition(":")[0], 1)
        for *labels, each in shards
        if each.is_leased
    ]
    yield _gauge("shard_behind_seconds", "MillisBehindLatest of the last read, in seconds.", SHARD, behind_s)
    yield _gauge("shard_newest_record_age_seconds", "Since its newest record had arrived in Kinesis.", SHARD, newest_s)
    yield _gauge("shard_last_read_age_seconds", "Since the last read that succeeded, empty or not.", SHARD, read_s)
    yield _gauge("shard_lease_epoch", "Holders so far.", SHARD, of_each(lambda it: it.shard.epoch))
    yield _gauge("shard_lease_held", "1 for the host that holds the lease.", (*SHARD, "host"), holders)
    yield _counter("shard_records", "Records read.", SHARD, of_each(lambda it: it.shard.records))
    yield _counter("shard_unusable_records", "Of these, dead letters.", SHARD, of_each(lambda it: it.shard.unusable))


def _streams(streams: list[tuple[str, str, Progress]]) -> Iterator[Metric]:
    def of_each(value: Callable[[Progress], float | None]) -> list[tuple[Any, ...]]:
        return [(*labels, value(each)) for *labels, each in streams]

    letters = _count(DeadLetter.objects.filter(replayed_at=None, expired_at=None))
    gaps = _count(Gap.objects.filter(closed_at=None))
    unread = [
        (*labels, kind, count) for *labels, each in streams for kind, count in sorted(each.stream.unread_kinds.items())
    ]
    age_s, limit_s = of_each(lambda it: it.age_s), of_each(lambda it: it.stream.behind_limit_s)
    yield _gauge("stream_age_seconds", "Since the moment up to which its worst shard was read.", STREAM, age_s)
    yield _gauge("stream_age_limit_seconds", "An older one is an alarm.", STREAM, limit_s)
    yield _gauge("stream_stopped", "1 while it is not read.", STREAM, of_each(lambda it: it.stream.is_stopped))
    yield _gauge("stream_dead_letters", "Not replayed and not expired.", STREAM, of_each(lambda it: letters(it)))
    yield _gauge("stream_open_gaps", "Gaps that nobody has closed.", STREAM, of_each(lambda it: gaps(it)))
    yield _counter("stream_unread_records", "Of known kinds that nothing reads.", (*STREAM, "kind"), unread)


def _count(rows: Any) -> Callable[[Progress], int]:
    counts = dict(rows.order_by().values_list("stream").annotate(Count("pk")))
    return lambda each: counts.get(each.stream.pk, 0)


def _mirror() -> Iterator[Metric]:
    due = Case.objects.pending().order_by().values("org")
    found = {row["org"]: row for row in due.annotate(count=Count("pk"), since=Min("mirror_at"), now=Now())}
    orgs = [(org.name, found.get(org.pk)) for org in SalesforceOrg.objects.all()]
    counts = [(name, row["count"] if row else 0) for name, row in orgs]
    ages = [(name, _since(row["since"], row["now"]) if row else 0) for name, row in orgs]
    yield _gauge("mirror_pending_cases", "Cases due in Salesforce.", ["org"], counts)
    yield _gauge("mirror_oldest_age_seconds", "Since the oldest of them was due.", ["org"], ages)
