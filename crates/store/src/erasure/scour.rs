//! What a database leaves behind of deleted rows: pages that are free, the log of changes, dead versions of rows.

use crate::{
    Result, Store,
    db::{Inner, PATIENCE},
};
use std::time::Duration;

const VACUUM: &str = "VACUUM";
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// Looks whether readers let go of the log, a fifth of a second apart.
const LOOKS: u32 = 100;
/// Locks a table while it is written anew, so it is given up rather than waited for long.
const SHORT: &str = "SET lock_timeout = '5s'";
const LONG: &str = "RESET lock_timeout";
/// PostgreSQL's tables of ours that rows of people are deleted from or changed in.
const OURS: &str = "SELECT quote_ident(c.relname)::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations' AND c.relname <> 'audit' ORDER BY c.relname";

/// Schemas of PostgreSQL in which a restore kept what was there before.
const ASIDE: &str = "SELECT quote_ident(nspname)::text FROM pg_namespace WHERE nspname LIKE 'before!_restore!_%' ESCAPE '!' ORDER BY nspname";

/// Those schemas in which this business lay, quoted; none on SQLite, where such a copy is a folder. Others' of one database stay theirs.
pub async fn aside(store: &Store, workspace: &str) -> Result<Vec<String>> {
    let Inner::Postgres(pool) = &store.0 else { return Ok(Vec::new()) };
    let mut ours = Vec::new();
    for (name,) in sqlx::query_as::<_, (String,)>(ASIDE).fetch_all(pool).await? {
        // the name is one the database says it has, quoted by it; a schema without the table is nobody's
        let text = ["SELECT id FROM ", &name, ".workspace"].concat();
        let whose = sqlx::query_as::<_, (String,)>(sqlx::AssertSqlSafe(text)).persistent(false).fetch_optional(pool).await;
        if whose.ok().flatten().is_some_and(|(id,)| id == workspace) {
            ours.push(name);
        }
    }
    Ok(ours)
}

/// Drops them; answers how many.
pub async fn drop_aside(store: &Store, workspace: &str) -> Result<usize> {
    let names = aside(store, workspace).await?;
    if let Inner::Postgres(pool) = &store.0 {
        for name in &names {
            // the name is one the database says it has, quoted by it
            let text = ["DROP SCHEMA ", name, " CASCADE"].concat();
            sqlx::query(sqlx::AssertSqlSafe(text)).execute(pool).await?;
        }
    }
    Ok(names.len())
}

impl Store {
    /// The file of a SQLite database that is open.
    pub fn file_beside(&self) -> Option<std::path::PathBuf> {
        match &self.0 {
            Inner::Sqlite { pool, .. } => Some(pool.connect_options().get_filename().to_path_buf()),
            Inner::Postgres(_) => None,
        }
    }

    /// Writes the database anew without what is no longer in it: SQLite's file and its log, PostgreSQL's tables. Answers whether
    /// the log is empty, too. Safe to call again.
    ///
    /// # Errors
    /// [`crate::Error::Busy`] while somebody reads or writes for too long; when the database refuses.
    pub async fn scour(&self) -> Result<bool> {
        match &self.0 {
            Inner::Sqlite { pool, writer, .. } => {
                let _turn = tokio::time::timeout(PATIENCE, writer.lock()).await.map_err(|_| crate::Error::Busy)?;
                let mut there = pool.acquire().await?;
                sqlx::query(VACUUM).execute(&mut *there).await?;
                for _ in 0..LOOKS {
                    let (busy, _, _): (i64, i64, i64) = sqlx::query_as(CHECKPOINT).fetch_one(&mut *there).await?;
                    if busy == 0 {
                        return Ok(true);
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Ok(false)
            }
            Inner::Postgres(pool) => {
                let mut there = pool.acquire().await?;
                sqlx::query(SHORT).execute(&mut *there).await?;
                let names: Vec<(String,)> = sqlx::query_as(OURS).fetch_all(&mut *there).await?;
                let mut all = true;
                for (name,) in names {
                    // the name is one the database says it has, quoted by it
                    let text = ["VACUUM (FULL) ", &name].concat();
                    if let Err(e) = sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut *there).await {
                        tracing::warn!(table = %name, error = %e, "a table could not be written anew");
                        all = false;
                    }
                }
                sqlx::query(LONG).execute(&mut *there).await?;
                Ok(all)
            }
        }
    }
}
