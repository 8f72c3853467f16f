-- Who belongs to a business and as what. Every row names its workspace, so that a store may hold several later. A member who was
-- taken out keeps the row: what they did still has a name.
CREATE TABLE members (
    workspace TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    personal TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    seen_at BIGINT,
    removed_at BIGINT,
    PRIMARY KEY (workspace, user_id)
);
CREATE INDEX members_user ON members (user_id);

-- Whoever could sign in until now could do everything.
INSERT INTO members (workspace, user_id, role, personal, joined_at)
    SELECT workspace.id, users.id, 'owner', 'by_role', users.created_at FROM users CROSS JOIN workspace;
ALTER TABLE users DROP COLUMN role;

-- Only hashes of tokens are kept, here and below.
CREATE TABLE invitations (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    email TEXT COLLATE "C" NOT NULL,
    role TEXT NOT NULL,
    personal TEXT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX invitations_email ON invitations (workspace, email);

-- A token may at most what its role says and its owner may.
CREATE TABLE tokens (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    role TEXT NOT NULL,
    personal TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX tokens_user ON tokens (workspace, user_id);

-- The audit log: one chain of hashes for each workspace, only ever added to at its end.
CREATE TABLE audit (
    workspace TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (workspace, seq)
);
CREATE INDEX audit_actor ON audit (workspace, actor, seq);
CREATE INDEX audit_action ON audit (workspace, action, seq);

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only added to';
END
$$;
CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
