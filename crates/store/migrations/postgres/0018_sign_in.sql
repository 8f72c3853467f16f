-- Where a session was begun, and how, so that whoever it belongs to can tell which one to end.
ALTER TABLE sessions ADD COLUMN id TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN via TEXT NOT NULL DEFAULT 'password';
UPDATE sessions SET id = 'ses_' || substr(token_hash, 1, 24);
CREATE UNIQUE INDEX sessions_id ON sessions (id);

-- The second step of signing in: the sealed secret of an authenticator app, and the newest time step a code was taken of.
CREATE TABLE second_factors (
    user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL
);

-- Codes for the day the app is gone; only hashes are kept.
CREATE TABLE recovery_codes (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT COLLATE "C" NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, code_hash)
);

-- Sign-ins whose first step was right and whose code is still to come; `tries`: codes that were looked at.
CREATE TABLE pending_sign_ins (
    token_hash TEXT COLLATE "C" PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    via TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries BIGINT NOT NULL
);

-- What a business asks of everybody who signs in.
CREATE TABLE sign_in_rules (
    workspace TEXT COLLATE "C" PRIMARY KEY,
    second_factor BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- The service of its own a business signs in through; the secret is sealed.
CREATE TABLE oidc_providers (
    workspace TEXT COLLATE "C" PRIMARY KEY,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret TEXT NOT NULL,
    label TEXT NOT NULL,
    domains TEXT NOT NULL,
    newcomers TEXT,
    updated_at BIGINT NOT NULL
);

-- Whose account there is whose here.
CREATE TABLE oidc_accounts (
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, user_id)
);

-- Sign-ins that went to the service and are not back yet.
CREATE TABLE oidc_starts (
    state_hash TEXT COLLATE "C" PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    issuer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
