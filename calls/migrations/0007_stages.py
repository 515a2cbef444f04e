"""Where calls are, queues and agents by name, and what is asked of Amazon Connect."""

import django.db.models.deletion
from django.db import migrations, models

import calls.models.xid

NOTE = """
CREATE TRIGGER ringback_write BEFORE INSERT OR UPDATE ON calls_agent
    FOR EACH ROW EXECUTE FUNCTION ringback_note_write();
"""
NOTE_BACK = """
DROP TRIGGER ringback_write ON calls_agent;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0006_quick_writes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("arn", models.CharField(max_length=512)),
                ("username", models.CharField(blank=True, max_length=256)),
                ("first_name", models.CharField(blank=True, max_length=256)),
                ("last_name", models.CharField(blank=True, max_length=256)),
                (
                    "named_at",
                    models.DateTimeField(
                        help_text="The moment of the newest record that told the user name.", null=True
                    ),
                ),
                ("is_signed_in", models.BooleanField(db_default=False, default=False)),
                ("status", models.CharField(blank=True, max_length=256)),
                (
                    "status_type",
                    models.CharField(
                        blank=True, help_text="ROUTABLE, CUSTOM or OFFLINE; newer events only.", max_length=16
                    ),
                ),
                ("status_since", models.DateTimeField(null=True)),
                ("next_status", models.CharField(blank=True, max_length=256)),
                ("routing_profile", models.CharField(blank=True, max_length=256)),
                ("concurrency", models.JSONField(default=list, help_text="[channel, free, at most] each.")),
                (
                    "contacts",
                    models.JSONField(
                        default=list,
                        help_text="{contact_id, channel, state, since, queue_arn, queue_name} each, as the snapshot has them.",
                    ),
                ),
                ("snapshot_at", models.DateTimeField(help_text="EventTimestamp of the newest event.", null=True)),
                (
                    "event_id",
                    models.CharField(
                        blank=True, help_text="Of that event: of two at once the greater counts.", max_length=256
                    ),
                ),
                ("heard_at", models.DateTimeField(help_text="When an event of the agent last arrived.", null=True)),
                (
                    "is_missing",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Signed in, and not heard of for over two heartbeats.",
                    ),
                ),
                ("changed_xid", calls.models.xid.XidField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Queue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("arn", models.CharField(max_length=512)),
                ("name", models.CharField(blank=True, max_length=256)),
                (
                    "named_at",
                    models.DateTimeField(help_text="The moment of the newest record that told the name.", null=True),
                ),
                ("waiting", models.PositiveIntegerField(null=True)),
                ("oldest_s", models.PositiveIntegerField(null=True)),
                ("agents_free", models.PositiveIntegerField(null=True)),
                ("callbacks", models.PositiveIntegerField(help_text="Scheduled, not yet due.", null=True)),
                ("figures_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="alert",
            name="corrected_at",
            field=models.DateTimeField(help_text="When what came later said that it was no drop.", null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="described_at",
            field=models.DateTimeField(help_text="When DescribeContact was asked about it.", null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="enqueued_at",
            field=models.DateTimeField(help_text="When it came into the queue that it is or was in last.", null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="holds",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="call",
            name="is_silent",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Nobody has heard of it for long; its end may be lost."
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="is_talked",
            field=models.BooleanField(
                db_default=False, default=False, help_text="By its contact record an agent and the customer talked."
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="promise",
            field=models.CharField(
                blank=True,
                choices=[("open", "Open"), ("kept", "Kept"), ("broken", "Broken")],
                db_default="",
                default="",
                help_text="Of a leg passed on with nobody talking.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="stage",
            field=models.CharField(
                blank=True,
                choices=[
                    ("flow", "In the flow"),
                    ("waiting", "Waiting"),
                    ("ringing", "Ringing"),
                    ("talking", "With an agent"),
                    ("hold", "On hold"),
                    ("wrap-up", "Wrapping up"),
                    ("passed-on", "Passed on"),
                    ("ended", "Ended"),
                ],
                db_default="",
                default="",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="stage_facts",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()), default=dict, help_text="calls.stages.Facts"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="stage_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="stage_source",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="The kind of stream that said so.", max_length=20
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="wait_s",
            field=models.FloatField(help_text="In the queue, as the contact record tells it.", null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="words_at",
            field=models.DateTimeField(help_text="When Contact Lens first heard an agent and the customer.", null=True),
        ),
        migrations.AddField(
            model_name="call",
            name="words_over_at",
            field=models.DateTimeField(help_text="When Contact Lens said that it was over.", null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="current_metrics",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Ask for each queue's figures every 15 s (connect:GetCurrentMetricData).",
            ),
        ),
        migrations.AddField(
            model_name="instance",
            name="describe_contacts",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Ask Amazon Connect for the number of a caller who waits (connect:DescribeContact).",
            ),
        ),
        migrations.AddField(
            model_name="instance",
            name="describe_filled_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="describe_per_s",
            field=models.FloatField(db_default=2.0, default=2.0, help_text="So many questions a second at most."),
        ),
        migrations.AddField(
            model_name="instance",
            name="describe_tokens",
            field=models.FloatField(
                db_default=0.0, default=0.0, editable=False, help_text="Questions that may be asked at once."
            ),
        ),
        migrations.AddField(
            model_name="instance",
            name="describe_trouble",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="instance",
            name="metrics_asked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="instance",
            name="metrics_trouble",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="policy",
            name="opens_cases_early",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A drop that the contact events tell opens its case at once, if the number is known.",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="provisional_after_s",
            field=models.PositiveIntegerField(db_default=120, default=120),
        ),
        migrations.AddField(
            model_name="policy",
            name="service_level_s",
            field=models.PositiveIntegerField(db_default=20, default=20),
        ),
        migrations.AddField(
            model_name="policy",
            name="silence_marks_s",
            field=models.PositiveIntegerField(db_default=600, default=600),
        ),
        migrations.AlterField(
            model_name="stream",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contact-records", "Contact Records"),
                    ("contact-lens", "Contact Lens"),
                    ("contact-events", "Contact Events"),
                    ("agent-events", "Agent Events"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddField(
            model_name="agent",
            name="instance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="agents", to="calls.instance"
            ),
        ),
        migrations.AddField(
            model_name="queue",
            name="instance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="queues", to="calls.instance"
            ),
        ),
        migrations.AddIndex(
            model_name="agent",
            index=models.Index(fields=["instance", "username"], name="agent_username"),
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.UniqueConstraint(fields=("instance", "arn"), name="one_agent_per_arn"),
        ),
        migrations.AddConstraint(
            model_name="queue",
            constraint=models.UniqueConstraint(fields=("instance", "arn"), name="one_queue_per_arn"),
        ),
        migrations.RunSQL(NOTE, NOTE_BACK),
    ]
