//! Identifiers put right by hand: one comes, goes, or takes the place of another. What was taken from somebody is remembered, so that
//! no file gives it to them again; what a change did is kept for a while, so that it can be taken back.

use super::{identifier, touched};
use crate::{Access, Error, Result, Store, Tx, counter, db::clean};
use domain::{
    CustomerKey,
    identity::{Identifier, IdentifierKind},
};

/// What the counter is called.
const COUNTER: &str = "identifiers";

/// What somebody puts right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// under whose number
    pub customer: CustomerKey,
    /// kind of identifier
    pub kind: IdentifierKind,
    /// what there is
    pub before: Option<String>,
    /// what there shall be
    pub after: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    customer: i64,
    kind: i64,
    before: Option<String>,
    added: i64,
    after: Option<String>,
    again: bool,
}

statements! {
    WHOSE = "SELECT customer, added FROM identifiers WHERE kind = $1 AND value = $2";
    PUT = "INSERT INTO identifiers (kind, value, customer, added) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, value) DO NOTHING";
    TAKE = "DELETE FROM identifiers WHERE kind = $1 AND value = $2 AND customer = $3";
    REMEMBER = "INSERT INTO identifiers_removed (kind, value, customer) VALUES ($1, $2, $3) ON CONFLICT (kind, value, customer) DO NOTHING";
    FORGET = "DELETE FROM identifiers_removed WHERE kind = $1 AND value = $2 AND customer = $3";
    REMOVED = "SELECT kind, value, customer FROM identifiers_removed ORDER BY kind, value, customer";
    THERE = "SELECT COUNT(*) FROM customers WHERE key = $1";
    NOTE = "INSERT INTO change_identifiers (change, customer, kind, before, added, after, again) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    NOTED = "SELECT customer, kind, before, added, after, again FROM change_identifiers WHERE change = $1";
    DROP = "DELETE FROM change_identifiers WHERE change = $1";
}

/// How often identifiers were put right: whoever weighed an import by them looks whether they still stand.
pub async fn version(db: impl Access) -> Result<i64> {
    counter::value(db, COUNTER).await
}

/// What was taken from customers by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// as [`version`] said before it was read
    pub version: i64,
    /// what, and from whom
    pub identifiers: Vec<(Identifier, CustomerKey)>,
}

/// What was taken from customers by hand.
pub async fn removed(store: &Store) -> Result<Removed> {
    let version = version(store).await?;
    let rows = rows!(store, (i64, String, i64), REMOVED)?;
    let identifiers = rows.into_iter().map(|(kind, value, customer)| (identifier(kind, value), CustomerKey(customer as u32))).collect();
    Ok(Removed { version, identifiers })
}

/// Under whose number an identifier is kept; `None` for one nobody has.
pub async fn whose(db: impl Access, kind: IdentifierKind, value: &str) -> Result<Option<CustomerKey>> {
    Ok(optional!(db, (i64, i64), WHOSE, i64::from(kind.code()), value)?.map(|(customer, _)| CustomerKey(customer as u32)))
}

/// Begins a transaction beside which no import brings identifiers.
pub async fn begin(store: &Store) -> Result<Tx> {
    let mut tx = store.begin().await?;
    tx.lock_lake().await?;
    Ok(tx)
}

/// Puts it right, in a transaction of [`begin`] in which the change is written down already. `NotFound` if they do not have what is to
/// go, `Taken` if somebody has what is to come.
pub async fn put(tx: &mut Tx, change: &str, c: &Correction) -> Result<()> {
    let (kind, customer) = (i64::from(c.kind.code()), i64::from(c.customer.0));
    let (before, after) = (c.before.clone().map(clean), c.after.clone().map(clean));
    let mut added = 0;
    if let Some(value) = &before {
        let there = optional!(&mut *tx, (i64, i64), WHOSE, kind, value.as_str())?.filter(|(whose, _)| *whose == customer);
        added = there.ok_or_else(|| Error::none("identifier", c.kind.key()))?.1;
        execute!(&mut *tx, TAKE, kind, value.as_str(), customer)?;
        execute!(&mut *tx, REMEMBER, kind, value.as_str(), customer)?;
    }
    let mut again = false;
    if let Some(value) = &after {
        if execute!(&mut *tx, PUT, kind, value.as_str(), customer, 0i64)? != 1 {
            return Err(Error::Taken { what: "identifier" });
        }
        again = execute!(&mut *tx, FORGET, kind, value.as_str(), customer)? == 1;
    }
    execute!(&mut *tx, NOTE, change, customer, kind, before, added, after, again)?;
    moved(tx, c.customer).await
}

/// Puts it back as it was, in a transaction of [`begin`]; `false` if that is not possible any more, and the transaction is to be given up.
pub async fn put_back(tx: &mut Tx, change: &str) -> Result<bool> {
    let Some(r) = optional!(&mut *tx, Row, NOTED, change)? else { return Ok(false) };
    if scalar!(&mut *tx, i64, THERE, r.customer)? != 1 {
        return Ok(false);
    }
    if let Some(value) = &r.after {
        if execute!(&mut *tx, TAKE, r.kind, value.as_str(), r.customer)? != 1 {
            return Ok(false);
        }
        if r.again {
            execute!(&mut *tx, REMEMBER, r.kind, value.as_str(), r.customer)?;
        }
    }
    if let Some(value) = &r.before {
        if execute!(&mut *tx, PUT, r.kind, value.as_str(), r.customer, r.added)? != 1 {
            return Ok(false);
        }
        execute!(&mut *tx, FORGET, r.kind, value.as_str(), r.customer)?;
    }
    moved(tx, CustomerKey(r.customer as u32)).await.map(|()| true)
}

async fn moved(tx: &mut Tx, customer: CustomerKey) -> Result<()> {
    counter::moved(&mut *tx, COUNTER).await?;
    touched::note(tx, Some(&[customer].into_iter().collect())).await
}

/// Forgets what a change did: it can no longer be taken back.
pub(crate) async fn forget(tx: &mut Tx, change: &str) -> Result<()> {
    execute!(tx, DROP, change).map(|_| ())
}
