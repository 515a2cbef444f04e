"""What rules tell in alerts, of queues too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0013_person_alerts")]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="cause",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What it fires once for, beside its call or queue and its kind: the rule and what fulfilled it.",
                max_length=300,
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="closed_at",
            field=models.DateTimeField(help_text="With nobody beside it: by itself.", null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="detail",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="Figures and names of categories that its sentence needs; never words of a conversation.",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="severity",
            field=models.CharField(
                choices=[("notice", "Notice"), ("warning", "Warning"), ("critical", "Critical")],
                db_default="critical",
                default="critical",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="snoozed_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("drop", "Dropped"),
                    ("category", "Category matched"),
                    ("sentiment", "Bad mood"),
                    ("long-call", "Long call"),
                    ("silence", "Long silence"),
                    ("long-wait", "Long wait"),
                    ("threshold", "Threshold breached"),
                ],
                default="drop",
                max_length=16,
            ),
        ),
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
        # By hand: Django would make the foreign key anew, which keeps the writers of calls waiting.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE calls_alert ALTER call_id DROP NOT NULL",
                    "ALTER TABLE calls_alert ALTER call_id SET NOT NULL",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="alert",
                    name="call",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="alerts", to="calls.call"
                    ),
                ),
            ],
        ),
    ]
