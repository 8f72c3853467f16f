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

-- Questions in SQL that people keep, for themselves or for the team.
CREATE TABLE questions (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    audience TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE INDEX questions_owner ON questions (workspace, owner);

-- What somebody asked lately, so that it can be asked again: the latest two hundred of each.
CREATE TABLE asked (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    user_id TEXT NOT NULL,
    body TEXT NOT NULL,
    code TEXT NOT NULL,
    found INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    as_of TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX asked_user ON asked (workspace, user_id, at);
