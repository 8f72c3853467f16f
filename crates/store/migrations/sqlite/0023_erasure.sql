-- People who were erased: what was asked, what was done, and by what they are known again without being known.

-- While it is under way, `work` holds the customers' numbers and the lake files that are to go, as a document; empty afterwards, so that
-- nothing leads from the receipt to the numbers that are kept.
CREATE TABLE erasures (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    seq INTEGER NOT NULL,
    customer TEXT NOT NULL,
    work TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    state TEXT NOT NULL,
    receipt TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    erased_at INTEGER,
    finished_at INTEGER,
    lifted_at INTEGER,
    lifted_by TEXT,
    UNIQUE (workspace, seq)
) STRICT;
CREATE INDEX erasures_open ON erasures (state) WHERE state <> 'done';

-- Keyed hashes of the identifiers erased people had; the key lies in the data folder.
CREATE TABLE erased_identifiers (
    erasure TEXT NOT NULL REFERENCES erasures (id),
    hash TEXT NOT NULL,
    PRIMARY KEY (erasure, hash)
) STRICT, WITHOUT ROWID;

ALTER TABLE customers ADD COLUMN erased_at INTEGER;
