"""When anybody was last heard speaking."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0019_alert_deliveries")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="spoken_at",
            field=models.DateTimeField(help_text="When Contact Lens last heard anybody speak or write.", null=True),
        ),
    ]
