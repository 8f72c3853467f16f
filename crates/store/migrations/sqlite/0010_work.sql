-- What people write while they work with customers. Every row of its own names its workspace, so that a store may hold several later.

-- A tag that was taken away keeps its row and its customers, so that it can come back; its name is free again.
CREATE TABLE tags (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    colour TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX tags_name ON tags (workspace, folded) WHERE removed_at IS NULL;

-- Sets of customers as bits, 4,096 numbers a row: who has a tag (`tag:tag_…`), whom a member looks after (`owner:usr_…`). A million
-- customers are 245 rows of 512 bytes.
CREATE TABLE marks (
    mark TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (mark, chunk)
) STRICT, WITHOUT ROWID;

-- Free text about customers.
CREATE TABLE notes (
    id TEXT PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customers (key),
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    removed_at INTEGER
) STRICT;
CREATE INDEX notes_customer ON notes (customer, created_at);

-- A change of one customer or of all matching: what was asked, and below what exactly it changed, so that it can be taken back.
-- `request_key` is made by whoever asks; the same again is the same change.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    seq INTEGER NOT NULL,
    author TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    asked TEXT NOT NULL,
    matched INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    at INTEGER NOT NULL,
    undone_at INTEGER,
    undone_by TEXT,
    UNIQUE (workspace, seq),
    UNIQUE (workspace, author, request_key)
) STRICT;
CREATE INDEX changes_author ON changes (workspace, author, seq);

-- Those whose details are still kept.
CREATE INDEX changes_kept ON changes (workspace, at) WHERE asked <> '';

-- Whom a change put into a set and whom it took out.
CREATE TABLE change_marks (
    change TEXT NOT NULL REFERENCES changes (id),
    mark TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    added BLOB NOT NULL,
    removed BLOB NOT NULL,
    PRIMARY KEY (change, mark, chunk)
) STRICT, WITHOUT ROWID;

-- A name before and after a change, and what `customer_edits` said before.
CREATE TABLE change_names (
    change TEXT PRIMARY KEY REFERENCES changes (id),
    customer INTEGER NOT NULL,
    name_before TEXT,
    name_after TEXT,
    edit_before INTEGER
) STRICT;

-- Whose name a person put right, and after which lake snapshot: taking an earlier import back leaves that name alone.
CREATE TABLE customer_edits (
    customer INTEGER PRIMARY KEY,
    snapshot INTEGER NOT NULL
) STRICT;

-- Saved views of the customer list: filters, sort, columns and density as the address has them.
CREATE TABLE views (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    audience TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE INDEX views_owner ON views (workspace, owner);

-- The view a person begins with.
CREATE TABLE view_defaults (
    workspace TEXT NOT NULL,
    user_id TEXT NOT NULL,
    view TEXT NOT NULL,
    PRIMARY KEY (workspace, user_id)
) STRICT;
