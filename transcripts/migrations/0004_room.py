from django.db import migrations

# Room in each page for the next versions of its rows: words come every other second while a call lasts.
ROOM = "ALTER TABLE transcripts_conversation SET (fillfactor = 70)"
ROOM_BACK = "ALTER TABLE transcripts_conversation RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("transcripts", "0003_places")]

    operations = [migrations.RunSQL(ROOM, ROOM_BACK)]
