//! The workspace: name, business time zone, reporting currency, language. One a store.

use crate::{Access, Error, Result};
use domain::clock::Instant;

/// The workspace's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// `wsp_…`
    pub id: String,
    /// display name
    pub name: String,
    /// IANA name; decides business days
    pub time_zone: String,
    /// ISO 4217 code of the reporting currency
    pub currency: String,
    /// `zh-CN` or `en`
    pub lang: String,
    /// made
    pub created_at: Instant,
    /// last changed
    pub updated_at: Instant,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    time_zone: String,
    currency: String,
    lang: String,
    created_at: i64,
    updated_at: i64,
}

statements! {
    GET = "SELECT id, name, time_zone, currency, lang, created_at, updated_at FROM workspace";
    INSERT = "INSERT INTO workspace (one, id, name, time_zone, currency, lang, created_at, updated_at)
        VALUES (1, $1, $2, $3, $4, $5, $6, $7)";
    UPDATE = "UPDATE workspace SET name = $1, time_zone = $2, currency = $3, lang = $4, updated_at = $5";
    RECKONED = "SELECT COUNT(*) FROM (
        SELECT 1 AS there FROM imports WHERE status NOT IN ('failed', 'undone')
        UNION ALL SELECT 1 FROM ducklake_data_file WHERE end_snapshot IS NULL
        UNION ALL SELECT 1 FROM inbox
        UNION ALL SELECT 1 FROM records
        LIMIT 1) AS reckoned";
}

/// The workspace, if set-up is done.
pub async fn get(db: impl Access) -> Result<Option<Workspace>> {
    let row = optional!(db, Row, GET)?;
    Ok(row.map(|r| Workspace {
        id: r.id,
        name: r.name,
        time_zone: r.time_zone,
        currency: r.currency,
        lang: r.lang,
        created_at: Instant(r.created_at),
        updated_at: Instant(r.updated_at),
    }))
}

/// Is anything reckoned by its time zone and currency, or about to be: an import that is in or on its way, facts, what programs
/// posted, records? Then both stay.
pub async fn reckoned(db: impl Access) -> Result<bool> {
    Ok(scalar!(db, i64, RECKONED)? > 0)
}

/// Makes the workspace; `Taken` if there is one.
pub async fn create(db: impl Access, w: &Workspace) -> Result<()> {
    execute!(
        db, INSERT, w.id.as_str(), w.name.as_str(), w.time_zone.as_str(), w.currency.as_str(), w.lang.as_str(),
        w.created_at.0, w.updated_at.0,
    )
    .map(|_| ())
    .map_err(|e| e.taken("workspace"))
}

/// Changes name, time zone, currency and language.
pub async fn update(db: impl Access, w: &Workspace) -> Result<()> {
    let touched = execute!(
        db, UPDATE, w.name.as_str(), w.time_zone.as_str(), w.currency.as_str(), w.lang.as_str(), w.updated_at.0,
    )?;
    if touched == 1 { Ok(()) } else { Err(Error::none("workspace", &w.id)) }
}
