-- The import ledger. `batch` is the number facts carry in the lake; `snapshot` the lake snapshot that made them visible.
CREATE TABLE imports (
    id TEXT COLLATE "C" PRIMARY KEY,
    batch BIGINT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    files TEXT NOT NULL,
    mapping TEXT,
    report TEXT,
    error TEXT,
    rows_in BIGINT NOT NULL DEFAULT 0,
    accepted BIGINT NOT NULL DEFAULT 0,
    quarantined BIGINT NOT NULL DEFAULT 0,
    duplicates BIGINT NOT NULL DEFAULT 0,
    first_customer BIGINT NOT NULL DEFAULT 0,
    new_customers BIGINT NOT NULL DEFAULT 0,
    data_files BIGINT NOT NULL DEFAULT 0,
    snapshot BIGINT UNIQUE,
    committed_at BIGINT,
    undo_until BIGINT,
    undo_snapshot BIGINT,
    undone_at BIGINT,
    CHECK (status <> 'committed' OR rows_in = accepted + quarantined + duplicates)
);
CREATE INDEX imports_created ON imports (created_at, id);
-- The same content is in at most once.
CREATE UNIQUE INDEX imports_content ON imports (fingerprint) WHERE status = 'committed';

-- The customers a committed import mentions, as a bitmap over their numbers.
CREATE TABLE import_customers (
    snapshot BIGINT PRIMARY KEY,
    bits BYTEA NOT NULL
);

-- Rows that were not accepted, each with its place, reason and text.
CREATE TABLE quarantine_rows (
    import TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    file BIGINT NOT NULL,
    line BIGINT NOT NULL,
    column_name TEXT,
    code TEXT NOT NULL,
    value TEXT COLLATE "C",
    raw TEXT NOT NULL,
    params TEXT NOT NULL,
    PRIMARY KEY (import, position)
);
