-- The inbox: what programs posted, kept until it is moved to files of the lake. A row goes in the commit that names its file.
-- `identity` tells rows about the same thing by a hash, `content` rows that say the same.
CREATE TABLE inbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    history BOOLEAN NOT NULL,
    identity BIGINT NOT NULL,
    content BIGINT NOT NULL,
    body TEXT NOT NULL,
    actor TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX inbox_identity ON inbox (identity, seq);

-- What was answered to a request that named itself by a key, so that it may be sent again. `status` is null while it is being done.
CREATE TABLE answers (
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    route TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    status BIGINT,
    kind TEXT,
    body BYTEA,
    PRIMARY KEY (workspace, actor, route, key_hash)
);
CREATE INDEX answers_made ON answers (made_at);
