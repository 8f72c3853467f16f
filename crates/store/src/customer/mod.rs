//! Customers and their identifiers: the only place that joins a person to the dense number the lake knows.

pub mod put_right;
pub mod touched;
pub(crate) mod write;

pub use write::{CustomerChange, NewCustomer, NewIdentifier, by_hand, folded};

use crate::{Access, Result, Store, bulk::Bulk};
use domain::{
    CustomerKey,
    clock::Instant,
    identity::{Identifier, IdentifierKind},
};
use std::{collections::HashMap, ops::RangeInclusive};

/// A person or organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// the lake's number
    pub key: CustomerKey,
    /// `cus_…`
    pub id: String,
    /// organisation instead of person
    pub organisation: bool,
    /// display name
    pub name: Option<String>,
    /// who stands for them, if they were merged
    pub root: Option<CustomerKey>,
}

#[derive(sqlx::FromRow)]
struct Row {
    key: i64,
    id: String,
    organisation: bool,
    name: Option<String>,
    root: Option<i64>,
}

impl From<Row> for Customer {
    fn from(r: Row) -> Customer {
        Customer { key: CustomerKey(r.key as u32), id: r.id, organisation: r.organisation, name: r.name, root: r.root.map(|k| CustomerKey(k as u32)) }
    }
}

statements! {
    BY_ID = "SELECT key, id, organisation, name, root FROM customers WHERE id = $1";
    BY_KEY = "SELECT key, id, organisation, name, root FROM customers WHERE key = $1";
    IDS_OF = "SELECT id FROM customers WHERE key = $1 OR root = $1 ORDER BY key";
    PAGE = "SELECT key, id, organisation, name, root FROM customers WHERE key >= $1 ORDER BY key LIMIT $2";
    COUNT = "SELECT COUNT(*) FROM customers WHERE root IS NULL";
    RECORDED = "SELECT COALESCE(MAX(first_customer + new_customers), 0) FROM imports WHERE committed_at <= $1";
    GAPS = "SELECT first_key, last_key FROM customer_gaps ORDER BY first_key";
    ORGANISATIONS = "SELECT key FROM customers WHERE organisation = $1 AND root IS NULL ORDER BY key";
    IDENTIFIERS_OF = "SELECT kind, value FROM identifiers
        WHERE customer = $1 OR customer IN (SELECT c.key FROM customers c WHERE c.root = $1) ORDER BY kind, value";
    IDENTIFIERS_FROM = "SELECT kind, value, customer FROM identifiers WHERE kind = $1 AND value > $2 ORDER BY value LIMIT $3";
}

pub(crate) const BY_KEYS: Bulk = Bulk {
    head: "SELECT c.key, c.id, c.organisation, c.name, c.root FROM (VALUES",
    width: 1,
    tail: ") AS v CROSS JOIN customers c WHERE c.key = v.column1",
};
pub(crate) const BY_IDS: Bulk = Bulk {
    head: "SELECT c.id AS asked, r.key, r.id, r.organisation, r.name FROM (VALUES",
    width: 1,
    tail: ") AS v CROSS JOIN customers c CROSS JOIN customers r WHERE c.id = v.column1 AND r.key = COALESCE(c.root, c.key)",
};
pub(crate) const IDENTIFIERS_BY_KEYS: Bulk = Bulk {
    head: "SELECT i.kind, i.value, i.customer FROM (VALUES",
    width: 1,
    tail: ") AS v CROSS JOIN identifiers i WHERE i.customer = v.column1 ORDER BY i.customer, i.kind, i.value",
};
pub(crate) const MERGED_IDENTIFIERS: Bulk = Bulk {
    head: "SELECT i.kind, i.value, c.root FROM (VALUES",
    width: 1,
    tail: ") AS v CROSS JOIN customers c CROSS JOIN identifiers i
        WHERE c.root = v.column1 AND i.customer = c.key ORDER BY c.root, i.kind, i.value",
};
pub(crate) const RESOLVE: Bulk = Bulk {
    head: "SELECT i.kind, i.value, i.customer FROM (VALUES",
    width: 2,
    tail: ") AS v CROSS JOIN identifiers i WHERE i.kind = v.column1 AND i.value = v.column2",
};

