//! Mapping templates: how files with a given header were read last time, so that next month's file needs no questions.

use crate::{Access, Result};
use domain::clock::Instant;

/// A remembered mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// signature of the header row, made by `sources`
    pub signature: String,
    /// `sources::Mapping` as JSON
    pub mapping: serde_json::Value,
    /// who saved it
    pub author: String,
    /// first saved
    pub created_at: Instant,
    /// last saved
    pub used_at: Instant,
    /// how often
    pub uses: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    signature: String,
    mapping: String,
    author: String,
    created_at: i64,
    used_at: i64,
    uses: i64,
}

statements! {
    GET = "SELECT signature, mapping, author, created_at, used_at, uses FROM mapping_templates WHERE signature = $1";
    LIST = "SELECT signature, mapping, author, created_at, used_at, uses FROM mapping_templates ORDER BY used_at DESC, signature";
    PUT = "INSERT INTO mapping_templates (signature, mapping, author, created_at, used_at, uses)
        VALUES ($1, $2, $3, $4, $4, 1)
        ON CONFLICT (signature) DO UPDATE SET mapping = excluded.mapping, author = excluded.author,
            used_at = excluded.used_at, uses = mapping_templates.uses + 1";
    DELETE = "DELETE FROM mapping_templates WHERE signature = $1";
}

fn template(r: Row) -> Result<Template> {
    Ok(Template {
        mapping: serde_json::from_str(&r.mapping)?,
        signature: r.signature,
        author: r.author,
        created_at: Instant(r.created_at),
        used_at: Instant(r.used_at),
        uses: r.uses.max(0) as u64,
    })
}

/// The mapping remembered for a header.
pub async fn get(db: impl Access, signature: &str) -> Result<Option<Template>> {
    optional!(db, Row, GET, signature)?.map(template).transpose()
}

/// All, the last used first.
pub async fn list(db: impl Access) -> Result<Vec<Template>> {
    rows!(db, Row, LIST)?.into_iter().map(template).collect()
}

/// Remembers a mapping, in place of an earlier one.
pub async fn put(
    db: impl Access,
    signature: &str,
    mapping: &serde_json::Value,
    author: &str,
    now: Instant,
) -> Result<()> {
    execute!(db, PUT, signature, mapping.to_string(), author, now.0).map(|_| ())
}

/// Forgets one.
pub async fn delete(db: impl Access, signature: &str) -> Result<bool> {
    Ok(execute!(db, DELETE, signature)? == 1)
}
