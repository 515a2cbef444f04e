"""Rules of alerts and where they go, thresholds, views, screens and attributes: tables that no writer holds."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import calls.secrets


class Migration(migrations.Migration):
    dependencies = [("calls", "0009_describing_until")]

    operations = [
        migrations.CreateModel(
            name="AlertChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("webhook", "Webhook"),
                            ("slack", "Slack"),
                            ("teams", "Microsoft Teams"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "address",
                    calls.secrets.SecretField(
                        help_text="E-mail addresses with commas between them; else https:// and all of it."
                    ),
                ),
                (
                    "signing_key",
                    calls.secrets.SecretField(blank=True, default="", help_text="Signs what a webhook is sent."),
                ),
                (
                    "least_severity",
                    models.CharField(
                        choices=[("notice", "Notice"), ("warning", "Warning"), ("critical", "Critical")],
                        default="warning",
                        help_text="And above.",
                        max_length=16,
                    ),
                ),
                ("is_on", models.BooleanField(db_default=True, default=True)),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        help_text="Alerts from then on.",
                    ),
                ),
                ("trouble", models.CharField(blank=True, default="", editable=False, max_length=200)),
            ],
            options={
                "ordering": ["team", "name"],
            },
        ),
        migrations.CreateModel(
            name="AlertRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("category", "Category matched"),
                            ("sentiment", "Bad mood"),
                            ("long-call", "Long call"),
                            ("silence", "Long silence"),
                            ("long-wait", "Long wait"),
                            ("threshold", "Threshold breached"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_on", models.BooleanField(db_default=True, default=True)),
                (
                    "severity",
                    models.CharField(
                        choices=[("notice", "Notice"), ("warning", "Warning"), ("critical", "Critical")],
                        default="warning",
                        max_length=16,
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True, help_text="Of Contact Lens, as it is named; empty: any.", max_length=256
                    ),
                ),
                (
                    "turns",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Bad mood: so many negative turns of the customer in a row.", null=True
                    ),
                ),
                (
                    "seconds",
                    models.PositiveIntegerField(
                        blank=True, help_text="Bad mood, call, silence or wait: longer than so many seconds.", null=True
                    ),
                ),
                (
                    "figure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("waiting", "Callers waiting"),
                            ("oldest-s", "Longest wait, seconds"),
                            ("agents-free", "Agents available"),
                            ("service-level", "Service level today, percent"),
                            ("abandon-rate", "Abandon rate today, percent"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "queue_name",
                    models.CharField(blank=True, help_text="Threshold: of this queue; empty: of each.", max_length=256),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("amber", "Amber"), ("red", "Red")],
                        help_text="Threshold: which of the queue's two is reached.",
                        max_length=8,
                    ),
                ),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["instance", "name"],
            },
        ),
        migrations.CreateModel(
            name="QueueLevel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "queue_name",
                    models.CharField(
                        blank=True, help_text="Empty: all queues that have none of their own.", max_length=256
                    ),
                ),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("waiting", "Callers waiting"),
                            ("oldest-s", "Longest wait, seconds"),
                            ("agents-free", "Agents available"),
                            ("service-level", "Service level today, percent"),
                            ("abandon-rate", "Abandon rate today, percent"),
                        ],
                        max_length=24,
                    ),
                ),
                ("amber", models.FloatField()),
                ("red", models.FloatField()),
            ],
            options={
                "ordering": ["instance", "queue_name", "figure"],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.CharField(choices=[("wall", "Wall")], default="wall", max_length=16)),
                ("name", models.CharField(max_length=100)),
                (
                    "asks",
                    models.JSONField(
                        default=dict, help_text="{name of a filter: its values}; text and caller among them."
                    ),
                ),
                ("is_shared", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ScreenLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "shows_words",
                    models.BooleanField(db_default=False, default=False, help_text="Last words of calls are shown."),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_seen_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ShownAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(help_text="As the contact flow names it.", max_length=256)),
                ("label", models.CharField(max_length=100)),
                ("place", models.PositiveSmallIntegerField(default=0, help_text="The lower, the further up.")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[("name", "The customer's name"), ("tier", "The customer's tier")],
                        help_text="Also shown beside the caller wherever one stands.",
                        max_length=8,
                    ),
                ),
                (
                    "ok_values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=256),
                        blank=True,
                        default=list,
                        help_text="Values that are good.",
                        size=None,
                    ),
                ),
                (
                    "warn_values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=256),
                        blank=True,
                        default=list,
                        help_text="Values that ask for attention.",
                        size=None,
                    ),
                ),
            ],
            options={
                "ordering": ["instance", "place", "pk"],
            },
        ),
        migrations.AddField(
            model_name="alertchannel",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="alert_channels", to="calls.team"
            ),
        ),
        migrations.AddField(
            model_name="alertrule",
            name="instance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="alert_rules", to="calls.instance"
            ),
        ),
        migrations.AddField(
            model_name="alertrule",
            name="team",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose alone its alerts are; empty: everybody's.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="calls.team",
            ),
        ),
        migrations.AddField(
            model_name="queuelevel",
            name="instance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="queue_levels", to="calls.instance"
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="views", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="team",
            field=models.ForeignKey(
                blank=True,
                help_text="Shared with this team; empty: with everybody.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="calls.team",
            ),
        ),
        migrations.AddField(
            model_name="screenlink",
            name="made_by",
            field=models.ForeignKey(
                editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="screenlink",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="screens", to="calls.team"
            ),
        ),
        migrations.AddField(
            model_name="screenlink",
            name="view",
            field=models.ForeignKey(
                blank=True,
                help_text="Filters and order; empty: worst first.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="calls.savedview",
            ),
        ),
        migrations.AddField(
            model_name="shownattribute",
            name="instance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="shown_attributes", to="calls.instance"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertchannel",
            constraint=models.UniqueConstraint(fields=("team", "name"), name="one_alert_channel_per_name"),
        ),
        migrations.AddConstraint(
            model_name="alertrule",
            constraint=models.UniqueConstraint(fields=("instance", "name"), name="one_alert_rule_per_name"),
        ),
        migrations.AddConstraint(
            model_name="queuelevel",
            constraint=models.UniqueConstraint(
                fields=("instance", "queue_name", "figure"), name="one_level_per_queue_and_figure"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("owner", "page", "name"), name="one_view_per_owner_and_name"),
        ),
        migrations.AddConstraint(
            model_name="shownattribute",
            constraint=models.UniqueConstraint(fields=("instance", "key"), name="one_label_per_attribute"),
        ),
        migrations.AddConstraint(
            model_name="shownattribute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", ""), _negated=True),
                fields=("instance", "role"),
                name="one_attribute_per_role",
            ),
        ),
    ]
