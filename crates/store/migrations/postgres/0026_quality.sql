-- How good the data was: one row a day and finding, written by night. `points`: thousandths that it costs of the hundred.
CREATE TABLE quality_days (
    workspace TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    found BIGINT NOT NULL,
    among BIGINT NOT NULL,
    points BIGINT NOT NULL,
    PRIMARY KEY (workspace, day, code)
);
