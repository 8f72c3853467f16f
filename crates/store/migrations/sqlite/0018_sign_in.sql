-- Where a session was begun, and how, so that whoever it belongs to can tell which one to end.
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN via TEXT NOT NULL DEFAULT 'password';
UPDATE sessions SET id = 'ses_' || substr(token_hash, 1, 24);
CREATE UNIQUE INDEX sessions_id ON sessions (id);
