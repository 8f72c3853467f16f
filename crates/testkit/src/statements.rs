//! What a page for questions in SQL must not answer.

/// Statements that would read, write, make or set something, name what is not theirs, or be too much.
pub fn hostile() -> Vec<String> {
    let mut all: Vec<String> = [
        // files, and what would make or write some
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "SELECT * FROM parquet_metadata('/tmp/x.parquet')",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE TABLE x AS SELECT * FROM orders",
        "CREATE VIEW x AS SELECT 1",
        "CREATE SCHEMA x",
        "CREATE DATABASE x",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "COPY orders TO '/tmp/x.parquet'",
        "COPY (SELECT * FROM customers) TO '/tmp/x.csv'",
        "COPY orders FROM '/etc/passwd'",
        "INSERT INTO orders SELECT * FROM orders",
        "UPDATE orders SET paid = 0",
        "DELETE FROM orders",
        "MERGE INTO orders USING orders o ON true WHEN MATCHED THEN DELETE",
        "TRUNCATE TABLE orders",
        "DROP TABLE orders",
        "DROP VIEW customers",
        "ALTER TABLE orders ADD COLUMN x INT",
        "SELECT * INTO x FROM orders",
        "ATTACH DATABASE '/tmp/x.db' AS x",
        "LOAD 'evil'",
        "INSTALL httpfs",
        // what would set or tell something of the engine
        "SET datafusion.execution.batch_size = 1",
        "SET search_path = x",
        "RESET ALL",
        "SHOW TABLES",
        "SHOW ALL",
        "SHOW COLUMNS FROM orders",
        "DESCRIBE orders",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT * FROM customers",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "BEGIN",
        "COMMIT",
        "CALL x()",
        "PRAGMA database_list",
        "ANALYZE orders",
        "VACUUM",
        "GRANT ALL ON orders TO public",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM information_schema.df_settings",
        "SELECT * FROM information_schema.columns",
        "SELECT * FROM datafusion.public.orders",
        "SELECT * FROM public.orders",
        "SELECT version()",
        "SELECT current_user",
        "SELECT arrow_typeof(net) FROM features",
        "SELECT arrow_cast(net, 'Utf8') FROM features",
        "SELECT get_field(struct(1), 'c0')",
        "SELECT uuid()",
        "SELECT random()",
        "SELECT hide(name) FROM customers",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT getenv('HOME')",
        // other tables of the house, and another's
        "SELECT * FROM users",
        "SELECT * FROM sessions",
        "SELECT * FROM tokens",
        "SELECT * FROM attributes",
        "SELECT * FROM ducklake_data_file",
        "SELECT * FROM wsp_other.orders",
        "SELECT row_key FROM orders",
        "SELECT recorded_at FROM orders",
        // table functions, sequences, recursion, forms nobody needs
        "SELECT * FROM generate_series(1, 1000000000)",
        "SELECT * FROM range(1, 1000000000)",
        "SELECT unnest([1, 2, 3])",
        "SELECT * FROM UNNEST([1, 2, 3])",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT * FROM orders TABLESAMPLE BERNOULLI (10)",
        "SELECT * FROM orders FOR UPDATE",
        "TABLE orders",
        "SELECT * FROM orders, LATERAL (SELECT 1) x",
        "SELECT $1",
        "SELECT @@version",
        "SELECT x -> 'a' FROM (SELECT '{}' AS x) t",
        "SELECT 'a' ~ 'b'",
        "SELECT array_agg(name) FROM customers",
        "SELECT string_agg(name, ',') FROM customers",
        "SELECT repeat('x', 1000000000)",
        "SELECT lpad('x', 1000000000)",
        "SELECT replace(name, 'a', 'bb') FROM customers",
        "SELECT regexp_replace(name, '(a+)+$', 'x') FROM customers",
        "SELECT CAST('x' AS BYTEA)",
        "SELECT CAST(1 AS INT[])",
        "VALUES (1); DROP TABLE orders",
        "SELECT 1; COPY orders TO '/tmp/x'",
        "SELECT 1 -- \n; SET x = 1",
        "/* SELECT */ DROP TABLE orders",
        "SELECT * FROM (DELETE FROM orders RETURNING *) x",
        "WITH x AS (INSERT INTO orders VALUES (1) RETURNING *) SELECT * FROM x",
    ]
    .iter()
    .map(|t| (*t).to_owned())
    .collect();
    // too much: depth, size, texts that double, tables that double
    all.push(format!("SELECT {}1{}", "(".repeat(400), ")".repeat(400)));
    all.push(format!("SELECT {}1", "NOT ".repeat(300)));
    all.push(format!("SELECT {}", vec!["1"; 600].join(" + ")));
    all.push(format!("SELECT {}", vec!["1"; 2_000].join(", ")));
    all.push(vec!["SELECT 1"; 100].join(" UNION ALL "));
    all.push(format!("SELECT {}", vec!["'xxxxxxxx'"; 40].join(" || ")));
    all.push(format!("SELECT '{}'", "x".repeat(5_000)));
    all.push("SELECT 1 ".repeat(2_000));
    let mut doubled = "WITH a0 AS (SELECT * FROM orders)".to_owned();
    for n in 1..20 {
        doubled.push_str(&format!(", a{n} AS (SELECT x.day FROM a{} x, a{} y)", n - 1, n - 1));
    }
    all.push(format!("{doubled} SELECT count(*) FROM a19"));
    all
}
