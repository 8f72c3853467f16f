-- What people write over what files said of a customer, and what they keep in records of their own.

-- Which lake snapshot a change of one attribute made: taking it back ends the files of that snapshot.
CREATE TABLE change_facts (
    change TEXT PRIMARY KEY REFERENCES changes (id),
    customer INTEGER NOT NULL,
    attribute TEXT NOT NULL,
    snapshot INTEGER NOT NULL
) STRICT;
CREATE INDEX change_facts_snapshot ON change_facts (snapshot);

-- A contact before and after a change, as documents; nothing where there was or is none.
CREATE TABLE change_contacts (
    change TEXT PRIMARY KEY REFERENCES changes (id),
    customer INTEGER NOT NULL,
    before TEXT,
    after TEXT
) STRICT;

-- Kinds of records that people made: fields, and the form they are filled in with, as a document.
CREATE TABLE objects (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    key TEXT NOT NULL,
    document TEXT NOT NULL,
    edition INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX objects_key ON objects (workspace, key) WHERE removed_at IS NULL;

-- Records. Values as a document by field key; the customer is the one of the first field that links to one, the time the field that
-- the object names, else the day it was written.
CREATE TABLE records (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    object TEXT NOT NULL REFERENCES objects (id),
    seq INTEGER NOT NULL,
    customer INTEGER,
    day INTEGER,
    body TEXT NOT NULL,
    edition INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER,
    UNIQUE (object, seq)
) STRICT;
CREATE INDEX records_object ON records (object, seq) WHERE removed_at IS NULL;
CREATE INDEX records_customer ON records (customer, object) WHERE removed_at IS NULL;
