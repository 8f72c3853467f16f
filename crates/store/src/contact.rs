//! Contacts: people inside an organisation customer.

use crate::{Access, Result, Store, Tx, bulk::Bulk, customer::touched::{self, Touched}, db::clean};
use domain::{CustomerKey, id::key64};
use serde::{Deserialize, Serialize};

/// A person inside an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub fn content(&self) -> i64 {
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
    ADDED = "SELECT added FROM contacts WHERE customer = $1 AND content = $2";
    PUT = "INSERT INTO contacts (customer, content, name, role, phone, email, added) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (customer, content) DO NOTHING";
    TAKE = "DELETE FROM contacts WHERE customer = $1 AND content = $2";
    NOTE = "INSERT INTO change_contacts (change, customer, before, after) VALUES ($1, $2, $3, $4)";
    NOTED = "SELECT before, after FROM change_contacts WHERE change = $1";
    DROP = "DELETE FROM change_contacts WHERE change = $1";
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

/// A contact, and the snapshot of the import that brought it; 0 for one that people wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// what it says
    pub contact: Contact,
    /// the snapshot
    pub added: i64,
}

/// A contact before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// as it was
    pub before: Option<Kept>,
    /// as it is
    pub after: Option<Kept>,
}

/// One contact as it is kept; `None` if there is no such.
pub async fn kept(db: impl Access, contact: &Contact) -> Result<Option<Kept>> {
    let added = optional!(db, (i64,), ADDED, i64::from(contact.customer.0), contact.content())?;
    Ok(added.map(|(added,)| Kept { contact: contact.clone(), added }))
}

/// Puts one there; `false` if it is there already.
pub async fn put(tx: &mut Tx, k: &Kept) -> Result<bool> {
    let c = k.contact.clone();
    let content = c.content();
    let done = execute!(
        &mut *tx, PUT, i64::from(c.customer.0), content, c.name.map(clean), c.role.map(clean), c.phone.map(clean), c.email.map(clean), k.added,
    )?;
    touched::note(tx, Some(&Touched::from_iter([c.customer]))).await?;
    Ok(done == 1)
}

/// Takes one away; `false` if it is not there.
pub async fn take(tx: &mut Tx, c: &Contact) -> Result<bool> {
    let done = execute!(&mut *tx, TAKE, i64::from(c.customer.0), c.content())?;
    touched::note(tx, Some(&Touched::from_iter([c.customer]))).await?;
    Ok(done == 1)
}

fn document(k: Option<&Kept>) -> Result<Option<String>> {
    Ok(k.map(serde_json::to_string).transpose()?.map(clean))
}

/// Notes what a change did to a contact.
pub async fn note(tx: &mut Tx, change: &str, customer: CustomerKey, c: &Changed) -> Result<()> {
    let (before, after) = (document(c.before.as_ref())?, document(c.after.as_ref())?);
    execute!(tx, NOTE, change, i64::from(customer.0), before, after).map(|_| ())
}

/// What a change did to a contact.
pub async fn noted(db: impl Access, change: &str) -> Result<Option<Changed>> {
    let row = optional!(db, (Option<String>, Option<String>), NOTED, change)?;
    let read = |text: Option<String>| text.map(|t| serde_json::from_str(&t)).transpose();
    row.map(|(before, after)| Ok(Changed { before: read(before)?, after: read(after)? })).transpose()
}

/// Forgets what a change did.
pub(crate) async fn forget(tx: &mut Tx, change: &str) -> Result<()> {
    execute!(tx, DROP, change).map(|_| ())
}
