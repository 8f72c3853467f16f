-- Dashboards: tiles over features, classes and segments, as a document; of one person, or of the team.
CREATE TABLE dashboards (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    tiles TEXT NOT NULL,
    audience TEXT NOT NULL,
    edition BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT COLLATE "C" NOT NULL,
    removed_at BIGINT
);
CREATE INDEX dashboards_owner ON dashboards (workspace, owner);

-- Questions in SQL that people keep, for themselves or for the team.
CREATE TABLE questions (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    audience TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX questions_owner ON questions (workspace, owner);

-- What somebody asked lately, so that it can be asked again: the latest two hundred of each.
CREATE TABLE asked (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    found BIGINT NOT NULL,
    milliseconds BIGINT NOT NULL,
    as_of TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX asked_user ON asked (workspace, user_id, at);
