"""An alert for each cause, in place of one of a kind for each call."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def unique(of: str) -> migrations.SeparateDatabaseAndState:
    """Built beside the writes to a large live table: Django's own way keeps them waiting."""
    name = f"one_alert_per_cause_of_{of}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[
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


# What goes back knows dropped calls alone, and one alert for each.
FORGET = """
DELETE FROM calls_alertdelivery WHERE alert_id IN (SELECT id FROM calls_alert WHERE kind <> 'drop');
DELETE FROM calls_alert WHERE kind <> 'drop'
"""


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY

    dependencies = [("calls", "0010_live_room")]

    operations = [
        unique("call"),
        unique("queue"),
        migrations.RemoveConstraint(model_name="alert", name="one_alert_of_a_kind_per_call"),
        AddIndexConcurrently(model_name="alert", index=models.Index(fields=["-at"], name="alert_newest")),
        AddIndexConcurrently(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)), fields=["snoozed_until"], name="alert_asleep"
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
