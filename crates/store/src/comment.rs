//! Comments: the free text of answers. It may name people, so it lives here and never in the lake.

use crate::{Access, Result, Tx, bulk::Bulk, db::clean};
use domain::{CustomerKey, clock::Instant};

/// Free text of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// the answer's row in the lake
    pub row_key: i64,
    /// whose
    pub customer: CustomerKey,
    /// when
    pub at: Instant,
    /// which question
    pub question: String,
    /// where
    pub channel: Option<String>,
    /// the text
    pub body: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    row_key: i64,
    customer: i64,
    at: i64,
    question: String,
    channel: Option<String>,
    body: String,
}

statements! {
    OF = "SELECT row_key, customer, at, question, channel, body FROM comments
        WHERE customer = $1 OR customer IN (SELECT c.key FROM customers c WHERE c.root = $1) ORDER BY at DESC, row_key";
    COUNT = "SELECT COUNT(*) FROM comments";
}

pub(crate) const INSERT: Bulk = Bulk {
    head: "INSERT INTO comments (row_key, customer, at, question, channel, body, added) VALUES",
    width: 7,
    tail: " ON CONFLICT (row_key) DO NOTHING",
};

/// A customer's comments, newest first.
pub async fn of(db: impl Access, customer: CustomerKey) -> Result<Vec<Comment>> {
    let rows = rows!(db, Row, OF, i64::from(customer.0))?;
    Ok(rows
        .into_iter()
        .map(|r| Comment {
            row_key: r.row_key,
            customer: CustomerKey(r.customer as u32),
            at: Instant(r.at),
            question: r.question,
            channel: r.channel,
            body: r.body,
        })
        .collect())
}

/// How many there are.
pub async fn count(db: impl Access) -> Result<u64> {
    scalar!(db, i64, COUNT).map(|n| n.max(0) as u64)
}

/// Adds comments of the commit of `added`; one that is there stays as it is.
pub(crate) async fn insert(tx: &mut Tx, rows: impl Iterator<Item = Comment> + Send, added: i64) -> Result<u64> {
    Ok(bulk!(tx, INSERT, rows, |c| [
        c.row_key,
        i64::from(c.customer.0),
        c.at.0,
        clean(c.question),
        c.channel.map(clean),
        clean(c.body),
        added,
    ]))
}
