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
