"""An audit in the harness's own database: who moves a checkpoint, and whether it was theirs to move.

The worker says in each such transaction who it takes itself for (`faults.holder`, owner and epoch); the trigger sees
whose the shard is in that moment. It does not ask the fence, so it hears of a writer whom no fence stopped.
"""

INSTALL = """
CREATE TABLE faults_late (
    at timestamptz NOT NULL DEFAULT clock_timestamp(), shard_id bigint NOT NULL,
    writer text NOT NULL, holder text NOT NULL, is_backwards boolean NOT NULL
);
CREATE FUNCTION faults_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    writer text := coalesce(nullif(current_setting('faults.holder', true), ''), OLD.owner || '/' || OLD.epoch);
    is_backwards boolean := OLD.checkpoint <> '' AND NEW.checkpoint::numeric <= OLD.checkpoint::numeric;
BEGIN
    IF NEW.checkpoint <> OLD.checkpoint AND (writer <> OLD.owner || '/' || OLD.epoch OR is_backwards) THEN
        INSERT INTO faults_late (shard_id, writer, holder, is_backwards)
        VALUES (OLD.id, writer, OLD.owner || '/' || OLD.epoch, is_backwards);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER faults_note BEFORE UPDATE ON calls_shard FOR EACH ROW EXECUTE FUNCTION faults_note();
"""

LATE = "SELECT count(*) FROM faults_late"

# The control's tables: without what makes a row the only one of its kind.
WITHOUT_KEYS = ("calls_call", "calls_caller", "calls_case", "calls_alert", "calls_deadletter", "transcripts_segment")
DROP_KEYS = f"""
DO $$
DECLARE
    key record;
    bare regclass[] := ARRAY[{", ".join(f"'{name}'" for name in WITHOUT_KEYS)}];
BEGIN
    FOR key IN
        SELECT conrelid::regclass AS bared, conname AS name FROM pg_constraint
        WHERE (contype = 'u' OR contype = 'p' AND conrelid = 'transcripts_segment'::regclass)
          AND conparentid = 0 AND conrelid = ANY (bare)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.bared, key.name);
    END LOOP;
    FOR key IN SELECT indexrelid::regclass AS name FROM pg_index
        WHERE indisunique AND NOT indisprimary AND indrelid = ANY (bare)
    LOOP
        EXECUTE format('DROP INDEX %s', key.name);
    END LOOP;
END $$;
"""  # noqa: S608 - the names are ours