fn identifier(kind: i64, value: String) -> Identifier {
    let kind = u8::try_from(kind).ok().and_then(IdentifierKind::of_code).unwrap_or(IdentifierKind::External);
    Identifier { kind, value }
}

/// By public id.
pub async fn get(db: impl Access, id: &str) -> Result<Option<Customer>> {
    Ok(optional!(db, Row, BY_ID, id)?.map(Customer::from))
}

/// By number.
pub async fn by_key(db: impl Access, key: CustomerKey) -> Result<Option<Customer>> {
    Ok(optional!(db, Row, BY_KEY, i64::from(key.0))?.map(Customer::from))
}

/// By numbers, for a page of a list; numbers that belong to nobody are left out.
pub async fn by_keys(store: &Store, keys: &[CustomerKey]) -> Result<HashMap<CustomerKey, Customer>> {
    let rows = bulk_rows!(store, Row, BY_KEYS, keys.iter(), |k| [i64::from(k.0)]);
    Ok(rows.into_iter().map(Customer::from).map(|c| (c.key, c)).collect())
}

/// By public ids, for the list of a static segment: whoever was merged is whoever stands for them; ids that belong to nobody are left
/// out.
pub async fn by_ids(store: &Store, ids: &[String]) -> Result<HashMap<String, Customer>> {
    let rows = bulk_rows!(store, (String, i64, String, bool, Option<String>), BY_IDS, ids.iter(), |id| [id.as_str()]);
    let found = |(asked, key, id, organisation, name): (String, i64, String, bool, Option<String>)| {
        (asked, Customer { key: CustomerKey(key as u32), id, organisation, name, root: None })
    };
    Ok(rows.into_iter().map(found).collect())
}

/// By public id, and for whoever was merged whoever stands for them.
pub async fn standing(store: &Store, id: &str) -> Result<Option<Customer>> {
    match get(store, id).await? {
        Some(Customer { root: Some(root), .. }) => by_key(store, root).await,
        found => Ok(found),
    }
}

/// A customer's public id and those of whoever was merged into them.
pub async fn ids_of(db: impl Access, key: CustomerKey) -> Result<Vec<String>> {
    Ok(rows!(db, (String,), IDS_OF, i64::from(key.0))?.into_iter().map(|(id,)| id).collect())
}

/// A customer's identifiers, those of whoever was merged into them too, strongest first.
pub async fn identifiers_of(db: impl Access, key: CustomerKey) -> Result<Vec<Identifier>> {
    let rows = rows!(db, (i64, String), IDENTIFIERS_OF, i64::from(key.0))?;
    Ok(rows.into_iter().map(|(k, v)| identifier(k, v)).collect())
}

/// The identifiers of many customers, only those that came under their own number, each strongest first.
pub async fn own_identifiers_by_keys(store: &Store, keys: &[CustomerKey]) -> Result<HashMap<CustomerKey, Vec<Identifier>>> {
    let rows = bulk_rows!(store, (i64, String, i64), IDENTIFIERS_BY_KEYS, keys.iter(), |k| [i64::from(k.0)]);
    let mut by: HashMap<CustomerKey, Vec<Identifier>> = HashMap::new();
    for (kind, value, customer) in rows {
        by.entry(CustomerKey(customer as u32)).or_default().push(identifier(kind, value));
    }
    Ok(by)
}

/// The identifiers of many customers, those of whoever was merged into them too, each strongest first and the customer's own before
/// others of a kind.
pub async fn identifiers_by_keys(store: &Store, keys: &[CustomerKey]) -> Result<HashMap<CustomerKey, Vec<Identifier>>> {
    let mut by = own_identifiers_by_keys(store, keys).await?;
    for (kind, value, root) in bulk_rows!(store, (i64, String, i64), MERGED_IDENTIFIERS, keys.iter(), |k| [i64::from(k.0)]) {
        let all = by.entry(CustomerKey(root as u32)).or_default();
        all.push(identifier(kind, value));
        all.sort_by_key(|i| i.kind);
    }
    Ok(by)
}

