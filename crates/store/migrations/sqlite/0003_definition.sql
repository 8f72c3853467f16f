-- Features, classifications and segments as versioned documents; a row is never edited, only its state moves on.
CREATE TABLE definitions (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    published_at INTEGER,
    revision INTEGER UNIQUE,
    PRIMARY KEY (kind, key, version)
) STRICT;
CREATE UNIQUE INDEX definitions_draft ON definitions (kind, key) WHERE state = 'draft';
CREATE UNIQUE INDEX definitions_current ON definitions (kind, key) WHERE state IN ('published', 'retired');

-- How files with this header were read last time.
CREATE TABLE mapping_templates (
    signature TEXT PRIMARY KEY,
    mapping TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    uses INTEGER NOT NULL
) STRICT;
