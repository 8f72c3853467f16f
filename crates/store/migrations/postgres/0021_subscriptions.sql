-- Dashboards that people get by mail: when, and up to which day they were sent.
CREATE TABLE subscriptions (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    dashboard TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    every TEXT COLLATE "C" NOT NULL,
    hour BIGINT NOT NULL,
    lang TEXT COLLATE "C" NOT NULL,
    base TEXT,
    token TEXT COLLATE "C" NOT NULL UNIQUE,
    slot BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (workspace, dashboard, user_id)
);