/// Whom identifiers belong to, in their order; `None` for one nobody has.
pub async fn resolve(store: &Store, identifiers: &[Identifier]) -> Result<Vec<Option<CustomerKey>>> {
    let rows = bulk_rows!(store, (i64, String, i64), RESOLVE, identifiers.iter(), |i| [
        i64::from(i.kind.code()),
        i.value.as_str(),
    ]);
    let known: HashMap<Identifier, CustomerKey> =
        rows.into_iter().map(|(k, v, c)| (identifier(k, v), CustomerKey(c as u32))).collect();
    Ok(identifiers.iter().map(|i| known.get(i).copied()).collect())
}

/// Hands every identifier to `each`, by kind and value. For an import that will meet most of them.
pub async fn each_identifier(
    store: &Store,
    mut each: impl FnMut(IdentifierKind, String, CustomerKey) + Send,
) -> Result<()> {
    const PAGE_ROWS: i64 = 20_000;
    for kind in IdentifierKind::ALL {
        let mut after = String::new();
        loop {
            let rows = rows!(store, (i64, String, i64), IDENTIFIERS_FROM, i64::from(kind.code()), after.as_str(), PAGE_ROWS)?;
            let full = rows.len() as i64 == PAGE_ROWS;
            if let Some((_, last, _)) = rows.last() {
                after = last.clone();
            }
            rows.into_iter().for_each(|(_, v, c)| each(kind, v, CustomerKey(c as u32)));
            if !full {
                break;
            }
        }
    }
    Ok(())
}

/// Customers from this number on, by number.
pub async fn page(store: &Store, from: CustomerKey, limit: u32) -> Result<Vec<Customer>> {
    Ok(rows!(store, Row, PAGE, i64::from(from.0), i64::from(limit))?.into_iter().map(Customer::from).collect())
}

/// Hands every customer to `each`, by number; those who were merged, too.
pub async fn each(store: &Store, mut each: impl FnMut(Customer) + Send) -> Result<()> {
    const PAGE_ROWS: i64 = 20_000;
    let mut from = 0i64;
    loop {
        let rows = rows!(store, Row, PAGE, from, PAGE_ROWS)?;
        let full = rows.len() as i64 == PAGE_ROWS;
        if let Some(last) = rows.last() {
            from = last.key + 1;
        }
        rows.into_iter().map(Customer::from).for_each(&mut each);
        if !full {
            return Ok(());
        }
    }
}

/// How many there are.
pub async fn count(db: impl Access) -> Result<u64> {
    scalar!(db, i64, COUNT).map(|n| n.max(0) as u64)
}

/// The number the next new customer gets: every number in use is below it.
pub async fn counter(db: impl Access) -> Result<u32> {
    Ok(crate::counter::value(db, "customer").await? as u32)
}

/// The counter as it was at an instant: customers from this number on were recorded later.
pub async fn recorded_by(db: impl Access, at: Instant) -> Result<u32> {
    scalar!(db, i64, RECORDED, at.0).map(|n| n as u32)
}

/// Numbers below the counter that belong to nobody any more (their import was undone), as closed ranges, ascending.
pub async fn gaps(db: impl Access) -> Result<Vec<RangeInclusive<u32>>> {
    let rows = rows!(db, (i64, i64), GAPS)?;
    Ok(rows.into_iter().map(|(a, b)| a as u32..=b as u32).collect())
}

/// The numbers of organisations, ascending.
pub async fn organisations(db: impl Access) -> Result<Vec<CustomerKey>> {
    let rows = rows!(db, (i64,), ORGANISATIONS, true)?;
    Ok(rows.into_iter().map(|(k,)| CustomerKey(k as u32)).collect())
}
