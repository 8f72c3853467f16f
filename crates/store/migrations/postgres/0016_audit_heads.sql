-- The end of the audit log as it was on a day, signed with the key of the business (the data folder holds it). Only added to.
CREATE TABLE audit_heads (
    workspace TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    key TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (workspace, seq)
);
