-- When a version was taken out of use, so that what was in force on a past day can be told; of before, as the audit log has it.
ALTER TABLE definitions ADD COLUMN retired_at INTEGER;
UPDATE definitions SET retired_at = (SELECT MAX(a.at) FROM audit a WHERE a.action = 'definition.withdrawn' AND a.subject = definitions.kind || ' ' || definitions.key)
WHERE state = 'retired';
