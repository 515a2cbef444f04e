"""Columns that came later than a call's record: whoever upgrades sees figures of the whole day.

A call that ended more than two days ago is in none of them, and stays as it is.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models.fields.json import KT

from calls.models import Call
from calls.models.bulk import save_rows
from calls.models.call import CallQuerySet
from calls.models.moments import in_seconds

TWO_DAYS_S = 2 * 24 * 60 * 60
BATCH = 500
MOST_BATCHES = 20


def fill_from_records() -> None:
    for _ in range(MOST_BATCHES):
        if _fill_batch() < BATCH:
            return


@transaction.atomic
def _fill_batch() -> int:
    """Newest first, by the index. Rows that somebody writes now are for the next sweep, so that nobody waits for us."""
    calls = list(_lacking().order_by("-ended_at").only("record").select_for_update(skip_locked=True)[:BATCH])
    for call in calls:
        found = call.contact_record
        if found and found.queue:
            call.enqueued_at, call.wait_s, call.is_talked = found.queue.enqueued_at, found.wait_s, found.talked
    save_rows(calls, ("enqueued_at", "wait_s", "is_talked"))
    return len(calls)


def _lacking() -> CallQuerySet:
    """The record is looked into last, and only for a moment that fills the column: what is done is not found again."""
    recent = Call.objects.filter(ended_at__gte=in_seconds(-TWO_DAYS_S), enqueued_at=None, record__isnull=False)
    queued = recent.exclude(queue_arn="", queue_name="")
    return queued.annotate(queued_at=KT("record__Queue__EnqueueTimestamp")).filter(queued_at__gt="")
