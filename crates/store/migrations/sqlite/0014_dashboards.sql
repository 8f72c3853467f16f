-- Dashboards: tiles over features, classes and segments, as a document; of one person, or of the team.
CREATE TABLE dashboards (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    owner TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    tiles TEXT NOT NULL,
    audience TEXT NOT NULL,
    edition INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE INDEX dashboards_owner ON dashboards (workspace, owner);
