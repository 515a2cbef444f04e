"""What is wrong with the intake now: one answer for /healthz, /metrics, the admin and the live room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from calls.broker import broker_answers
from calls.models import AlertChannel, Gap, Instance, SalesforceOrg, Stream, Sweep
from calls.progress import Progress, progress

SWEEP_LATE_S = 20
SWEEPS = ("shards", "mirror", "calls", "alerts", "deliveries")
# Partitions are made each hour, a month ahead: a fresh clock takes an hour to its first time, and nothing waits for it.
PARTITIONS, PARTITIONS_LATE_S = "partitions", 3 * 3600

Kind = Literal[
    "stopped",
    "stopped-by-hand",
    "behind",
    "never-read",
    "gap",
    "trouble",
    "sweep",
    "salesforce",
    "connect",
    "delivery",
    "redis",
]


@dataclass(frozen=True)
class Alarm:
    """`kind` is also the heading in docs/operations.md that says what to do; `since` is None if nobody noted it."""

    kind: Kind
    words: str
    since: datetime | None = None
    stream: Stream | None = None
    about: str = ""  # the sweep, org or instance, of an alarm that is about no stream

    @property
    def anchor(self) -> str:
        return f"docs/operations.md#{self.kind}"


def alarms() -> list[Alarm]:
    """All that PostgreSQL knows to be wrong, in a fixed number of statements. Nothing in it is secret or of people."""
    streams = progress()
    of_streams = [*(alarm for each in streams for alarm in _of(each)), *_gaps(streams)]
    return [*of_streams, *_sweeps(), *_orgs(), *_instances(), *_channels()]


def _of(each: Progress) -> Iterator[Alarm]:
    if each.stream.is_stopped:
        yield _stopped(each.stream)
        return
    if trouble := each.stream.trouble:
        yield Alarm("trouble", f"{trouble}. Reading goes on by itself once that is over.", None, each.stream)
    yield from _behind(each)
    yield from _never_read(each)


def _stopped(stream: Stream) -> Alarm:
    if stream.stopped_because:
        words = f"Ringback stopped it: {stream.stopped_because}. Look at the dead letters, mend the cause, then resume."
        return Alarm("stopped", words, stream.stopped_at, stream)
    words = "Stopped by hand, so nothing of it is read. Resume it before Kinesis forgets its records."
    return Alarm("stopped-by-hand", words, stream.stopped_at, stream)


def _behind(each: Progress) -> Iterator[Alarm]:
    limit_s = each.stream.behind_limit_s
    if each.age_s is not None and each.age_s > limit_s:
        words = f"Read up to {each.age_s:.0f} s ago; its limit is {limit_s} s. What people see of it is that old."
        yield Alarm("behind", words, each.now - timedelta(seconds=each.age_s), each.stream)


def _never_read(each: Progress) -> Iterator[Alarm]:
    since = each.unread_since
    if each.is_never_read and (since is None or each.now - since > timedelta(seconds=each.stream.behind_limit_s)):
        words = f"{len(each.unread)} of its shards were never read. Do the readers run?"
        if not each.shards:
            words = "Never read. Do the workers run, and does Kinesis know the stream?"
        yield Alarm("never-read", words, since, each.stream)


def _gaps(streams: list[Progress]) -> Iterator[Alarm]:
    by_stream = Gap.objects.filter(closed_at=None).order_by().values("stream")
    found = {row["stream"]: row for row in by_stream.annotate(count=Count("pk"), since=Min("found_at"))}
    for each in streams:
        if row := found.get(each.stream.pk):
            words = f"Gaps: {row['count']}. Kinesis forgot records before they were read. Backfill them, or close them."
            yield Alarm("gap", words, row["since"], each.stream)


def _sweeps() -> Iterator[Alarm]:
    ended = {sweep.name: sweep for sweep in Sweep.objects.annotate(now=Now())}
    late_s = {**dict.fromkeys(SWEEPS, max(SWEEP_LATE_S, 3 * settings.SWEEP_S)), PARTITIONS: PARTITIONS_LATE_S}
    for name in late_s:
        if name in ended:
            age_s = (ended[name].now - ended[name].ended_at).total_seconds()
            if age_s > late_s[name]:
                words = f"The sweep of {name} ended {age_s:.0f} s ago. {_DO_THEY_RUN}"
                yield Alarm("sweep", words, ended[name].ended_at, about=name)
        elif name != PARTITIONS:
            yield Alarm("sweep", f"The sweep of {name} has never ended. {_DO_THEY_RUN}", about=name)


_DO_THEY_RUN = "Do beat and worker run, and does Redis answer?"


def _orgs() -> Iterator[Alarm]:
    for org in SalesforceOrg.objects.exclude(trouble=""):
        words = f"Cases wait and are not mirrored: {org.trouble}. Ringback tries again by itself."
        yield Alarm("salesforce", words, about=org.name)


def _instances() -> Iterator[Alarm]:
    """What was wrong before somebody turned the asking off is over."""
    for instance in Instance.objects.filter(Q(describe_contacts=True) | Q(current_metrics=True)):
        if instance.describe_contacts and instance.describe_trouble:
            words = f"{instance.describe_trouble}. Numbers of callers are known after the call only. {_AGAIN}"
            yield Alarm("connect", words, about=instance.alias)
        if instance.current_metrics and instance.metrics_trouble:
            words = f"{instance.metrics_trouble}. Figures of queues are old, or missing. {_AGAIN}"
            yield Alarm("connect", words, about=instance.alias)


_AGAIN = "Ringback asks again by itself."


def _channels() -> Iterator[Alarm]:
    troubled = AlertChannel.objects.filter(is_on=True).exclude(trouble="").defer("address", "signing_key")
    for channel in troubled.select_related("team"):
        words = f"Alerts of {channel.team} do not reach it: {channel.trouble}. Ringback tries each for four hours."
        yield Alarm("delivery", words, about=channel.name)


def redis_alarms() -> list[Alarm]:
    """Asked apart, because a Redis that hangs takes two seconds to be found out."""
    if broker_answers():
        return []
    words = "Redis does not answer, or takes nothing. The standby reads on without it, and pages ask by themselves."
    return [Alarm("redis", words)]
