//! A schema of one's own in a shared PostgreSQL database: every connection of its address sees it and nothing else.

use super::quoted;
use crate::{Error, Result, db::reach};
use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};
use std::str::FromStr;

/// The address of a schema of a PostgreSQL database. SQLite has none: another file is another database.
pub fn schema_address(url: &str, schema: &str) -> Result<String> {
    let scheme = url.split(':').next().unwrap_or_default();
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(Error::Address { scheme: scheme.to_owned() });
    }
    let joint = if url.contains('?') { "&" } else { "?" };
    Ok([url, joint, "options[search_path]=", schema].concat())
}

/// Makes the schema of an address of [`schema_address`], if it is not there.
pub async fn make_schema(url: &str, schema: &str) -> Result<()> {
    let options = PgConnectOptions::from_str(url)?.application_name("zhiyin").disable_statement_logging();
    reach(&options).await?;
    let mut there = options.connect().await?;
    let text = ["CREATE SCHEMA IF NOT EXISTS ", &quoted(schema)].concat();
    let made = sqlx::query(sqlx::AssertSqlSafe(text)).persistent(false).execute(&mut there).await;
    there.close().await?;
    match made {
        // two processes may make it at the same instant; the loser finds it made
        Err(sqlx::Error::Database(e)) if matches!(e.code().as_deref(), Some("23505" | "42P06")) => Ok(()),
        made => Ok(made.map(|_| ())?),
    }
}

/// How our connections name themselves: those of a schema of their own by it, so that who uses it can be told.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url)?;
    let name = options.get_options().and_then(|o| o.rsplit_once("search_path=")).map_or_else(|| "zhiyin".to_owned(), |(_, schema)| ["zhiyin ", schema].concat());
    Ok(options.application_name(&name))
}
