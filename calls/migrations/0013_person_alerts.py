"""Which alerts a person has seen, and whether letters are keys."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0012_caller_names")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="alerts_seen_at",
            field=models.DateTimeField(blank=True, editable=False, help_text="Alerts up to then were seen.", null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="has_letter_keys",
            field=models.BooleanField(
                db_default=True, default=True, help_text="Single letters are shortcuts on the live pages."
            ),
        ),
    ]
