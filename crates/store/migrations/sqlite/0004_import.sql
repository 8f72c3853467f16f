-- The import ledger. `batch` is the number facts carry in the lake; `snapshot` the lake snapshot that made them visible.
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    batch INTEGER NOT NULL UNIQUE,
    status TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    files TEXT NOT NULL,
    mapping TEXT,
    report TEXT,
    error TEXT,
    rows_in INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    first_customer INTEGER NOT NULL DEFAULT 0,
    new_customers INTEGER NOT NULL DEFAULT 0,
    data_files INTEGER NOT NULL DEFAULT 0,
    snapshot INTEGER UNIQUE,
    committed_at INTEGER,
    undo_until INTEGER,
    undo_snapshot INTEGER,
    undone_at INTEGER,
    CHECK (status <> 'committed' OR rows_in = accepted + quarantined + duplicates)
) STRICT;
CREATE INDEX imports_created ON imports (created_at, id);
-- The same content is in at most once.
CREATE UNIQUE INDEX imports_content ON imports (fingerprint) WHERE status = 'committed';

-- The customers a committed import mentions, as a bitmap over their numbers.
CREATE TABLE import_customers (
    snapshot INTEGER PRIMARY KEY,
    bits BLOB NOT NULL
) STRICT;

-- Rows that were not accepted, each with its place, reason and text.
CREATE TABLE quarantine_rows (
    import TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    column_name TEXT,
    code TEXT NOT NULL,
    value TEXT,
    raw TEXT NOT NULL,
    params TEXT NOT NULL,
    PRIMARY KEY (import, position)
) STRICT, WITHOUT ROWID;
