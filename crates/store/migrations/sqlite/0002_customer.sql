-- A customer: `key` is the dense number the lake knows, `id` the random one URLs show. `added` is the lake snapshot of
-- the commit that made the row (so that it can be undone); `folded` is the name in lower case, for search.
CREATE TABLE customers (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    organisation INTEGER NOT NULL,
    name TEXT,
    folded TEXT,
    added INTEGER NOT NULL
) STRICT;

-- No foreign key: an import writes millions, always in the transaction that writes their customers.
CREATE TABLE identifiers (
    kind INTEGER NOT NULL,
    value TEXT NOT NULL,
    customer INTEGER NOT NULL,
    added INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_customer ON identifiers (customer);

-- `content` is a hash of the other columns: the same contact twice is one row.
CREATE TABLE contacts (
    customer INTEGER NOT NULL REFERENCES customers (key),
    content INTEGER NOT NULL,
    name TEXT,
    role TEXT,
    phone TEXT,
    email TEXT,
    added INTEGER NOT NULL,
    PRIMARY KEY (customer, content)
) STRICT, WITHOUT ROWID;

-- What a customer's row said before the commit of `snapshot` changed it.
CREATE TABLE customer_images (
    customer INTEGER NOT NULL REFERENCES customers (key) ON DELETE CASCADE,
    snapshot INTEGER NOT NULL,
    organisation INTEGER NOT NULL,
    name TEXT,
    folded TEXT,
    PRIMARY KEY (customer, snapshot)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_images_snapshot ON customer_images (snapshot);

-- Numbers below the counter that belong to nobody any more, as closed ranges.
CREATE TABLE customer_gaps (
    first_key INTEGER PRIMARY KEY,
    last_key INTEGER NOT NULL
) STRICT;

-- Free text of answers; the score itself is a fact in the lake with the same row_key.
CREATE TABLE comments (
    row_key INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customers (key),
    at INTEGER NOT NULL,
    question TEXT NOT NULL,
    channel TEXT,
    body TEXT NOT NULL,
    added INTEGER NOT NULL
) STRICT;
CREATE INDEX comments_customer ON comments (customer, at);
