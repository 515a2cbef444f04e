"""Each write notes its transaction, and each write of a call counts it up; the four roles as groups."""

from typing import Any

from django.db import migrations

ROLES = ["supervisor", "team lead", "agent", "admin"]

NOTE = """
CREATE FUNCTION ringback_note_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id();
    RETURN NEW;
END $$;

CREATE FUNCTION ringback_count_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id();
    IF TG_OP = 'UPDATE' THEN NEW.number := OLD.number + 1; END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ringback_write BEFORE INSERT OR UPDATE ON calls_call
    FOR EACH ROW EXECUTE FUNCTION ringback_count_write();
CREATE TRIGGER ringback_write BEFORE INSERT OR UPDATE ON calls_case
    FOR EACH ROW EXECUTE FUNCTION ringback_note_write();
CREATE TRIGGER ringback_write BEFORE INSERT OR UPDATE ON calls_alert
    FOR EACH ROW EXECUTE FUNCTION ringback_note_write();
"""

NOTE_BACK = """
DROP TRIGGER ringback_write ON calls_alert;
DROP TRIGGER ringback_write ON calls_case;
DROP TRIGGER ringback_write ON calls_call;
DROP FUNCTION ringback_count_write();
DROP FUNCTION ringback_note_write();
"""


def make_roles(apps: Any, schema_editor: Any) -> None:
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial")]

    operations = [
        migrations.RunSQL(NOTE, NOTE_BACK),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
