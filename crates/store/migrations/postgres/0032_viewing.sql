-- As whom the owner of a session looks at the product: what that member was when it began, and until when it lasts at most.
ALTER TABLE sessions ADD COLUMN viewing TEXT;
ALTER TABLE sessions ADD COLUMN viewing_role TEXT;
ALTER TABLE sessions ADD COLUMN viewing_personal TEXT;
ALTER TABLE sessions ADD COLUMN viewing_until BIGINT;
CREATE CONSTRAINT TRIGGER house_sessions_viewing AFTER UPDATE OF viewing, viewing_role, viewing_personal, viewing_until ON sessions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION house_changed();
