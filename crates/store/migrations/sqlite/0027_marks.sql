-- Each row of a mark says which change of marks it is of, so that whoever keeps marks in memory reads what changed since and no more.
-- Rows are never taken out: one that holds nobody says so.
ALTER TABLE marks ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
INSERT INTO counters (name, value) VALUES ('marks', 0);
DROP INDEX marks_chunk;
CREATE INDEX marks_version ON marks (version);
CREATE TRIGGER marks_put AFTER INSERT ON marks BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'marks';
    UPDATE marks SET version = (SELECT COALESCE(MAX(value), 0) FROM counters WHERE name = 'marks') WHERE mark = NEW.mark AND chunk = NEW.chunk;
END;
CREATE TRIGGER marks_set AFTER UPDATE OF bits ON marks BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'marks';
    UPDATE marks SET version = (SELECT COALESCE(MAX(value), 0) FROM counters WHERE name = 'marks') WHERE mark = NEW.mark AND chunk = NEW.chunk;
END;
