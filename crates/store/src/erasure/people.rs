//! What our own tables hold of a person and everybody merged into them: read before it goes, and taken out in one transaction.

use crate::{
    Access, Result, Store, Tx,
    bulk::Bulk,
    customer::touched,
    mark,
};
use domain::{
    CustomerKey,
    clock::Instant,
    identity::{Identifier, IdentifierKind},
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything by which a person is told, and every text somebody wrote about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// who they were: public ids of themselves and of everybody merged into them
    pub ids: Vec<String>,
    /// names they have and had
    pub names: Vec<String>,
    /// identifiers they have, and those that were taken from them by hand and that nobody has now
    pub identifiers: Vec<Identifier>,
    /// phones of contacts, where they are an organisation
    pub phones: Vec<String>,
    /// e-mail addresses of contacts
    pub emails: Vec<String>,
    /// what they wrote and what was written about them
    pub texts: Vec<String>,
}

/// Rows that went, by table.
pub type Counts = BTreeMap<String, u64>;

statements! {
    CUSTOMER = "SELECT id, name FROM customers WHERE key = $1";
    IDENTIFIERS = "SELECT kind, value FROM identifiers WHERE customer = $1
        UNION ALL SELECT r.kind, r.value FROM identifiers_removed r WHERE r.customer = $1
            AND NOT EXISTS (SELECT 1 FROM identifiers i WHERE i.kind = r.kind AND i.value = r.value)
        ORDER BY kind, value";
    IMAGES = "SELECT name FROM customer_images WHERE customer = $1 AND name IS NOT NULL";
    RENAMED = "SELECT name_before, name_after FROM change_names WHERE customer = $1";
    CONTACTS = "SELECT name, phone, email FROM contacts WHERE customer = $1";
    COMMENTS = "SELECT body FROM comments WHERE customer = $1";
    NOTES = "SELECT body FROM notes WHERE customer = $1";
    RECORDS = "SELECT body FROM records WHERE customer = $1 UNION ALL SELECT before FROM record_imported WHERE customer = $1 AND before IS NOT NULL";
    NAMESAKES = "SELECT (SELECT COUNT(*) FROM customers WHERE name = $1) + (SELECT COUNT(*) FROM contacts WHERE name = $1)";
    DROP_IDENTIFIERS = "DELETE FROM identifiers WHERE customer = $1";
    DROP_REMOVED_IDENTIFIERS = "DELETE FROM identifiers_removed WHERE customer = $1";
    DROP_CONTACTS = "DELETE FROM contacts WHERE customer = $1";
    DROP_COMMENTS = "DELETE FROM comments WHERE customer = $1";
    DROP_NOTES = "DELETE FROM notes WHERE customer = $1";
    DROP_IMAGES = "DELETE FROM customer_images WHERE customer = $1";
    DROP_EDITS = "DELETE FROM customer_edits WHERE customer = $1";
    DROP_IMPORTED = "DELETE FROM record_imported WHERE customer = $1 OR record IN (SELECT id FROM records WHERE customer = $1)";
    DROP_RECORDS = "DELETE FROM records WHERE customer = $1";
    DROP_PAIRS = "DELETE FROM duplicates WHERE a = $1 OR b = $1";
    DROP_SILENCES = "DELETE FROM merge_silences WHERE customer = $1";
    FORGET_NAMED = "UPDATE changes SET asked = '', fingerprint = '' WHERE id IN (SELECT change FROM change_names WHERE customer = $1)";
    FORGET_FACTS = "UPDATE changes SET asked = '', fingerprint = '' WHERE id IN (SELECT change FROM change_facts WHERE customer = $1)";
    FORGET_CONTACTS = "UPDATE changes SET asked = '', fingerprint = '' WHERE id IN (SELECT change FROM change_contacts WHERE customer = $1)";
    FORGET_IDENTIFIERS = "UPDATE changes SET asked = '', fingerprint = '' WHERE id IN (SELECT change FROM change_identifiers WHERE customer = $1)";
    DROP_NAMED = "DELETE FROM change_names WHERE customer = $1";
    DROP_FACTS = "DELETE FROM change_facts WHERE customer = $1";
    DROP_CHANGED_CONTACTS = "DELETE FROM change_contacts WHERE customer = $1";
    DROP_CHANGED_IDENTIFIERS = "DELETE FROM change_identifiers WHERE customer = $1";
    BLANK_MERGED = "UPDATE merges SET merged_id = $2, fields = '{}', image = '{}' WHERE merged = $1";
    BLANK_SURVIVOR = "UPDATE merges SET survivor_id = $2, fields = '{}', image = '{}' WHERE survivor = $1";
    DROP_MERGES = "DELETE FROM merges WHERE merged = $1 OR survivor = $1";
    DROP_SILENCES_OF = "DELETE FROM merge_silences WHERE merge IN (SELECT id FROM merges WHERE merged = $1 OR survivor = $1)";
    PARTED = "UPDATE customers SET root = NULL WHERE root = $1";
    BLANK = "UPDATE customers SET id = $2, name = NULL, folded = NULL, erased_at = $3 WHERE key = $1";
    DROP = "DELETE FROM customers WHERE key = $1";
    GAP = "INSERT INTO customer_gaps (first_key, last_key) VALUES ($1, $1)";
    MARKS = "SELECT mark, bits FROM marks WHERE chunk = $1";
    SET_MARK = "UPDATE marks SET bits = $3 WHERE mark = $1 AND chunk = $2";
    CHANGE_MARKS = "SELECT change, mark, added, removed FROM change_marks WHERE chunk = $1";
    SET_CHANGE_MARK = "UPDATE change_marks SET added = $4, removed = $5 WHERE change = $1 AND mark = $2 AND chunk = $3";
    BY_PHONE = "SELECT c.customer, COALESCE(o.root, o.key) AS root, c.content FROM contacts c JOIN customers o ON o.key = c.customer
        WHERE c.phone = $1 ORDER BY c.customer, c.content";
    BY_EMAIL = "SELECT c.customer, COALESCE(o.root, o.key) AS root, c.content FROM contacts c JOIN customers o ON o.key = c.customer
        WHERE c.email = $1 ORDER BY c.customer, c.content";
    DROP_CONTACT = "DELETE FROM contacts WHERE customer = $1 AND content = $2";
    ERASED_AT = "SELECT erased_at FROM customers WHERE key = $1";
}

