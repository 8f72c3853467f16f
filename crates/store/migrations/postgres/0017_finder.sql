-- Whose names, identifiers or contacts changed, by the counter `touched`: what stands in memory to find customers by follows it.
-- New customers are not told, their numbers are; `customers` is null if there are too many, or some are gone.
INSERT INTO counters (name, value) VALUES ('touched', 0);
CREATE TABLE touched (
    version BIGINT PRIMARY KEY,
    customers BYTEA
);
