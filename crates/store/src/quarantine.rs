//! Quarantine: every row that was not accepted, with its place, the reason and the text as it stood in the file.
//! (A zero byte, which PostgreSQL's text cannot hold, is kept as U+2400 `␀`.)

use crate::{Access, Result, Store, Tx, bulk::Bulk, db::clean};

/// A row that was not accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// which file of the import, from 0
    pub file: u32,
    /// line in the file, from 1
    pub line: u64,
    /// column at fault, by header
    pub column: Option<String>,
    /// machine name of the reason
    pub code: String,
    /// the cell's text
    pub value: Option<String>,
    /// the whole row as text
    pub raw: String,
    /// what the message needs
    pub params: serde_json::Value,
}

/// Rows of one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// the reason
    pub code: String,
    /// how many
    pub rows: u64,
}

#[derive(sqlx::FromRow)]
struct Stored {
    position: i64,
    file: i64,
    line: i64,
    column_name: Option<String>,
    code: String,
    value: Option<String>,
    raw: String,
    params: String,
}

statements! {
    NEXT = "SELECT CAST(COALESCE(MAX(position) + 1, 0) AS BIGINT) FROM quarantine_rows WHERE import = $1";
    PAGE = "SELECT position, file, line, column_name, code, value, raw, params FROM quarantine_rows
        WHERE import = $1 AND position >= $2 ORDER BY position LIMIT $3";
    BY_CODE = "SELECT code, COUNT(*) FROM quarantine_rows WHERE import = $1 GROUP BY code ORDER BY COUNT(*) DESC, code";
    COUNT = "SELECT COUNT(*) FROM quarantine_rows WHERE import = $1";
    CLEAR = "DELETE FROM quarantine_rows WHERE import = $1";
}

pub(crate) const INSERT: Bulk = Bulk {
    head: "INSERT INTO quarantine_rows (import, position, file, line, column_name, code, value, raw, params) VALUES",
    width: 9,
    tail: "",
};

/// Appends rows to an import's quarantine, streaming; answers how many.
pub async fn append(tx: &mut Tx, import: &str, rows: impl Iterator<Item = Row> + Send) -> Result<u64> {
    let first = scalar!(&mut *tx, i64, NEXT, import)?;
    let numbered = rows.enumerate();
    Ok(bulk!(tx, INSERT, numbered, |(i, r)| [
        import,
        first + i as i64,
        i64::from(r.file),
        r.line as i64,
        r.column.map(clean),
        r.code,
        r.value.map(clean),
        clean(r.raw),
        clean(r.params.to_string()),
    ]))
}

/// Empties an import's quarantine (before it is checked again).
pub async fn clear(db: impl Access, import: &str) -> Result<u64> {
    execute!(db, CLEAR, import)
}

/// A page of rows from `position` on, with the position of the next page if there is one.
pub async fn page(db: impl Access, import: &str, position: u64, limit: u32) -> Result<(Vec<Row>, Option<u64>)> {
    let stored = rows!(db, Stored, PAGE, import, position as i64, i64::from(limit))?;
    let next = (stored.len() == limit as usize).then(|| stored.last().map(|r| r.position as u64 + 1)).flatten();
    let rows = stored
        .into_iter()
        .map(|r| {
            Ok(Row {
                file: r.file as u32,
                line: r.line as u64,
                column: r.column_name,
                code: r.code,
                value: r.value,
                raw: r.raw,
                params: serde_json::from_str(&r.params)?,
            })
        })
        .collect::<Result<_>>()?;
    Ok((rows, next))
}

/// Hands every row to `each`, a page at a time.
pub async fn each(store: &Store, import: &str, mut each: impl FnMut(Row) + Send) -> Result<()> {
    let mut at = Some(0);
    while let Some(position) = at {
        let (rows, next) = page(store, import, position, 2_000).await?;
        rows.into_iter().for_each(&mut each);
        at = next;
    }
    Ok(())
}

/// How many rows of each reason, most first.
pub async fn counts(db: impl Access, import: &str) -> Result<Vec<Count>> {
    let rows = rows!(db, (String, i64), BY_CODE, import)?;
    Ok(rows.into_iter().map(|(code, n)| Count { code, rows: n.max(0) as u64 }).collect())
}

/// How many rows there are.
pub async fn count(db: impl Access, import: &str) -> Result<u64> {
    scalar!(db, i64, COUNT, import).map(|n| n.max(0) as u64)
}
