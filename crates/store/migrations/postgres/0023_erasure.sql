-- People who were erased: what was asked, what was done, and by what they are known again without being known.

-- While it is under way, `work` holds the customers' numbers and the lake files that are to go, as a document; empty afterwards, so that
-- nothing leads from the receipt to the numbers that are kept.
CREATE TABLE erasures (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    customer TEXT COLLATE "C" NOT NULL,
    work TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    receipt TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    erased_at BIGINT,
    finished_at BIGINT,
    lifted_at BIGINT,
    lifted_by TEXT COLLATE "C",
    UNIQUE (workspace, seq)
);
CREATE INDEX erasures_open ON erasures (state) WHERE state <> 'done';

-- Keyed hashes of the identifiers erased people had; the key lies in the data folder.
CREATE TABLE erased_identifiers (
    erasure TEXT COLLATE "C" NOT NULL REFERENCES erasures (id),
    hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (erasure, hash)
);

ALTER TABLE customers ADD COLUMN erased_at BIGINT;
