//! Contacts: people inside an organisation customer.

use crate::{Access, Result, Store, Tx, bulk::Bulk, db::clean};
use domain::{CustomerKey, id::key64};

/// A person inside an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// the organisation
    pub customer: CustomerKey,
    /// name
    pub name: Option<String>,
    /// role
    pub role: Option<String>,
    /// normalised
    pub phone: Option<String>,
    /// normalised
    pub email: Option<String>,
}

impl Contact {
    /// Equal contacts have equal content.
    fn content(&self) -> i64 {
        let part = |p: &Option<String>| p.clone().unwrap_or_default();
        let text = [part(&self.name), part(&self.role), part(&self.phone), part(&self.email)].join("\u{1f}");
        key64(&text) as i64
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    customer: i64,
    name: Option<String>,
    role: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

statements! {
    OF = "SELECT customer, name, role, phone, email FROM contacts
        WHERE customer = $1 OR customer IN (SELECT c.key FROM customers c WHERE c.root = $1) ORDER BY name, content";
}

pub(crate) const BY_KEYS: Bulk = Bulk {
    head: "SELECT c.customer, c.name, c.role, c.phone, c.email FROM (VALUES",
    width: 1,
    tail: ") AS v CROSS JOIN contacts c WHERE c.customer = v.column1 ORDER BY c.customer, c.name, c.content",
};
pub(crate) const INSERT: Bulk = Bulk {
    head: "INSERT INTO contacts (customer, content, name, role, phone, email, added) VALUES",
    width: 7,
    tail: " ON CONFLICT (customer, content) DO NOTHING",
};

impl From<Row> for Contact {
    fn from(r: Row) -> Contact {
        Contact { customer: CustomerKey(r.customer as u32), name: r.name, role: r.role, phone: r.phone, email: r.email }
    }
}

/// An organisation's contacts, those of whoever was merged into it too, by name.
pub async fn of(db: impl Access, customer: CustomerKey) -> Result<Vec<Contact>> {
    Ok(rows!(db, Row, OF, i64::from(customer.0))?.into_iter().map(Contact::from).collect())
}

/// The contacts of many organisations.
pub async fn by_keys(store: &Store, customers: &[CustomerKey]) -> Result<Vec<Contact>> {
    let rows = bulk_rows!(store, Row, BY_KEYS, customers.iter(), |k| [i64::from(k.0)]);
    Ok(rows.into_iter().map(Contact::from).collect())
}

/// Adds contacts of the commit of `added`; one that is there stays.
pub(crate) async fn insert(tx: &mut Tx, rows: impl Iterator<Item = Contact> + Send, added: i64) -> Result<u64> {
    Ok(bulk!(tx, INSERT, rows, |c| [
        i64::from(c.customer.0),
        c.content(),
        c.name.map(clean),
        c.role.map(clean),
        c.phone.map(clean),
        c.email.map(clean),
        added,
    ]))
}
