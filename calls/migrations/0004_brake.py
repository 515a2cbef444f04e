from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0003_reading")]

    operations = [
        migrations.AddField(
            model_name="stream",
            name="brake_off_until",
            field=models.DateTimeField(
                editable=False,
                help_text="Read on by a person's wish: put off as long as the trouble lasts.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="deadletter",
            name="replay_asked_at",
            field=models.DateTimeField(help_text="Somebody wants it replayed, and a sweep will.", null=True),
        ),
        migrations.AddField(
            model_name="deadletter",
            name="expired_at",
            field=models.DateTimeField(help_text="When its bytes were thrown away.", null=True),
        ),
        migrations.AddIndex(
            model_name="deadletter",
            index=models.Index(
                condition=models.Q(("expired_at", None)), fields=["last_seen_at"], name="letter_unexpired"
            ),
        ),
        migrations.AddIndex(
            model_name="deadletter",
            index=models.Index(
                condition=models.Q(("replay_asked_at__isnull", False)),
                fields=["replay_asked_at"],
                name="letter_asked",
            ),
        ),
    ]
