-- A page asks for every mark of some rows of customers.
CREATE INDEX marks_chunk ON marks (chunk);
-- Notes that were taken away are forgotten after a while.
CREATE INDEX notes_removed ON notes (removed_at) WHERE removed_at IS NOT NULL;
