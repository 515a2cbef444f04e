"""Alerts of what goes on, when anybody was last heard speaking, and drops taken back as what they are: over."""

from django.db import migrations, models

# One that went by itself was noted as acknowledged by nobody.
CLOSE = """
UPDATE calls_alert SET closed_at = acknowledged_at, acknowledged_at = NULL
WHERE acknowledged_at IS NOT NULL AND acknowledged_by_id IS NULL AND closed_at IS NULL
"""
ACKNOWLEDGE = """
UPDATE calls_alert SET acknowledged_at = coalesce(acknowledged_at, closed_at) WHERE closed_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0011_alert_causes")]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="lasts",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text=(
                    "What it tells of goes on, whoever has seen to it: until that is over the rule raises no other."
                ),
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="spoken_at",
            field=models.DateTimeField(help_text="When Contact Lens last heard anybody speak or write.", null=True),
        ),
        migrations.RunSQL(CLOSE, ACKNOWLEDGE),
    ]
