-- Each row of a mark says which change of marks it is of, so that whoever keeps marks in memory reads what changed since and no more.
-- Rows are never taken out: one that holds nobody says so. Whoever moves the counter has it until the commit: its order is that of
-- the commits.
ALTER TABLE marks ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
INSERT INTO counters (name, value) VALUES ('marks', 0);
DROP INDEX marks_chunk;
CREATE INDEX marks_version ON marks (version);
CREATE FUNCTION marks_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'marks' RETURNING value INTO NEW.version;
    NEW.version := COALESCE(NEW.version, 0);
    RETURN NEW;
END
$$;
CREATE TRIGGER marks_put BEFORE INSERT ON marks FOR EACH ROW EXECUTE FUNCTION marks_changed();
CREATE TRIGGER marks_set BEFORE UPDATE OF bits ON marks FOR EACH ROW EXECUTE FUNCTION marks_changed();
