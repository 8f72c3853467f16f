-- An import of sample data: one click removes it, however long it has been there.
ALTER TABLE imports ADD COLUMN sample INTEGER CHECK (sample = 1);
CREATE INDEX imports_sample ON imports (id) WHERE sample = 1;
