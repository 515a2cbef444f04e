"""Names and tiers of callers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0011_flags")]

    operations = [
        migrations.AddField(
            model_name="caller",
            name="name",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="By a contact attribute.", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="caller",
            name="tier",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
