-- Where changes are told to programs of others. The secret is what both sides sign with; it goes with the endpoint.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until INTEGER,
    state TEXT NOT NULL,
    why TEXT,
    failures INTEGER NOT NULL,
    succeeded_at INTEGER,
    failed_at INTEGER,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER,
    worker TEXT,
    lease_until INTEGER
) STRICT;

-- What is told, once for all endpoints. A change has one message a part, whoever computes it.
CREATE TABLE webhook_messages (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    change_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    customers INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace, change_key)
) STRICT;

-- A message on its way to an endpoint; an endpoint gets its messages in the order of `place`.
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    webhook TEXT NOT NULL REFERENCES webhooks (id),
    message TEXT NOT NULL REFERENCES webhook_messages (id),
    place INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    status INTEGER,
    took INTEGER,
    outcome TEXT,
    UNIQUE (webhook, message)
) STRICT;
CREATE INDEX webhook_deliveries_turn ON webhook_deliveries (webhook, state, place);
CREATE INDEX webhook_deliveries_message ON webhook_deliveries (message);

-- Every time it was tried.
CREATE TABLE webhook_attempts (
    delivery TEXT NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    took INTEGER NOT NULL,
    status INTEGER,
    outcome TEXT NOT NULL,
    PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;

-- What was told last: of which state of the world, and about which segments and classifications.
CREATE TABLE announced (
    workspace TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    world TEXT NOT NULL,
    watched TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- And who was in them then: rows of 4,096 customers, as in `marks`.
CREATE TABLE announced_sets (
    workspace TEXT NOT NULL,
    subject TEXT NOT NULL,
    part TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (workspace, subject, part, chunk)
) STRICT, WITHOUT ROWID;

-- Until when a restore was looked at by somebody: before that nothing goes out.
CREATE TABLE outbound (
    workspace TEXT PRIMARY KEY,
    confirmed_at INTEGER NOT NULL,
    confirmed_by TEXT NOT NULL
) STRICT;

-- The business's own mail server. The password is written and never read back but by whoever sends.
CREATE TABLE mail_relay (
    workspace TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    security TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    from_address TEXT NOT NULL,
    from_name TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Mails on their way, each under a key of what it is about: the same is not written twice. What one says is kept until it is over.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    unique_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    unsubscribe TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    lease_until INTEGER,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    code INTEGER,
    outcome TEXT,
    UNIQUE (workspace, unique_key)
) STRICT;
CREATE INDEX mails_turn ON mails (state, next_at);
CREATE INDEX mails_recent ON mails (workspace, created_at);
