-- Restores that took place: whatever goes out looks here before it goes out again.
CREATE TABLE restores (
    at BIGINT PRIMARY KEY,
    made_at BIGINT NOT NULL,
    program TEXT NOT NULL
);

-- Failures of proving who one is; `key` is a hash.
CREATE TABLE tries (
    key TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX tries_key ON tries (key, at);
CREATE INDEX tries_at ON tries (at);