/// What is known of a person and of everybody merged into them.
pub async fn of<A>(db: &mut A, keys: &[CustomerKey]) -> Result<Person>
where
    for<'a> &'a mut A: Access,
{
    let mut all = Person::default();
    for key in keys.iter().map(|k| i64::from(k.0)) {
        for (id, name) in rows!(&mut *db, (String, Option<String>), CUSTOMER, key)? {
            all.ids.push(id);
            all.names.extend(name);
        }
        for (kind, value) in rows!(&mut *db, (i64, String), IDENTIFIERS, key)? {
            let kind = u8::try_from(kind).ok().and_then(IdentifierKind::of_code).unwrap_or(IdentifierKind::External);
            all.identifiers.push(Identifier { kind, value });
        }
        all.names.extend(rows!(&mut *db, (String,), IMAGES, key)?.into_iter().map(|(n,)| n));
        all.names.extend(rows!(&mut *db, (Option<String>, Option<String>), RENAMED, key)?.into_iter().flat_map(|(a, b)| [a, b]).flatten());
        for (name, phone, email) in rows!(&mut *db, (Option<String>, Option<String>, Option<String>), CONTACTS, key)? {
            all.names.extend(name);
            all.phones.extend(phone);
            all.emails.extend(email);
        }
        for text in [COMMENTS, NOTES] {
            all.texts.extend(rows!(&mut *db, (String,), text, key)?.into_iter().map(|(t,)| t));
        }
        for (body,) in rows!(&mut *db, (String,), RECORDS, key)? {
            let document: serde_json::Value = serde_json::from_str(&body)?;
            leaves(&document, &mut all.texts);
        }
    }
    all.names.sort();
    all.names.dedup();
    Ok(all)
}

/// The texts in a document.
fn leaves(document: &serde_json::Value, into: &mut Vec<String>) {
    match document {
        serde_json::Value::String(text) => into.push(text.clone()),
        serde_json::Value::Array(all) => all.iter().for_each(|v| leaves(v, into)),
        serde_json::Value::Object(all) => all.values().for_each(|v| leaves(v, into)),
        _ => {}
    }
}

pub(crate) const AMONG: Bulk = Bulk {
    head: "SELECT c.key FROM (VALUES",
    width: 1,
    tail: ") AS v CROSS JOIN customers c WHERE c.key = v.column1 AND c.erased_at IS NOT NULL",
};

/// Those of some customers who were erased.
pub async fn among(store: &Store, keys: &[CustomerKey]) -> Result<BTreeSet<CustomerKey>> {
    let rows = bulk_rows!(store, (i64,), AMONG, keys.iter(), |k| [i64::from(k.0)]);
    Ok(rows.into_iter().map(|(key,)| CustomerKey(key as u32)).collect())
}

/// How many customers and contacts of companies have exactly this name.
pub async fn namesakes(db: impl Access, name: &str) -> Result<u64> {
    scalar!(db, i64, NAMESAKES, name).map(|n| n.max(0) as u64)
}

/// Since when somebody is erased; `None` for who is not, or is not there.
pub async fn since(db: impl Access, key: CustomerKey) -> Result<Option<Instant>> {
    Ok(optional!(db, (Option<i64>,), ERASED_AT, i64::from(key.0))?.and_then(|(at,)| at).map(Instant))
}

/// A contact of another organisation who has the person's phone or e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elsewhere {
    /// of whom
    pub customer: CustomerKey,
    /// who stands for them
    pub root: CustomerKey,
    content: i64,
}

