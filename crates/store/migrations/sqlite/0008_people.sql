-- Who belongs to a business and as what. Every row names its workspace, so that a store may hold several later. A member who was
-- taken out keeps the row: what they did still has a name.
CREATE TABLE members (
    workspace TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    personal TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    seen_at INTEGER,
    removed_at INTEGER,
    PRIMARY KEY (workspace, user_id)
) STRICT;
CREATE INDEX members_user ON members (user_id);

-- Whoever could sign in until now could do everything.
INSERT INTO members (workspace, user_id, role, personal, joined_at)
    SELECT workspace.id, users.id, 'owner', 'by_role', users.created_at FROM users CROSS JOIN workspace;
ALTER TABLE users DROP COLUMN role;

-- Only hashes of tokens are kept, here and below.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    personal TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    accepted_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX invitations_email ON invitations (workspace, email);

-- A token may at most what its role says and its owner may.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    role TEXT NOT NULL,
    personal TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX tokens_user ON tokens (workspace, user_id);

-- The audit log: one chain of hashes for each workspace, only ever added to at its end.
CREATE TABLE audit (
    workspace TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    token TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (workspace, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_actor ON audit (workspace, actor, seq);
CREATE INDEX audit_action ON audit (workspace, action, seq);

CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
-- a row that replaces another fires no trigger of the two above
CREATE TRIGGER audit_insert BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit WHERE workspace = NEW.workspace) BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
