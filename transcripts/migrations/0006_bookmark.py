"""Marks on turns, for coaching."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0010_live_room"),
        ("transcripts", "0005_said_where_listed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bookmark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("turn_id", models.CharField(max_length=256)),
                ("speaker", models.CharField(blank=True, max_length=256)),
                ("offset_ms", models.BigIntegerField(help_text="When the turn began, where it tells so.", null=True)),
                ("said_at", models.DateTimeField(null=True)),
                ("words", models.TextField(help_text="Of the turn, as it read.")),
                ("comment", models.TextField(blank=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bookmarks", to="calls.call"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "indexes": [models.Index(fields=["call", "at"], name="bookmark_of_call")],
            },
        ),
    ]
