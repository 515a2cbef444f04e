"""A mark that was removed can be put back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transcripts", "0006_bookmark")]

    operations = [
        migrations.AddField(
            "bookmark",
            "removed_at",
            models.DateTimeField(help_text="It comes back when its maker wants it back.", null=True),
        ),
    ]
