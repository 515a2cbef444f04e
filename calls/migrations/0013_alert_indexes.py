"""What the lists and the sweeps of alerts look for."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY

    dependencies = [("calls", "0012_lasting_alerts")]

    operations = [
        AddIndexConcurrently(
            model_name="alert",
            index=models.Index(
                fields=["-at"], condition=models.Q(acknowledged_at=None, closed_at=None), name="alert_unsettled"
            ),
        ),
        AddIndexConcurrently(
            model_name="alert",
            index=models.Index(fields=["rule"], condition=models.Q(lasts=True), name="alert_lasting"),
        ),
        RemoveIndexConcurrently(model_name="alert", name="alert_unseen"),
    ]
