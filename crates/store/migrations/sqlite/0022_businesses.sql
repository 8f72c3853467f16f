-- The businesses a server holds besides the one whose store this is. `made_at`: its folder and its tables were made, so that one whose
-- data is missing is told from one that was never begun.
CREATE TABLE businesses (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    made_at INTEGER,
    archived_at INTEGER
) STRICT;
