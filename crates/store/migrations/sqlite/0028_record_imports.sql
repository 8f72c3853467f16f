-- Files that were brought into an object, so that one can be taken back. Of each record which import wrote it, as which edition, and
-- what stood in it before; nothing where the import made it.
CREATE TABLE record_imports (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    object TEXT NOT NULL REFERENCES objects (id),
    name TEXT NOT NULL,
    author TEXT NOT NULL,
    made INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX record_imports_object ON record_imports (object, created_at);

CREATE TABLE record_imported (
    import TEXT NOT NULL REFERENCES record_imports (id),
    record TEXT NOT NULL,
    edition INTEGER NOT NULL,
    before TEXT,
    customer INTEGER,
    day INTEGER,
    PRIMARY KEY (import, record)
) STRICT;
CREATE INDEX record_imported_record ON record_imported (record);
CREATE INDEX record_imported_customer ON record_imported (customer) WHERE customer IS NOT NULL;
