-- A file may be imported again once an import before it was taken back: what it then brings is what is missing.
DROP INDEX imports_content;
CREATE INDEX imports_content ON imports (fingerprint);
