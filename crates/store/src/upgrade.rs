//! Before a schema is brought up to date: is it older than the program, and a copy to go back to.

use crate::{
    Error, Result, Store,
    db::{Inner, PATIENCE, POSTGRES, SQLITE, reach},
};
use sqlx::{
    ConnectOptions, Connection, PgConnection, Postgres, Sqlite,
    migrate::Migrate,
    postgres::PgPoolOptions,
    sqlite::SqliteConnectOptions,
};
use std::{path::{Path, PathBuf}, str::FromStr};

/// A schema that is older than the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outdated {
    /// its newest migration
    pub version: i64,
    /// migrations it lacks
    pub missing: Vec<i64>,
}

const SQLITE_HAS: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
const POSTGRES_HAS: &str = "SELECT COUNT(*) FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'";
const APPLIED: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
const COPY: &str = "VACUUM INTO $1";

impl Store {
    /// The file of a SQLite database; none for PostgreSQL.
    pub fn file(url: &str) -> Result<Option<PathBuf>> {
        match url.split(':').next().unwrap_or_default() {
            "sqlite" => Ok(Some(SqliteConnectOptions::from_str(url)?.get_filename().to_path_buf())),
            "postgres" | "postgresql" => Ok(None),
            other => Err(Error::Address { scheme: other.to_owned() }),
        }
    }

    /// Is the schema at this address older than the program? `None` also where there is nothing yet, or something newer.
    pub async fn outdated(url: &str) -> Result<Option<Outdated>> {
        let (applied, known) = match Store::file(url)? {
            Some(file) if !file.exists() => return Ok(None),
            Some(_) => {
                let mut there = SqliteConnectOptions::from_str(url)?.busy_timeout(PATIENCE).connect().await?;
                let (has,): (i64,) = sqlx::query_as::<Sqlite, _>(SQLITE_HAS).fetch_one(&mut there).await?;
                let applied = match has {
                    0 => Vec::new(),
                    _ => sqlx::query_as::<Sqlite, (i64,)>(APPLIED).fetch_all(&mut there).await?,
                };
                there.close().await?;
                (applied, &SQLITE)
            }
            None => {
                let options = crate::dump::options(url)?;
                reach(&options).await?;
                let mut there: PgConnection = options.connect().await?;
                // whoever opened it at the same moment may be bringing it up to date under this lock: what they are at is no old schema
                there.lock().await?;
                let (has,): (i64,) = sqlx::query_as::<Postgres, _>(POSTGRES_HAS).fetch_one(&mut there).await?;
                let applied = match has {
                    0 => Vec::new(),
                    _ => sqlx::query_as::<Postgres, (i64,)>(APPLIED).fetch_all(&mut there).await?,
                };
                there.unlock().await?;
                there.close().await?;
                (applied, &POSTGRES)
            }
        };
        let applied: Vec<i64> = applied.into_iter().map(|(v,)| v).collect();
        let missing: Vec<i64> = known.iter().map(|m| m.version).filter(|v| !applied.contains(v)).collect();
        let newer = applied.iter().any(|v| !known.version_exists(*v));
        Ok(applied.last().filter(|_| !newer && !missing.is_empty()).map(|version| Outdated { version: *version, missing }))
    }

    /// Opens a PostgreSQL database with the schema it has, to copy what is there.
    pub async fn as_it_is(url: &str) -> Result<Store> {
        if Store::file(url)?.is_some() {
            return Err(Error::Invalid("a SQLite file is copied as it is".to_owned()));
        }
        let options = crate::dump::options(url)?;
        reach(&options).await?;
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options).await?;
        Ok(Store(Inner::Postgres(pool)))
    }

    /// Copies a SQLite database with the schema it has into a file, which must be new or empty; whoever writes to it goes on.
    /// Answers the newest migration of the copy.
    pub async fn copy_file(url: &str, to: &Path) -> Result<i64> {
        let mut there = SqliteConnectOptions::from_str(url)?.busy_timeout(PATIENCE).connect().await?;
        sqlx::query(COPY).bind(to.to_string_lossy().into_owned()).execute(&mut there).await?;
        there.close().await?;
        let mut copy = SqliteConnectOptions::new().filename(to).read_only(true).connect().await?;
        let (version,) = sqlx::query_as::<Sqlite, (i64,)>("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut copy).await?;
        copy.close().await?;
        Ok(version)
    }
}
