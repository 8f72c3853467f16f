-- Jobs know whose they are, who asked for them and since when they run; schedules know which of their slots were taken.
ALTER TABLE jobs ADD COLUMN workspace TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN actor TEXT NOT NULL DEFAULT 'server';
ALTER TABLE jobs ADD COLUMN token TEXT;
ALTER TABLE jobs ADD COLUMN started_at BIGINT;
UPDATE jobs SET workspace = COALESCE((SELECT id FROM workspace), '');
CREATE INDEX jobs_created ON jobs (workspace, created_at, id);
CREATE INDEX jobs_finished ON jobs (workspace, finished_at);

CREATE TABLE schedule_slots (
    workspace TEXT NOT NULL,
    schedule TEXT NOT NULL,
    day BIGINT NOT NULL,
    at BIGINT NOT NULL,
    job TEXT NOT NULL,
    PRIMARY KEY (workspace, schedule, day)
);
