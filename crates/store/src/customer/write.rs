//! Customers written by a commit and unwritten by its undo. Rows carry the lake snapshot of the commit that made them.

use super::touched;
use crate::{Access, Error, Result, Store, Tx, bits::Bits, bulk::Bulk, db::clean, mark, merge};
use domain::{CustomerKey, clock::Instant, identity::Identifier};
use std::collections::BTreeSet;

/// A customer nobody knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// the next number
    pub key: CustomerKey,
    /// `cus_…`, made with `domain::id::public`
    pub id: String,
    /// organisation instead of person
    pub organisation: bool,
    /// display name
    pub name: Option<String>,
}

/// An identifier a customer did not have. If another customer has it already, it stays there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIdentifier {
    /// whose
    pub customer: CustomerKey,
    /// the identifier
    pub identifier: Identifier,
}

/// What a known customer's row says from now on; what it said is kept for undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerChange {
    /// who
    pub key: CustomerKey,
    /// organisation instead of person
    pub organisation: bool,
    /// display name
    pub name: Option<String>,
}

statements! {
    SET_COUNTER = "UPDATE counters SET value = $2 WHERE name = 'customer' AND value = $1";
    PUT_BITS = "INSERT INTO import_customers (snapshot, bits) VALUES ($1, $2)";
    LATER_BITS = "SELECT snapshot, bits FROM import_customers WHERE snapshot > $1 ORDER BY snapshot";
    DROP_BITS = "DELETE FROM import_customers WHERE snapshot = $1";
    OWNED = "SELECT key AS customer FROM customers WHERE added = $1
        UNION SELECT customer FROM identifiers WHERE added = $1
        UNION SELECT customer FROM contacts WHERE added = $1
        ORDER BY customer";
    PASS_IMAGES_ON = "UPDATE customer_images SET organisation = i.organisation, name = i.name, folded = i.folded
        FROM customer_images i
        WHERE i.snapshot = $1 AND customer_images.customer = i.customer AND customer_images.snapshot =
            (SELECT MIN(n.snapshot) FROM customer_images n WHERE n.customer = i.customer AND n.snapshot > $1)";
    RESTORE = "UPDATE customers SET organisation = i.organisation,
            name = CASE WHEN e.customer IS NULL THEN i.name ELSE customers.name END,
            folded = CASE WHEN e.customer IS NULL THEN i.folded ELSE customers.folded END
        FROM customer_images i LEFT JOIN customer_edits e ON e.customer = i.customer AND e.snapshot >= i.snapshot
        WHERE i.snapshot = $1 AND customers.key = i.customer
            AND NOT EXISTS (SELECT 1 FROM customer_images n WHERE n.customer = i.customer AND n.snapshot > $1)";
    DROP_IMAGES = "DELETE FROM customer_images WHERE snapshot = $1";
    DROP_IDENTIFIERS = "DELETE FROM identifiers WHERE added = $1";
    DROP_CONTACTS = "DELETE FROM contacts WHERE added = $1";
    DROP_WRITTEN_CONTACTS = "DELETE FROM contacts WHERE customer IN (SELECT key FROM customers WHERE added = $1)";
    DROP_WRITTEN_IDENTIFIERS = "DELETE FROM identifiers WHERE customer IN (SELECT key FROM customers WHERE added = $1)";
    DROP_REMOVED_IDENTIFIERS = "DELETE FROM identifiers_removed WHERE customer IN (SELECT key FROM customers WHERE added = $1)";
    DROP_COMMENTS = "DELETE FROM comments WHERE added = $1";
    HANDLED = "SELECT c.key FROM notes n JOIN customers c ON c.key = n.customer WHERE c.added = $1 AND n.removed_at IS NULL
        UNION SELECT c.key FROM records r JOIN customers c ON c.key = r.customer WHERE c.added = $1 AND r.removed_at IS NULL
        UNION SELECT c.key FROM change_facts f JOIN customers c ON c.key = f.customer WHERE c.added = $1
        UNION SELECT c.key FROM customer_edits e JOIN customers c ON c.key = e.customer WHERE c.added = $1";
    REMOVED = "SELECT key FROM customers WHERE added = $1 ORDER BY key";
    DROP_NOTES = "DELETE FROM notes WHERE customer IN (SELECT key FROM customers WHERE added = $1)";
    DROP_EDITS = "DELETE FROM customer_edits WHERE customer IN (SELECT key FROM customers WHERE added = $1)";
    DROP_CUSTOMERS = "DELETE FROM customers WHERE added = $1";
    RENAME = "UPDATE customers SET name = $2, folded = $3 WHERE key = $1";
    EDIT = "SELECT snapshot FROM customer_edits WHERE customer = $1";
    PUT_EDIT = "INSERT INTO customer_edits (customer, snapshot) VALUES ($1, $2)
        ON CONFLICT (customer) DO UPDATE SET snapshot = excluded.snapshot";
    DROP_EDIT = "DELETE FROM customer_edits WHERE customer = $1";
}

