-- Where changes are told to programs of others. The secret is what both sides sign with; it goes with the endpoint.
CREATE TABLE webhooks (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until BIGINT,
    state TEXT NOT NULL,
    why TEXT,
    failures BIGINT NOT NULL,
    succeeded_at BIGINT,
    failed_at BIGINT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    worker TEXT,
    lease_until BIGINT
);

-- What is told, once for all endpoints. A change has one message a part, whoever computes it.
CREATE TABLE webhook_messages (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    change_key TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    customers BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (workspace, change_key)
);

-- A message on its way to an endpoint; an endpoint gets its messages in the order of `place`.
CREATE TABLE webhook_deliveries (
    id TEXT COLLATE "C" PRIMARY KEY,
    webhook TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id),
    message TEXT COLLATE "C" NOT NULL REFERENCES webhook_messages (id),
    place BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    status BIGINT,
    took BIGINT,
    outcome TEXT,
    UNIQUE (webhook, message)
);
CREATE INDEX webhook_deliveries_turn ON webhook_deliveries (webhook, state, place);
CREATE INDEX webhook_deliveries_message ON webhook_deliveries (message);

-- Every time it was tried.
CREATE TABLE webhook_attempts (
    delivery TEXT COLLATE "C" NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    took BIGINT NOT NULL,
    status BIGINT,
    outcome TEXT NOT NULL,
    PRIMARY KEY (delivery, n)
);

-- What was told last: of which state of the world, and about which segments and classifications.
CREATE TABLE announced (
    workspace TEXT COLLATE "C" PRIMARY KEY,
    seq BIGINT NOT NULL,
    world TEXT NOT NULL,
    watched TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- And who was in them then: rows of 4,096 customers, as in `marks`.
CREATE TABLE announced_sets (
    workspace TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    part TEXT COLLATE "C" NOT NULL,
    chunk BIGINT NOT NULL,
    bits BYTEA NOT NULL,
    PRIMARY KEY (workspace, subject, part, chunk)
);

-- Until when a restore was looked at by somebody: before that nothing goes out.
CREATE TABLE outbound (
    workspace TEXT COLLATE "C" PRIMARY KEY,
    confirmed_at BIGINT NOT NULL,
    confirmed_by TEXT NOT NULL
);

-- The business's own mail server. The password is written and never read back but by whoever sends.
CREATE TABLE mail_relay (
    workspace TEXT COLLATE "C" PRIMARY KEY,
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    security TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    from_address TEXT NOT NULL,
    from_name TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Mails on their way, each under a key of what it is about: the same is not written twice. What one says is kept until it is over.
CREATE TABLE mails (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    unique_key TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    unsubscribe TEXT,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    code BIGINT,
    outcome TEXT,
    UNIQUE (workspace, unique_key)
);
CREATE INDEX mails_turn ON mails (state, next_at);
CREATE INDEX mails_recent ON mails (workspace, created_at);
