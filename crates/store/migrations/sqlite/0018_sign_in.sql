-- Where a session was begun, and how, so that whoever it belongs to can tell which one to end.
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN via TEXT NOT NULL DEFAULT 'password';
UPDATE sessions SET id = 'ses_' || substr(token_hash, 1, 24);
CREATE UNIQUE INDEX sessions_id ON sessions (id);

-- The second step of signing in: the sealed secret of an authenticator app, and the newest time step a code was taken of.
CREATE TABLE second_factors (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL
) STRICT;

-- Codes for the day the app is gone; only hashes are kept.
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, code_hash)
) STRICT;

-- Sign-ins whose first step was right and whose code is still to come; `tries`: codes that were looked at.
CREATE TABLE pending_sign_ins (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    via TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    tries INTEGER NOT NULL
) STRICT;

-- What a business asks of everybody who signs in.
CREATE TABLE sign_in_rules (
    workspace TEXT PRIMARY KEY,
    second_factor INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The service of its own a business signs in through; the secret is sealed.
CREATE TABLE oidc_providers (
    workspace TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret TEXT NOT NULL,
    label TEXT NOT NULL,
    domains TEXT NOT NULL,
    newcomers TEXT,
    updated_at INTEGER NOT NULL
) STRICT;

-- Whose account there is whose here.
CREATE TABLE oidc_accounts (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, user_id)
) STRICT;

-- Sign-ins that went to the service and are not back yet.
CREATE TABLE oidc_starts (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    issuer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
