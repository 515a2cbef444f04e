"""Alerts of queues."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0014_alerts_of_rules")]

    operations = [
        # Before alerts, as the writers take them.
        migrations.RunSQL("LOCK TABLE calls_queue IN SHARE ROW EXCLUSIVE MODE", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="alert",
            name="queue",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="alerts",
                to="calls.queue",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, "LOCK TABLE calls_queue IN ACCESS EXCLUSIVE MODE"),
    ]