/// Contacts of others who have the person's phone or e-mail.
pub async fn elsewhere(tx: &mut Tx, person: &Person, keys: &BTreeSet<CustomerKey>) -> Result<Vec<Elsewhere>> {
    let mut all = BTreeSet::new();
    for id in &person.identifiers {
        let text = match id.kind {
            IdentifierKind::Phone => BY_PHONE,
            IdentifierKind::Email => BY_EMAIL,
            _ => continue,
        };
        let found = rows!(&mut *tx, (i64, i64, i64), text, id.value.as_str())?;
        let contact = |(customer, root, content): (i64, i64, i64)| Elsewhere { customer: CustomerKey(customer as u32), root: CustomerKey(root as u32), content };
        all.extend(found.into_iter().map(contact).filter(|c| !keys.contains(&c.customer)));
    }
    Ok(all.into_iter().collect())
}

/// Takes those contacts away; answers how many.
pub async fn take_elsewhere(tx: &mut Tx, contacts: &[Elsewhere]) -> Result<u64> {
    let mut gone = 0;
    for c in contacts {
        gone += execute!(&mut *tx, DROP_CONTACT, i64::from(c.customer.0), c.content)?;
    }
    Ok(gone)
}

/// Takes a person and everybody merged into them out of the tables. With `new_ids`, one for each, their numbers stay under these, for
/// the amounts the books need; with none they go, too, and are never given out again. Answers the rows that went.
pub async fn take(tx: &mut Tx, keys: &[CustomerKey], new_ids: &[String], now: Instant) -> Result<Counts> {
    let mut counts = Counts::new();
    for key in keys.iter().map(|k| i64::from(k.0)) {
        let gone: [(&str, &'static str); 19] = [
            ("identifiers", DROP_IDENTIFIERS),
            ("", DROP_REMOVED_IDENTIFIERS),
            ("contacts", DROP_CONTACTS),
            ("comments", DROP_COMMENTS),
            ("notes", DROP_NOTES),
            ("names_before", DROP_IMAGES),
            ("names_before", DROP_EDITS),
            ("", DROP_IMPORTED),
            ("records", DROP_RECORDS),
            ("pairs", DROP_PAIRS),
            ("merges", DROP_SILENCES),
            ("changes", FORGET_NAMED),
            ("changes", FORGET_FACTS),
            ("changes", FORGET_CONTACTS),
            ("changes", FORGET_IDENTIFIERS),
            ("", DROP_NAMED),
            ("", DROP_FACTS),
            ("", DROP_CHANGED_CONTACTS),
            ("", DROP_CHANGED_IDENTIFIERS),
        ];
        for (table, statement) in gone {
            let rows = execute!(&mut *tx, statement, key)?;
            if rows > 0 && !table.is_empty() {
                *counts.entry(table.to_owned()).or_default() += rows;
            }
        }
    }
    *counts.entry("tags_and_lists".to_owned()).or_default() += unmark(tx, keys).await?;
    let mut ids = new_ids.iter();
    for key in keys.iter().map(|k| i64::from(k.0)) {
        match ids.next() {
            Some(id) => {
                execute!(&mut *tx, BLANK_MERGED, key, id.as_str())?;
                execute!(&mut *tx, BLANK_SURVIVOR, key, id.as_str())?;
                execute!(&mut *tx, BLANK, key, id.as_str(), now.0)?;
            }
            None => {
                execute!(&mut *tx, DROP_SILENCES_OF, key)?;
                execute!(&mut *tx, DROP_MERGES, key)?;
                execute!(&mut *tx, PARTED, key)?;
                execute!(&mut *tx, DROP, key)?;
                execute!(&mut *tx, GAP, key)?;
            }
        }
    }
    counts.insert("customers".to_owned(), keys.len() as u64);
    counts.retain(|_, rows| *rows > 0);
    // everything people are found by is read anew
    touched::note(tx, None).await?;
    Ok(counts)
}

/// Takes them out of every set people put together by hand, and out of what changes of such sets would put back.
async fn unmark(tx: &mut Tx, keys: &[CustomerKey]) -> Result<u64> {
    let mut out = 0;
    for key in keys {
        let chunk = i64::from(key.0 / mark::CHUNK);
        for (name, bits) in rows!(&mut *tx, (String, Vec<u8>), MARKS, chunk)? {
            if let Some(left) = without(&bits, *key) {
                execute!(&mut *tx, SET_MARK, name, chunk, left)?;
                out += 1;
            }
        }
        for (change, name, added, removed) in rows!(&mut *tx, (String, String, Vec<u8>, Vec<u8>), CHANGE_MARKS, chunk)? {
            let (less_added, less_removed) = (without(&added, *key), without(&removed, *key));
            if less_added.is_some() || less_removed.is_some() {
                execute!(&mut *tx, SET_CHANGE_MARK, change, name, chunk, less_added.unwrap_or(added), less_removed.unwrap_or(removed))?;
            }
        }
    }
    Ok(out)
}

/// A row of bits without a customer; `None` if they are not in.
fn without(bits: &[u8], key: CustomerKey) -> Option<Vec<u8>> {
    let (at, bit) = ((key.0 % mark::CHUNK / 8) as usize, 1u8 << (key.0 % 8));
    bits.get(at).filter(|b| **b & bit != 0)?;
    let mut left = bits.to_vec();
    if let Some(byte) = left.get_mut(at) {
        *byte &= !bit;
    }
    Some(left)
}
