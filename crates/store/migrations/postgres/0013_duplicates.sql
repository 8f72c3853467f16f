-- Which customers may be one, what people decided of them, and which were merged.

-- A customer who was merged keeps the row and points at the one that stands for all of them; NULL: stands for itself. Facts,
-- identifiers, contacts, notes, tags and owners stay with the customer they came under and are read together.
ALTER TABLE customers ADD COLUMN root BIGINT;
CREATE INDEX customers_root ON customers (root) WHERE root IS NOT NULL;

-- Merges as edges of a forest: `merged` into `survivor`, each the root of its group at that moment. In force from the lake snapshot
-- `began` until `ended`, so that a run of a snapshot knows them. `image` is what it was before, `fields` which values were chosen.
CREATE TABLE merges (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    seq BIGINT NOT NULL,
    merged BIGINT NOT NULL,
    survivor BIGINT NOT NULL,
    merged_id TEXT NOT NULL,
    survivor_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    image TEXT NOT NULL,
    batch TEXT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    began BIGINT NOT NULL,
    ended BIGINT,
    ended_at BIGINT,
    ended_by TEXT,
    UNIQUE (workspace, seq)
);
CREATE UNIQUE INDEX merges_merged ON merges (merged) WHERE ended IS NULL;
CREATE INDEX merges_survivor ON merges (survivor);
CREATE INDEX merges_batch ON merges (batch);

-- What a customer's attribute said up to an instant does not count while the merge stands: the other one's value was chosen.
CREATE TABLE merge_silences (
    merge TEXT NOT NULL REFERENCES merges (id),
    customer BIGINT NOT NULL,
    attribute TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (merge, customer, attribute)
);

-- Two customers who may be one. `chance` is the probability in billionths, `content` a hash of what was compared: a decision holds
-- until that changes. `cluster` is the smallest number of those that hang together.
CREATE TABLE duplicates (
    id TEXT COLLATE "C" PRIMARY KEY,
    workspace TEXT NOT NULL,
    a BIGINT NOT NULL,
    b BIGINT NOT NULL,
    organisation BOOLEAN NOT NULL,
    chance BIGINT NOT NULL,
    state TEXT NOT NULL,
    reasons TEXT NOT NULL,
    content BIGINT NOT NULL,
    cluster BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    UNIQUE (workspace, a, b)
);
CREATE INDEX duplicates_queue ON duplicates (workspace, state, chance, id);
CREATE INDEX duplicates_b ON duplicates (workspace, b);
CREATE INDEX duplicates_cluster ON duplicates (workspace, cluster);
