-- Identifiers that people put right: what was taken from a customer, so that no file gives it to them again, and what a change did.
CREATE TABLE identifiers_removed (
    kind BIGINT NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    customer BIGINT NOT NULL,
    PRIMARY KEY (kind, value, customer)
);

-- What was there and the snapshot of the import that brought it (0: people), and what is there instead; nothing where there was or is
-- none. `again`: what is there had been taken from them before.
CREATE TABLE change_identifiers (
    change TEXT COLLATE "C" PRIMARY KEY REFERENCES changes (id),
    customer BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    before TEXT,
    added BIGINT NOT NULL,
    after TEXT,
    again BOOLEAN NOT NULL
);

-- How often that happened: an import that was weighed before is weighed again.
INSERT INTO counters (name, value) VALUES ('identifiers', 0);
