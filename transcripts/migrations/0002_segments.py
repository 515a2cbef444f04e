from django.db import migrations

TABLE = """
CREATE TABLE transcripts_segment (
    filed_on date NOT NULL,
    call_id bigint NOT NULL,
    turn_id varchar(256) NOT NULL,
    number bigint NOT NULL,
    kind varchar(16) NOT NULL,
    role varchar(32) NOT NULL,
    participant_id varchar(256) NOT NULL,
    display_name varchar(256) NOT NULL,
    content text NOT NULL,
    pieces jsonb NOT NULL,
    is_partial boolean NOT NULL,
    begin_ms bigint,
    end_ms bigint,
    said_at timestamptz,
    sentiment varchar(16),
    issues jsonb NOT NULL,
    is_redacted boolean NOT NULL,
    is_gone boolean NOT NULL,
    PRIMARY KEY (filed_on, call_id, turn_id)
) PARTITION BY RANGE (filed_on);

CREATE INDEX transcripts_segment_when ON transcripts_segment (call_id, begin_ms);
"""


class Migration(migrations.Migration):
    dependencies = [("transcripts", "0001_initial")]

    operations = [migrations.RunSQL(TABLE, "DROP TABLE transcripts_segment")]
