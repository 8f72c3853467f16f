-- Features, classifications and segments as versioned documents; a row is never edited, only its state moves on.
CREATE TABLE definitions (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    revision BIGINT UNIQUE,
    PRIMARY KEY (kind, key, version)
);
CREATE UNIQUE INDEX definitions_draft ON definitions (kind, key) WHERE state = 'draft';
CREATE UNIQUE INDEX definitions_current ON definitions (kind, key) WHERE state IN ('published', 'retired');

-- How files with this header were read last time.
CREATE TABLE mapping_templates (
    signature TEXT COLLATE "C" PRIMARY KEY,
    mapping TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    uses BIGINT NOT NULL
);
