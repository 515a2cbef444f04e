"""No longer one alert of a kind for each call."""

from django.db import migrations

# What goes back knows dropped calls alone, and one alert for each.
FORGET = "DELETE FROM calls_alert WHERE kind <> 'drop'"


class Migration(migrations.Migration):
    dependencies = [("calls", "0017_alert_causes")]

    operations = [
        migrations.RemoveConstraint(model_name="alert", name="one_alert_of_a_kind_per_call"),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
