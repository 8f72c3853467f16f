-- How good the data was: one row a day and finding, written by night. `points`: thousandths that it costs of the hundred.
CREATE TABLE quality_days (
    workspace TEXT NOT NULL,
    day INTEGER NOT NULL,
    code TEXT NOT NULL,
    found INTEGER NOT NULL,
    among INTEGER NOT NULL,
    points INTEGER NOT NULL,
    PRIMARY KEY (workspace, day, code)
) STRICT, WITHOUT ROWID;
