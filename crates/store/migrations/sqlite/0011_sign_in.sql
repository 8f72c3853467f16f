-- Restores that took place: whatever goes out looks here before it goes out again.
CREATE TABLE restores (
    at INTEGER PRIMARY KEY,
    made_at INTEGER NOT NULL,
    program TEXT NOT NULL
) STRICT;

-- Failures of proving who one is; `key` is a hash.
CREATE TABLE tries (
    key TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX tries_key ON tries (key, at);
CREATE INDEX tries_at ON tries (at);
