"""(a) COPY, (b) Ringback's writer on an empty and on a full partition, and (d) the ORM: the same rows, by turns."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from django.db import connection, transaction

from calls.streams.turn import prepare
from tests.benchmarks.ingest_records import Talks
from tests.benchmarks.ingest_world import BATCH, World, make_world, months, settle
from transcripts.models import Segment
from transcripts.store import COLUMNS

CALLS = 1000  # that are written to, of each partition: a batch is of half of them
ORM_ROWS = 250

COPIED = f"COPY ingest_copied ({', '.join(COLUMNS)}) FROM STDIN"
MAKE_COPIED = """
CREATE TABLE ingest_copied (LIKE transcripts_segment INCLUDING ALL) PARTITION BY RANGE (filed_on);
CREATE TABLE ingest_copied_all PARTITION OF ingest_copied DEFAULT;
"""
WRITTEN = f"SELECT {', '.join(COLUMNS)} FROM transcripts_segment WHERE filed_on = %s AND turn_id = ANY(%s)"  # noqa: S608

Row = Sequence[Any]


@dataclass
class Writing:
    """The records of calls of one partition, batch by batch."""

    talks: Talks
    brought: int = 0
    rates: list[float] = field(default_factory=list)

    def batches(self, count: int) -> list[list[bytes]]:
        numbers = range(self.brought, self.brought + count * BATCH)
        records = [self.talks.new_turn(number) for number in numbers]
        self.brought += len(records)
        return [records[at : at + BATCH] for at in range(0, len(records), BATCH)]


def compare(rounds: int, batches: int, fill: int, seed: int) -> dict[str, float]:
    """Rows a second: the median of the rounds. Each round measures all of them, so that noise meets them alike."""
    empty_month, full_month = months()
    world = make_world("writer")
    empty = Writing(Talks(world.calls_in_progress(1, CALLS, empty_month), seed))
    full_ids = world.calls_in_progress(2, CALLS, full_month)
    world.bring([Talks(full_ids, seed + 1).new_turn(0)])  # makes the partition
    last_turn = world.fill(full_ids, fill // 2, full_month)
    world.fill(world.calls_in_progress(3, CALLS * 10, full_month), fill - fill // 2, full_month)
    full = Writing(Talks(full_ids, seed + 2, first_turn=last_turn + 1))
    with connection.cursor() as cursor:
        cursor.execute(MAKE_COPIED)
    settle()
    prepare()  # as every worker does
    copy_rates: list[float] = []
    orm_rates: list[float] = []
    for writing in (empty, full):
        _bring(world, writing, 4)  # to warm up
        writing.rates.clear()
    for _ in range(rounds):
        _bring(world, full, batches)
        written = _rows(_bring(world, empty, batches))
        copy_rates.append(_rate(len(written), partial(_copy, written)))
        orm_rates.append(_rate(ORM_ROWS, partial(_save, written[:ORM_ROWS])))
    return {
        "copy_rows_s": round(median(copy_rates)),
        "writer_rows_s": round(median(empty.rates)),
        "writer_5m_rows_s": round(median(full.rates)),
        "orm_rows_s": round(median(orm_rates)),
    }


def _rate(rows: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return rows / (time.perf_counter() - began)


def _bring(world: World, writing: Writing, count: int) -> list[bytes]:
    batches = writing.batches(count)

    def bring() -> None:
        for batch in batches:
            world.bring(batch)

    writing.rates.append(_rate(count * BATCH, bring))
    return [record for batch in batches for record in batch]


def _rows(records: Sequence[bytes]) -> list[Row]:
    """What the writer made of them."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [months()[0], [_turn_id(record) for record in records]])
        rows: list[Row] = cursor.fetchall()
        return rows


def _turn_id(record: bytes) -> str:
    (segment,) = json.loads(record)["Segments"]
    return str(segment["Transcript"]["Id"] if "Transcript" in segment else segment["Utterance"]["TranscriptId"])


def _copy(rows: Sequence[Row]) -> None:
    for at in range(0, len(rows), BATCH):
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(COPIED) as copy:
            for row in rows[at : at + BATCH]:
                copy.write_row(row)


def _save(rows: Sequence[Row]) -> None:
    """Each by itself, and decoded already: a save that does not double a turn looks whether it is there."""
    for row in rows:
        values = dict(zip(COLUMNS, row, strict=True))
        values |= {"turn_id": f"saved-{values['turn_id']}", "pieces": json.loads(values["pieces"])}
        Segment(**values | {"issues": json.loads(values["issues"])}).save()
