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

# The control's tables. Calls, callers, cases and alerts lose what makes a row the only one of its kind; turns and dead
# letters are stored under another key than the one that they are looked for by. So no insert finds what is there.
WITHOUT_KEYS = ("calls_call", "calls_caller", "calls_case", "calls_alert")
DROP_KEYS = f"""
DO $$
DECLARE
    key record;
    bare regclass[] := ARRAY[{", ".join(f"'{name}'" for name in WITHOUT_KEYS)}];
BEGIN
    FOR key IN SELECT conrelid::regclass AS bared, conname AS name FROM pg_constraint
        WHERE contype = 'u' AND conrelid = ANY (bare)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.bared, key.name);
    END LOOP;
    FOR key IN SELECT indexrelid::regclass AS name FROM pg_index
        WHERE indisunique AND NOT indisprimary AND indrelid = ANY (bare)
    LOOP
        EXECUTE format('DROP INDEX %s', key.name);
    END LOOP;
END $$;
CREATE FUNCTION faults_forget_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.turn_id := NEW.turn_id || '#' || gen_random_uuid();
    RETURN NEW;
END $$;
CREATE FUNCTION faults_forget_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.digest := NEW.digest || uuid_send(gen_random_uuid());
    RETURN NEW;
END $$;
CREATE TRIGGER faults_forget BEFORE INSERT ON transcripts_segment
    FOR EACH ROW EXECUTE FUNCTION faults_forget_turn();
CREATE TRIGGER faults_forget BEFORE INSERT ON calls_deadletter
    FOR EACH ROW EXECUTE FUNCTION faults_forget_letter();
"""  # noqa: S608 - the names are ours
