-- What people write over what files said of a customer, and what they keep in records of their own.

-- Which lake snapshot a change of one attribute made: taking it back ends the files of that snapshot.
CREATE TABLE change_facts (
    change TEXT COLLATE "C" PRIMARY KEY REFERENCES changes (id),
    customer BIGINT NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    snapshot BIGINT NOT NULL
);
CREATE INDEX change_facts_snapshot ON change_facts (snapshot);

-- A contact before and after a change, as documents; nothing where there was or is none.
CREATE TABLE change_contacts (
    change TEXT COLLATE "C" PRIMARY KEY REFERENCES changes (id),
    customer BIGINT NOT NULL,
    before TEXT,
    after TEXT
);

-- Kinds of records that people made: fields, and the form they are filled in with, as a document.
CREATE TABLE objects (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    document TEXT NOT NULL,
    edition BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE UNIQUE INDEX objects_key ON objects (workspace, key) WHERE removed_at IS NULL;

-- Records. Values as a document by field key; the customer is the one of the first field that links to one, the time the field that
-- the object names, else the day it was written.
CREATE TABLE records (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL REFERENCES objects (id),
    seq BIGINT NOT NULL,
    customer BIGINT,
    day BIGINT,
    body TEXT NOT NULL,
    edition BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_by TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    UNIQUE (object, seq)
);
CREATE INDEX records_object ON records (object, seq) WHERE removed_at IS NULL;
CREATE INDEX records_customer ON records (customer, object) WHERE removed_at IS NULL;
