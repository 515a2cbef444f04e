"""An alert for each cause."""

from django.db import migrations, models


def unique(of: str) -> migrations.SeparateDatabaseAndState:
    """Built beside the writes to a large live table: Django's own way keeps them waiting."""
    name = f"one_alert_per_cause_of_{of}"
    # What gave up half way leaves an index that is of no use, and is run again from the beginning.
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(f"ALTER TABLE calls_alert DROP CONSTRAINT IF EXISTS {name}", migrations.RunSQL.noop),
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop),
            migrations.RunSQL(
                f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON calls_alert ({of}_id, kind, cause)",
                migrations.RunSQL.noop,
            ),
            migrations.RunSQL(
                f"ALTER TABLE calls_alert ADD CONSTRAINT {name} UNIQUE USING INDEX {name}",
                f"ALTER TABLE calls_alert DROP CONSTRAINT {name}",
            ),
        ],
        state_operations=[
            migrations.AddConstraint(
                model_name="alert", constraint=models.UniqueConstraint(fields=[of, "kind", "cause"], name=name)
            )
        ],
    )


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY

    dependencies = [("calls", "0016_alerts_seen_to")]

    operations = [
        unique("call"),
        unique("queue"),
    ]
