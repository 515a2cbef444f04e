"""What a batch would bring: which of its contact records are new, newer than the ones that are there, or known."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import connection

from calls.intake import ContactRecords, is_news
from calls.models import Call, Instance, Stream
from calls.streams.arrival import Arrival
from calls.streams.handlers import Decoded

OTHER, UNREAD = "other: ", "unread: "  # before the name of a kind


@dataclass(frozen=True)
class Known:
    """The newest record of a contact, as far as it tells whether another one is news."""

    updated_at: datetime | None
    digest: bytes

    @classmethod
    def of(cls, record: object, updated_at: datetime | None) -> Self:
        return cls(updated_at, hashlib.sha256(json.dumps(record, sort_keys=True).encode()).digest())


class Seen:
    """The contacts of a source that were counted before: in a table of the connection's own, gone with it."""

    def __enter__(self) -> Self:
        self._run("DROP TABLE IF EXISTS pg_temp.backfill_seen")
        self._run("CREATE TEMP TABLE backfill_seen (contact_id text PRIMARY KEY, updated_at timestamptz, digest bytea)")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("DROP TABLE IF EXISTS pg_temp.backfill_seen")

    def load(self, contact_ids: Sequence[str]) -> dict[str, Known]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT contact_id, updated_at, digest FROM backfill_seen WHERE contact_id = ANY(%s)",
                [list(contact_ids)],
            )
            return {contact_id: Known(at, bytes(digest)) for contact_id, at, digest in cursor.fetchall()}

    def note(self, known: Mapping[str, Known]) -> None:
        rows = [[*known], [each.updated_at for each in known.values()], [each.digest for each in known.values()]]
        self._run(
            "INSERT INTO backfill_seen SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::bytea[])"
            " ON CONFLICT (contact_id) DO UPDATE SET updated_at = excluded.updated_at, digest = excluded.digest",
            rows,
        )

    @staticmethod
    def _run(statement: str, values: list[Any] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


def count(stream: Stream, batch: Iterable[tuple[bytes, datetime]], seen: Seen | None = None) -> Counter[str]:
    """Records, unusable, new, newer, known; by kind those of other kinds, and those that nothing reads.

    With `seen`, as if the batches that were counted before had been written.
    """
    decoded = Decoded(stream.instance)
    records = 0
    for data, arrived_at in batch:
        decoded.add(data, arrived_at)
        records += 1
    counts = Counter(records=records, unusable=len(decoded.unusable))
    counts.update({UNREAD + kind: number for kind, number in decoded.unread.items()})
    for kind, arrivals in decoded.arrivals.items():
        if kind == ContactRecords.kind:
            counts += _count_contact_records(stream.instance, arrivals, seen)
        else:
            counts[OTHER + kind] += len(arrivals)
    return +counts


def _count_contact_records(instance: Instance, arrivals: Iterable[Arrival[Any]], seen: Seen | None) -> Counter[str]:
    came = [arrival.value for arrival in arrivals]
    ids = sorted({found.contact_id for _, found in came})
    known = _stored(instance, ids) | (seen.load(ids) if seen else {})
    news: dict[str, Known] = {}
    counts: Counter[str] = Counter()
    for record, found in came:
        held, this = known.get(found.contact_id), Known.of(record, found.updated_at)
        if held and (held.digest == this.digest or not is_news(this.updated_at, held.updated_at)):
            counts["known"] += 1
        else:
            counts["newer" if held else "new"] += 1
            known[found.contact_id] = news[found.contact_id] = this
    if seen and news:
        seen.note(news)
    return counts


def _stored(instance: Instance, contact_ids: Sequence[str]) -> dict[str, Known]:
    calls = Call.objects.filter(instance=instance, contact_id__in=contact_ids, record__isnull=False)
    rows = calls.values_list("contact_id", "record", "record_updated_at")
    return {contact_id: Known.of(record, updated_at) for contact_id, record, updated_at in rows}


NAMES = {
    "new": "new",
    "newer": "newer than what is known",
    "known": "known already",
    "unusable": "unusable: each is a dead letter",
}


def described(name: str) -> str:
    """What a number counts, for people."""
    if name.startswith(OTHER):
        return f"of {name.removeprefix(OTHER)}, which change what is new to them"
    if name.startswith(UNREAD):
        return f"of {name.removeprefix(UNREAD)}, which nothing reads"
    return NAMES[name]


def names_of(*counts: Mapping[str, int]) -> list[str]:
    """What is counted, in the order in which people are told of it."""
    others = {name for each in counts for name in each if name.startswith((OTHER, UNREAD))}
    return [*NAMES, *sorted(others)]
