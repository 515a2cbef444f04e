"""One asks Amazon Connect about an instance's callers at a time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0008_stage_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="describing_until",
            field=models.DateTimeField(editable=False, help_text="Somebody asks, until then.", null=True),
        ),
    ]
