-- A customer: `key` is the dense number the lake knows, `id` the random one URLs show. `added` is the lake snapshot of
-- the commit that made the row (so that it can be undone); `folded` is the name in lower case, for search.
CREATE TABLE customers (
    key BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    organisation BOOLEAN NOT NULL,
    name TEXT,
    folded TEXT COLLATE "C",
    added BIGINT NOT NULL
);

-- No foreign key: an import writes millions, always in the transaction that writes their customers.
CREATE TABLE identifiers (
    kind BIGINT NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    customer BIGINT NOT NULL,
    added BIGINT NOT NULL,
    PRIMARY KEY (kind, value)
);
CREATE INDEX identifiers_customer ON identifiers (customer);

-- `content` is a hash of the other columns: the same contact twice is one row.
CREATE TABLE contacts (
    customer BIGINT NOT NULL REFERENCES customers (key),
    content BIGINT NOT NULL,
    name TEXT,
    role TEXT,
    phone TEXT,
    email TEXT COLLATE "C",
    added BIGINT NOT NULL,
    PRIMARY KEY (customer, content)
);

-- What a customer's row said before the commit of `snapshot` changed it.
CREATE TABLE customer_images (
    customer BIGINT NOT NULL REFERENCES customers (key) ON DELETE CASCADE,
    snapshot BIGINT NOT NULL,
    organisation BOOLEAN NOT NULL,
    name TEXT,
    folded TEXT COLLATE "C",
    PRIMARY KEY (customer, snapshot)
);
CREATE INDEX customer_images_snapshot ON customer_images (snapshot);

-- Numbers below the counter that belong to nobody any more, as closed ranges.
CREATE TABLE customer_gaps (
    first_key BIGINT PRIMARY KEY,
    last_key BIGINT NOT NULL
);

-- Free text of answers; the score itself is a fact in the lake with the same row_key.
CREATE TABLE comments (
    row_key BIGINT PRIMARY KEY,
    customer BIGINT NOT NULL REFERENCES customers (key),
    at BIGINT NOT NULL,
    question TEXT NOT NULL,
    channel TEXT,
    body TEXT NOT NULL,
    added BIGINT NOT NULL
);
CREATE INDEX comments_customer ON comments (customer, at);
