"""A write that only says that a call was heard again stays within the row's page, and out of the indexes."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Cast

# Room in each page for the next versions of its rows; of pages that are filled from now on.
ROOM = """
ALTER TABLE calls_call SET (fillfactor = 70);
"""
ROOM_BACK = """
ALTER TABLE calls_call RESET (fillfactor);
"""


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY

    dependencies = [("calls", "0005_backfill")]

    operations = [
        migrations.RunSQL(ROOM, ROOM_BACK),
        AddIndexConcurrently(
            "call",
            BrinIndex(
                Cast(Cast("changed_xid", models.TextField()), models.BigIntegerField()),
                name="call_changed",
                pages_per_range=16,
            ),
        ),
        RemoveIndexConcurrently("call", "calls_call_changed_cdddae_idx"),
        AddIndexConcurrently(
            "call",
            models.Index(condition=models.Q(("is_live", True)), fields=["instance"], name="call_in_progress"),
        ),
        RemoveIndexConcurrently("call", "call_live"),
    ]