pub(crate) const INSERT: Bulk = Bulk {
    head: "INSERT INTO customers (key, id, organisation, name, folded, added) VALUES",
    width: 6,
    tail: "",
};
pub(crate) const INSERT_IDENTIFIERS: Bulk = Bulk {
    head: "INSERT INTO identifiers (kind, value, customer, added) VALUES",
    width: 4,
    tail: " ON CONFLICT (kind, value) DO NOTHING",
};
pub(crate) const KEEP_IMAGES: Bulk = Bulk {
    head: "INSERT INTO customer_images (customer, snapshot, organisation, name, folded)
        SELECT c.key, v.column2, c.organisation, c.name, c.folded FROM (VALUES",
    width: 2,
    tail: ") AS v CROSS JOIN customers c WHERE c.key = v.column1 ON CONFLICT (customer, snapshot) DO NOTHING",
};
pub(crate) const CHANGE: Bulk = Bulk {
    head: "UPDATE customers SET organisation = v.column2, name = v.column3, folded = v.column4 FROM (VALUES",
    width: 4,
    tail: ") AS v WHERE customers.key = v.column1",
};
pub(crate) const GAPS: Bulk =
    Bulk { head: "INSERT INTO customer_gaps (first_key, last_key) VALUES", width: 2, tail: "" };
pub(crate) const HAND_OVER: [Bulk; 3] = [
    Bulk {
        head: "UPDATE customers SET added = v.column3 FROM (VALUES",
        width: 3,
        tail: ") AS v WHERE customers.key = v.column1 AND customers.added = v.column2",
    },
    Bulk {
        head: "UPDATE identifiers SET added = v.column3 FROM (VALUES",
        width: 3,
        tail: ") AS v WHERE identifiers.customer = v.column1 AND identifiers.added = v.column2",
    },
    Bulk {
        head: "UPDATE contacts SET added = v.column3 FROM (VALUES",
        width: 3,
        tail: ") AS v WHERE contacts.customer = v.column1 AND contacts.added = v.column2",
    },
];
#[cfg(test)]
pub(crate) const BULKS: [&Bulk; 5] = [&INSERT, &INSERT_IDENTIFIERS, &KEEP_IMAGES, &CHANGE, &GAPS];

/// The name in lower case where that differs; search looks at this first.
pub fn folded(name: &Option<String>) -> Option<String> {
    let name = name.as_deref()?;
    let lower = name.to_lowercase();
    (lower != name).then_some(lower)
}

/// Adds customers, whose numbers must follow on from `first`; moves the counter. Answers how many.
pub(crate) async fn insert(
    tx: &mut Tx,
    rows: impl Iterator<Item = NewCustomer> + Send,
    first: u32,
    added: i64,
) -> Result<u64> {
    let mut expected = first;
    let mut broken = None;
    let checked = rows.map_while(|c| {
        if c.key.0 != expected {
            broken = Some(c.key.0);
            return None;
        }
        expected += 1;
        let name = c.name.map(clean);
        Some((i64::from(c.key.0), c.id, c.organisation, folded(&name), name))
    });
    let inserted = bulk!(tx, INSERT, checked, |(key, id, organisation, folded, name)| [
        key, id, organisation, name, folded, added,
    ]);
    if let Some(key) = broken {
        return Err(Error::Invalid(format!("customer number {key} where {expected} is next")));
    }
    if inserted > 0 && execute!(tx, SET_COUNTER, i64::from(first), i64::from(first) + inserted as i64)? != 1 {
        return Err(Error::Invalid("the customer counter moved inside a commit".to_owned()));
    }
    Ok(inserted)
}

/// Adds identifiers; answers how many nobody had.
pub(crate) async fn insert_identifiers(
    tx: &mut Tx,
    rows: impl Iterator<Item = NewIdentifier> + Send,
    added: i64,
) -> Result<u64> {
    Ok(bulk!(tx, INSERT_IDENTIFIERS, rows, |i| [
        i64::from(i.identifier.kind.code()),
        clean(i.identifier.value),
        i64::from(i.customer.0),
        added,
    ]))
}

/// Changes customers, keeping what their rows said.
pub(crate) async fn change(tx: &mut Tx, mut rows: impl Iterator<Item = CustomerChange> + Send, added: i64) -> Result<u64> {
    let mut touched = 0;
    loop {
        let some: Vec<CustomerChange> = rows.by_ref().take(CHANGE.chunk()).collect();
        if some.is_empty() {
            return Ok(touched);
        }
        bulk!(tx, KEEP_IMAGES, some.iter().map(|c| c.key), |key| [i64::from(key.0), added]);
        touched += bulk!(tx, CHANGE, some, |c| [
            i64::from(c.key.0),
            c.organisation,
            c.name.clone().map(clean),
            folded(&c.name),
        ]);
    }
}

/// Notes which customers a commit mentions.
pub(crate) async fn note(tx: &mut Tx, mentioned: Bits, added: i64) -> Result<()> {
    execute!(tx, PUT_BITS, added, mentioned.into_bytes()).map(|_| ())
}

/// Takes back what the commit of `added` wrote about people. Rows of customers that a later commit mentions are handed
/// over to that commit instead, so that its own undo finds them. Answers how many customers were removed.
///
/// A merge with one who is removed ends in `snapshot`; the other is there by themselves again.
pub(crate) async fn take_back(tx: &mut Tx, added: i64, (snapshot, now, by): (i64, Instant, &str)) -> Result<u64> {
    execute!(&mut *tx, PASS_IMAGES_ON, added)?;
    execute!(&mut *tx, RESTORE, added)?;
    execute!(&mut *tx, DROP_IMAGES, added)?;
    hand_over(tx, added).await?;
    execute!(&mut *tx, DROP_BITS, added)?;
    execute!(&mut *tx, DROP_COMMENTS, added)?;
    execute!(&mut *tx, DROP_CONTACTS, added)?;
    execute!(&mut *tx, DROP_WRITTEN_CONTACTS, added)?;
    execute!(&mut *tx, DROP_IDENTIFIERS, added)?;
    execute!(&mut *tx, DROP_WRITTEN_IDENTIFIERS, added)?;
    execute!(&mut *tx, DROP_REMOVED_IDENTIFIERS, added)?;
    let removed = rows!(&mut *tx, (i64,), REMOVED, added)?;
    let gone: Vec<CustomerKey> = removed.iter().map(|(k,)| CustomerKey(*k as u32)).collect();
    merge::without(tx, &gone, snapshot, now, by).await?;
    execute!(&mut *tx, DROP_NOTES, added)?;
    execute!(&mut *tx, DROP_EDITS, added)?;
    execute!(&mut *tx, DROP_CUSTOMERS, added)?;
    let gaps = ranges(removed.iter().map(|(k,)| *k));
    bulk!(tx, GAPS, gaps, |(first, last)| [first, last]);
    touched::note(tx, None).await?;
    Ok(removed.len() as u64)
}

/// Puts a name right by hand; answers after which snapshot that was done last, to hand it back in when it is taken back.
/// `edit`: after which snapshot this is; imports up to it leave the name alone when they are taken back.
pub(crate) async fn rename(tx: &mut Tx, key: CustomerKey, name: Option<String>, edit: Option<i64>) -> Result<Option<i64>> {
    let (name, customer) = (name.map(clean), i64::from(key.0));
    let before = optional!(&mut *tx, (i64,), EDIT, customer)?.map(|(snapshot,)| snapshot);
    let fold = folded(&name);
    if execute!(&mut *tx, RENAME, customer, name, fold)? != 1 {
        return Err(Error::none("customer", &key.0.to_string()));
    }
    match edit {
        Some(snapshot) => execute!(&mut *tx, PUT_EDIT, customer, snapshot)?,
        None => execute!(&mut *tx, DROP_EDIT, customer)?,
    };
    touched::note(tx, Some(&[key].into_iter().collect())).await?;
    Ok(before)
}

/// How many of the customers that go when a commit is taken back have something by hand: a tag, an owner, a note, a record, a name or
/// a value that was put right.
pub async fn by_hand(store: &Store, added: i64) -> Result<u64> {
    let mut keys: BTreeSet<i64> = rows!(store, (i64,), HANDLED, added)?.into_iter().map(|(key,)| key).collect();
    let sets = [mark::all(store, mark::TAGS).await?, mark::all(store, mark::OWNERS).await?];
    let marked = sets.iter().flat_map(|all| all.values()).fold(mark::Set::default(), |all, set| all.or(set));
    if !marked.is_empty() {
        let made = rows!(store, (i64,), REMOVED, added)?;
        keys.extend(made.into_iter().map(|(key,)| key).filter(|key| marked.holds(CustomerKey(*key as u32))));
    }
    if keys.is_empty() {
        return Ok(0);
    }
    let later = later(store, added).await?;
    let stays = |key: &i64| later.iter().any(|(_, bits)| bits.has(CustomerKey(*key as u32)));
    Ok(keys.iter().filter(|key| !stays(key)).count() as u64)
}

/// Who is mentioned by commits after this one, commit by commit.
async fn later(db: impl Access, added: i64) -> Result<Vec<(i64, Bits)>> {
    let rows = rows!(db, (i64, Vec<u8>), LATER_BITS, added)?;
    Ok(rows.into_iter().map(|(snapshot, bytes)| (snapshot, Bits::from_bytes(bytes))).collect())
}

async fn hand_over(tx: &mut Tx, added: i64) -> Result<()> {
    let later = later(&mut *tx, added).await?;
    if later.is_empty() {
        return Ok(());
    }
    let owned = rows!(&mut *tx, (i64,), OWNED, added)?;
    let heirs: Vec<(i64, i64)> = owned
        .into_iter()
        .filter_map(|(key,)| {
            let heir = later.iter().find(|(_, bits)| bits.has(CustomerKey(key as u32)))?;
            Some((key, heir.0))
        })
        .collect();
    for bulk in &HAND_OVER {
        bulk!(tx, *bulk, heirs.iter().copied(), |(key, heir)| [key, added, heir]);
    }
    Ok(())
}

/// Ascending numbers as closed ranges.
fn ranges(numbers: impl Iterator<Item = i64>) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for n in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => ranges.push((n, n)),
        }
    }
    ranges
}
