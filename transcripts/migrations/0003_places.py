"""Turns are looked for by when they end: of a call in progress, what ended lately is little, however long it lasts."""

from dataclasses import dataclass
from typing import Any

from django.db import migrations

# Those that have the index already have it from a try that was cut short.
LACKING = """
SELECT p.inhrelid::regclass::text FROM pg_inherits p
WHERE p.inhparent = 'transcripts_segment'::regclass AND NOT EXISTS (
    SELECT FROM pg_inherits i JOIN pg_index ON indexrelid = i.inhrelid
    WHERE i.inhparent = %s::regclass AND indrelid = p.inhrelid
)
"""


@dataclass(frozen=True)
class Index:
    """Made partition by partition, and with nobody kept waiting: PostgreSQL does that for no partitioned table."""

    name: str
    what: str

    def make(self, apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {self.name} ON ONLY transcripts_segment {self.what}")
            cursor.execute(LACKING, [self.name])
            for (partition,) in cursor.fetchall():
                part = f"{self.name}_{partition[-7:]}"
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {part}")
                cursor.execute(f"CREATE INDEX CONCURRENTLY {part} ON {partition} {self.what}")
                cursor.execute(f"ALTER INDEX {self.name} ATTACH PARTITION {part}")
            cursor.execute("RESET statement_timeout")

    def drop(self, apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"DROP INDEX IF EXISTS {self.name}")


by_end = Index("transcripts_segment_end", "(call_id, end_ms)")
by_time = Index("transcripts_segment_said", "(call_id, said_at) WHERE said_at IS NOT NULL")
by_begin = Index("transcripts_segment_when", "(call_id, begin_ms)")


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY

    dependencies = [("transcripts", "0002_segments")]

    operations = [
        migrations.RunPython(by_end.make, by_end.drop),
        migrations.RunPython(by_time.make, by_time.drop),
        migrations.RunPython(by_begin.drop, by_begin.make),
    ]
