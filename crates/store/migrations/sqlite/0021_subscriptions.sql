-- Dashboards that people get by mail: when, and up to which day they were sent.
CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    dashboard TEXT NOT NULL,
    user_id TEXT NOT NULL,
    every TEXT NOT NULL,
    hour INTEGER NOT NULL,
    lang TEXT NOT NULL,
    base TEXT,
    token TEXT NOT NULL UNIQUE,
    slot INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace, dashboard, user_id)
) STRICT;
