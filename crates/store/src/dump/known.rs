//! What a schema of ours holds: found by making one.

use crate::{Error, Result, db::SQLITE};
use sqlx::{ConnectOptions, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions};
use std::collections::BTreeSet;

/// The tables of the schema that these migrations make, by name.
pub async fn known_tables(versions: &[i64]) -> Result<BTreeSet<String>> {
    let mut there: SqliteConnection = SqliteConnectOptions::new().in_memory(true).connect().await?;
    only(&SQLITE, versions)?.run_direct(None, &mut there, false).await?;
    let names = sqlx::query_as::<_, (String,)>(super::reading::SQLITE_TABLES).fetch_all(&mut there).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// The migrations this program knows.
pub fn known_versions() -> Vec<i64> {
    SQLITE.migrations.iter().map(|m| m.version).collect()
}

/// A migrator that stops at these migrations.
pub(super) fn only(all: &Migrator, versions: &[i64]) -> Result<Migrator> {
    if let Some(unknown) = versions.iter().find(|v| !all.version_exists(**v)) {
        return Err(Error::NewerSchema { version: *unknown });
    }
    Ok(Migrator::with_migrations(all.iter().filter(|m| versions.contains(&m.version)).cloned().collect()))
}
