-- Files that were brought into an object, so that one can be taken back. Of each record which import wrote it, as which edition, and
-- what stood in it before; nothing where the import made it.
CREATE TABLE record_imports (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL REFERENCES objects (id),
    name TEXT NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    made BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX record_imports_object ON record_imports (object, created_at);

CREATE TABLE record_imported (
    import TEXT COLLATE "C" NOT NULL REFERENCES record_imports (id),
    record TEXT COLLATE "C" NOT NULL,
    edition BIGINT NOT NULL,
    before TEXT,
    customer BIGINT,
    day BIGINT,
    PRIMARY KEY (import, record)
);
CREATE INDEX record_imported_record ON record_imported (record);
CREATE INDEX record_imported_customer ON record_imported (customer) WHERE customer IS NOT NULL;
