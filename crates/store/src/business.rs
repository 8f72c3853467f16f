//! The businesses a server holds besides the first, in whose store this list is. What is in them is in stores of their own.

use crate::{Access, Error, Result, Tx, db::Inner};
use domain::clock::Instant;
use sqlx::{ConnectOptions, Connection, PgConnection, Postgres, Sqlite, sqlite::SqliteConnectOptions};

const SQLITE_HAS: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'businesses'";
const POSTGRES_HAS: &str = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'businesses'";
const BYTES: &str = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')";

/// A further business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Business {
    /// `biz_…`; names its folder and its schema
    pub id: String,
    /// its part of an address; stays for good
    pub slug: String,
    /// added
    pub created_at: Instant,
    /// its folder and its tables were made
    pub made_at: Option<Instant>,
    /// not served since
    pub archived_at: Option<Instant>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    slug: String,
    created_at: i64,
    made_at: Option<i64>,
    archived_at: Option<i64>,
}

impl From<Row> for Business {
    fn from(r: Row) -> Business {
        Business { id: r.id, slug: r.slug, created_at: Instant(r.created_at), made_at: r.made_at.map(Instant), archived_at: r.archived_at.map(Instant) }
    }
}

statements! {
    LIST = "SELECT id, slug, created_at, made_at, archived_at FROM businesses ORDER BY slug";
    GET = "SELECT id, slug, created_at, made_at, archived_at FROM businesses WHERE id = $1";
    BY_SLUG = "SELECT id, slug, created_at, made_at, archived_at FROM businesses WHERE slug = $1";
    INSERT = "INSERT INTO businesses (id, slug, created_at, made_at, archived_at) VALUES ($1, $2, $3, $4, $5)";
    MADE = "UPDATE businesses SET made_at = $2 WHERE id = $1 AND made_at IS NULL";
    ARCHIVE = "UPDATE businesses SET archived_at = $2 WHERE id = $1 AND archived_at IS NULL";
    REOPEN = "UPDATE businesses SET archived_at = NULL WHERE id = $1 AND archived_at IS NOT NULL";
    FORGET = "DELETE FROM businesses";
}

/// Every one, by slug.
pub async fn list(db: impl Access) -> Result<Vec<Business>> {
    Ok(rows!(db, Row, LIST)?.into_iter().map(Business::from).collect())
}

/// One by id.
pub async fn get(db: impl Access, id: &str) -> Result<Option<Business>> {
    Ok(optional!(db, Row, GET, id)?.map(Business::from))
}

/// One by its part of an address.
pub async fn by_slug(db: impl Access, slug: &str) -> Result<Option<Business>> {
    Ok(optional!(db, Row, BY_SLUG, slug)?.map(Business::from))
}

/// Adds one; `Taken` if there is one of this slug, archived or not.
pub async fn create(tx: &mut Tx, b: &Business) -> Result<()> {
    let (made, archived) = (b.made_at.map(|t| t.0), b.archived_at.map(|t| t.0));
    execute!(tx, INSERT, b.id.as_str(), b.slug.as_str(), b.created_at.0, made, archived).map_err(|e| e.taken("business")).map(|_| ())
}

/// Notes that its folder and tables are there. Twice is harmless.
pub async fn made(db: impl Access, id: &str, now: Instant) -> Result<()> {
    execute!(db, MADE, id, now.0).map(|_| ())
}

/// Is not served from now on; false if it was not before.
pub async fn archive(tx: &mut Tx, id: &str, now: Instant) -> Result<bool> {
    Ok(execute!(tx, ARCHIVE, id, now.0)? == 1)
}

/// Is served again; false if it was before.
pub async fn reopen(tx: &mut Tx, id: &str) -> Result<bool> {
    Ok(execute!(tx, REOPEN, id)? == 1)
}

/// What a server knows of its businesses stays true whatever backup of the first is restored.
pub async fn replace(tx: &mut Tx, all: &[Business]) -> Result<()> {
    execute!(&mut *tx, FORGET)?;
    for b in all {
        create(&mut *tx, b).await.map_err(|e| match e {
            Error::Taken { .. } => Error::Invalid("two businesses of one slug".to_owned()),
            e => e,
        })?;
    }
    Ok(())
}

/// What the store at an address knows of further businesses, whatever its schema; looks only. For who is about to replace it.
pub async fn known(url: &str) -> Result<Vec<Business>> {
    let found: Vec<Row> = match crate::Store::file(url)? {
        Some(file) => {
            let mut there = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
            let (has,): (i64,) = sqlx::query_as::<Sqlite, _>(SQLITE_HAS).fetch_one(&mut there).await?;
            let found = if has == 0 { Vec::new() } else { sqlx::query_as::<Sqlite, Row>(LIST).fetch_all(&mut there).await? };
            there.close().await?;
            found
        }
        None => {
            let mut there: PgConnection = crate::dump::options(url)?.connect().await?;
            let (has,): (i64,) = sqlx::query_as::<Postgres, _>(POSTGRES_HAS).fetch_one(&mut there).await?;
            let found = if has == 0 { Vec::new() } else { sqlx::query_as::<Postgres, Row>(LIST).fetch_all(&mut there).await? };
            there.close().await?;
            found
        }
    };
    Ok(found.into_iter().map(Business::from).collect())
}

impl crate::Store {
    /// Bytes its tables take on disk; none of its own for SQLite, whose file lies in a folder that is counted as it is.
    pub async fn bytes(&self) -> Result<u64> {
        let Inner::Postgres(pool) = &self.0 else { return Ok(0) };
        let (bytes,): (i64,) = sqlx::query_as::<Postgres, _>(BYTES).fetch_one(pool).await?;
        Ok(bytes.unsigned_abs())
    }
}
