-- As whom the owner of a session looks at the product: what that member was when it began, and until when it lasts at most.
ALTER TABLE sessions ADD COLUMN viewing TEXT;
ALTER TABLE sessions ADD COLUMN viewing_role TEXT;
ALTER TABLE sessions ADD COLUMN viewing_personal TEXT;
ALTER TABLE sessions ADD COLUMN viewing_until INTEGER;
CREATE TRIGGER house_sessions_viewing AFTER UPDATE OF viewing, viewing_role, viewing_personal, viewing_until ON sessions BEGIN UPDATE house SET version = version + 1; END;
