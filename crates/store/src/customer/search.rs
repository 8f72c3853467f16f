//! Finding a customer by what a person types: a name or part of it, the start or a part of a phone, address or number. Who may not
//! see phones and addresses finds nobody by them: only by what they are shown.

use super::{KINDS, kind_number};
use crate::{Access, Result, Store};
use domain::{CustomerKey, access::Sight, identity::IdentifierKind, mask};

statements! {
    BY_PREFIX = "SELECT customer FROM identifiers WHERE kind = $1 AND value >= $2 AND value < $3 ORDER BY value LIMIT $4";
    BY_NAME = "SELECT key FROM customers WHERE COALESCE(folded, name) LIKE $1 ESCAPE '!' ORDER BY key LIMIT $2";
    BY_PART = "SELECT customer FROM identifiers WHERE value LIKE $1 ESCAPE '!' ORDER BY kind, value LIMIT $2";
    NUMBER_BY_PREFIX = "SELECT customer, value FROM identifiers WHERE kind = $1 AND value >= $2 AND value < $3
        ORDER BY value LIMIT $4";
    NAME_BY_PART = "SELECT key, COALESCE(name, '') FROM customers WHERE COALESCE(folded, name) LIKE $1 ESCAPE '!'
        ORDER BY key LIMIT $2";
    NUMBER_BY_PART = "SELECT customer, value FROM identifiers WHERE kind = $1 AND value LIKE $2 ESCAPE '!' ORDER BY value LIMIT $3";
}

/// Kinds that are shown to everybody, unless a value reads as a phone or an address.
const SHOWN: [IdentifierKind; 2] = [IdentifierKind::External, IdentifierKind::Member];

/// At most `limit` customers that match `text`, best first: exact starts of an identifier (by index), then names, then
/// parts of identifiers (by looking at all). Letters match in either case.
pub async fn search(store: &Store, sight: Sight, text: &str, limit: u32) -> Result<Vec<CustomerKey>> {
    let text = text.trim().trim_start_matches('+');
    let mut found = Found { keys: Vec::new(), seen: Default::default(), limit: limit as usize };
    if text.is_empty() || text.contains('\0') {
        return Ok(found.keys);
    }
    if text.starts_with("cus_") {
        found.add(super::get(store, text).await?.map(|c| i64::from(c.key.0)));
    }
    let folded = text.to_lowercase();
    let mut starts = vec![text.to_owned(), folded.clone()];
    starts.dedup();
    if sight.is_masked() {
        shown(store, &mut found, &folded, &starts, limit).await?;
        return Ok(found.keys);
    }
    for start in &starts {
        for kind in KINDS {
            if !found.full() {
                found.add(prefix(store, kind_number(kind), start, limit).await?);
            }
        }
    }
    let part = pattern(&folded);
    if !found.full() {
        found.add(rows!(store, (i64,), BY_NAME, part.as_str(), i64::from(limit))?.into_iter().map(|(k,)| k));
    }
    for start in &starts {
        if !found.full() && text.chars().count() >= 3 {
            let part = pattern(start);
            found.add(rows!(store, (i64,), BY_PART, part.as_str(), i64::from(limit))?.into_iter().map(|(k,)| k));
        }
    }
    Ok(found.keys)
}

/// As [`search`], by names and the business's own numbers as they are shown.
async fn shown(store: &Store, found: &mut Found, folded: &str, starts: &[String], limit: u32) -> Result<()> {
    let holds = |shown: &str| mask::text(shown).to_lowercase().contains(folded);
    for start in starts {
        let mut end = start.clone();
        end.push(char::MAX);
        for kind in SHOWN {
            let rows = rows!(store, (i64, String), NUMBER_BY_PREFIX, kind_number(kind), start.as_str(), end.as_str(), i64::from(limit))?;
            found.add(rows.into_iter().filter(|(_, number)| holds(number)).map(|(k, _)| k));
        }
    }
    let rows = rows!(store, (i64, String), NAME_BY_PART, pattern(folded), i64::from(limit))?;
    found.add(rows.into_iter().filter(|(_, name)| holds(name)).map(|(k, _)| k));
    for start in starts.iter().filter(|s| s.chars().count() >= 3) {
        for kind in SHOWN {
            let rows = rows!(store, (i64, String), NUMBER_BY_PART, kind_number(kind), pattern(start), i64::from(limit))?;
            found.add(rows.into_iter().filter(|(_, number)| holds(number)).map(|(k, _)| k));
        }
    }
    Ok(())
}

async fn prefix(db: impl Access, kind: i64, start: &str, limit: u32) -> Result<Vec<i64>> {
    let mut end = start.to_owned();
    end.push(char::MAX);
    let rows = rows!(db, (i64,), BY_PREFIX, kind, start, end, i64::from(limit))?;
    Ok(rows.into_iter().map(|(k,)| k).collect())
}

/// `%text%` with LIKE's own signs taken literally.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

struct Found {
    keys: Vec<CustomerKey>,
    seen: std::collections::HashSet<u32>,
    limit: usize,
}

impl Found {
    fn full(&self) -> bool {
        self.keys.len() >= self.limit
    }

    fn add(&mut self, keys: impl IntoIterator<Item = i64>) {
        for key in keys {
            if !self.full() && self.seen.insert(key as u32) {
                self.keys.push(CustomerKey(key as u32));
            }
        }
    }
}
