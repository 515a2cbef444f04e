from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transcripts", "0007_removed_bookmark")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="mood_since",
            field=models.DateTimeField(help_text="When what was heard made it so.", null=True),
        ),
    ]
