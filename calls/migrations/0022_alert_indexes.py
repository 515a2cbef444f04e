"""What the lists and the sweeps of alerts look for."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def add(index: models.Index) -> list[Operation]:
    """One that gave up half way is there, and of no use."""
    return [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}", migrations.RunSQL.noop),
        AddIndexConcurrently(model_name="alert", index=index),
    ]


UNSETTLED = models.Q(acknowledged_at=None, closed_at=None)
ASLEEP = models.Q(snoozed_until__isnull=False)


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY

    dependencies = [("calls", "0021_over_by_themselves")]

    operations = [
        *add(models.Index(fields=["-at"], name="alert_newest")),
        *add(models.Index(fields=["snoozed_until"], condition=ASLEEP, name="alert_asleep")),
        *add(models.Index(fields=["-at"], condition=UNSETTLED, name="alert_unsettled")),
        *add(models.Index(fields=["rule"], condition=models.Q(lasts=True), name="alert_lasting")),
        RemoveIndexConcurrently(model_name="alert", name="alert_unseen"),
    ]
