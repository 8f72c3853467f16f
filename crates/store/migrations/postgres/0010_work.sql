-- What people write while they work with customers. Every row of its own names its workspace, so that a store may hold several later.

-- A tag that was taken away keeps its row and its customers, so that it can come back; its name is free again.
CREATE TABLE tags (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    colour TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE UNIQUE INDEX tags_name ON tags (workspace, folded) WHERE removed_at IS NULL;

-- Sets of customers as bits, 4,096 numbers a row: who has a tag (`tag:tag_…`), whom a member looks after (`owner:usr_…`). A million
-- customers are 245 rows of 512 bytes.
CREATE TABLE marks (
    mark TEXT COLLATE "C" NOT NULL,
    chunk BIGINT NOT NULL,
    bits BYTEA NOT NULL,
    PRIMARY KEY (mark, chunk)
);

-- Free text about customers.
CREATE TABLE notes (
    id TEXT COLLATE "C" PRIMARY KEY,
    customer BIGINT NOT NULL REFERENCES customers (key),
    author TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    removed_at BIGINT
);
CREATE INDEX notes_customer ON notes (customer, created_at);

-- A change of one customer or of all matching: what was asked, and below what exactly it changed, so that it can be taken back.
-- `request_key` is made by whoever asks; the same again is the same change.
CREATE TABLE changes (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    request_key TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    asked TEXT NOT NULL,
    matched BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    at BIGINT NOT NULL,
    undone_at BIGINT,
    undone_by TEXT,
    UNIQUE (workspace, seq),
    UNIQUE (workspace, author, request_key)
);
CREATE INDEX changes_author ON changes (workspace, author, seq);

-- Those whose details are still kept.
CREATE INDEX changes_kept ON changes (workspace, at) WHERE asked <> '';

-- Whom a change put into a set and whom it took out.
CREATE TABLE change_marks (
    change TEXT COLLATE "C" NOT NULL REFERENCES changes (id),
    mark TEXT COLLATE "C" NOT NULL,
    chunk BIGINT NOT NULL,
    added BYTEA NOT NULL,
    removed BYTEA NOT NULL,
    PRIMARY KEY (change, mark, chunk)
);

-- A name before and after a change, and what `customer_edits` said before.
CREATE TABLE change_names (
    change TEXT COLLATE "C" PRIMARY KEY REFERENCES changes (id),
    customer BIGINT NOT NULL,
    name_before TEXT,
    name_after TEXT,
    edit_before BIGINT
);

-- Whose name a person put right, and after which lake snapshot: taking an earlier import back leaves that name alone.
CREATE TABLE customer_edits (
    customer BIGINT PRIMARY KEY,
    snapshot BIGINT NOT NULL
);

-- Saved views of the customer list: filters, sort, columns and density as the address has them.
CREATE TABLE views (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    audience TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX views_owner ON views (workspace, owner);

-- The view a person begins with.
CREATE TABLE view_defaults (
    workspace TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    view TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, user_id)
);
