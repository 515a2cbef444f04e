"""Backfills made and worked on in a test, and records as files hold them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from calls.backfill.source import Found, Position, Remark, Source
from calls.backfill.work import an_owner, attend
from calls.models import Backfill, Call, Stream
from tests.calls.world import Record


def lines(*records: Record | bytes) -> bytes:
    return b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in records)


def back_to_back(*records: Record) -> bytes:
    return b"".join(json.dumps(each).encode() for each in records)


def counted(stream: Stream, location: Path | str, **more: Any) -> Backfill:
    source = "s3" if str(location).startswith("s3:") else "disk"
    made = Backfill(stream=stream, **{"source": source, "location": str(location), **more})
    made.full_clean()
    made.save()
    work_on(made)
    return made


def brought(stream: Stream, location: Path | str, **more: Any) -> Backfill:
    made = counted(stream, location, **more)
    assert made.bring_in(None, is_by_command=True)
    work_on(made)
    return made


def work_on(backfill: Backfill) -> None:
    assert backfill.claim(an_owner())
    attend(backfill)
    backfill.refresh_from_db()


def read(source: Source, after: Position | None = None) -> Iterator[Found | Remark]:
    return source.records(after or {}, lambda: None)


def data_of(found: Iterator[Found | Remark]) -> list[bytes]:
    return [each.data for each in found if isinstance(each, Found)]


def known() -> list[str]:
    return sorted(Call.objects.filter(record__isnull=False).values_list("contact_id", flat=True))
