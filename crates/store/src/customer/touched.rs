//! Whose names, identifiers or contacts changed: a counter that every change of them moves, and with it the customers. What
//! stands in memory to find customers by asks with every search.

use crate::{Access, Result, Store, Tx, counter};
use domain::CustomerKey;
use std::collections::BTreeSet;

/// What the counter is called.
const COUNTER: &str = "touched";
/// Of more customers it is only said that there were many.
const MOST: usize = 50_000;
/// So many changes are told; who missed more reads all.
const TOLD: i64 = 256;

statements! {
    PUT = "INSERT INTO touched (version, customers) VALUES ($1, $2)";
    FORGET = "DELETE FROM touched WHERE version <= $1";
    SINCE = "SELECT version, customers FROM touched WHERE version > $1 ORDER BY version";
}

/// How many changes there have been.
pub async fn version(db: impl Access) -> Result<i64> {
    counter::value(db, COUNTER).await
}

/// Known customers who changed after the change `version`; `None` if that cannot be said, and all are to be read. New ones are
/// not among them.
pub async fn since(store: &Store, version: i64) -> Result<Option<Vec<CustomerKey>>> {
    let rows = rows!(store, (i64, Option<Vec<u8>>), SINCE, version)?;
    let whole = rows.first().is_some_and(|(first, _)| *first == version + 1);
    let mut keys = BTreeSet::new();
    for (_, customers) in rows {
        let Some(customers) = customers.filter(|_| whole) else { return Ok(None) };
        keys.extend(customers.as_chunks::<4>().0.iter().map(|k| CustomerKey(u32::from_le_bytes(*k))));
    }
    Ok(whole.then(|| keys.into_iter().collect()))
}

/// Known customers whose names, identifiers or contacts a transaction changes.
#[derive(Debug, Default)]
pub(crate) struct Touched(BTreeSet<CustomerKey>);

impl Touched {
    /// One more.
    pub(crate) fn add(&mut self, key: CustomerKey) {
        if self.0.len() <= MOST {
            self.0.insert(key);
        }
    }

    /// Nobody?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<CustomerKey> for Touched {
    fn from_iter<I: IntoIterator<Item = CustomerKey>>(keys: I) -> Touched {
        let mut touched = Touched::default();
        keys.into_iter().for_each(|k| touched.add(k));
        touched
    }
}

/// Notes who changed, in the transaction that changes them. `None`: some are gone.
pub(crate) async fn note(tx: &mut Tx, touched: Option<&Touched>) -> Result<()> {
    let now = counter::moved(&mut *tx, COUNTER).await?;
    let told = touched.filter(|t| t.0.len() <= MOST);
    let bytes = told.map(|t| t.0.iter().flat_map(|k| k.0.to_le_bytes()).collect::<Vec<u8>>());
    execute!(&mut *tx, PUT, now, bytes)?;
    execute!(tx, FORGET, now - TOLD).map(|_| ())
}
