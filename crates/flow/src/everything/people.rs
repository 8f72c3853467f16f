//! Whoever did something. In the files they are called by a mark made of their address, because their ids are this server's; where
//! they come in they are the account of that address, or a name until there is one.

use crate::Result;
use domain::{clock::Instant, profiling};
use lake::Plain;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};
use store::Access;

const BEGIN: &str = "usr_";
/// Signs of an id behind its begin.
const LENGTH: usize = 26;

/// Ids, and what they are called on the other side.
#[derive(Debug, Default)]
pub(super) struct People {
    /// by id: the other id
    other: BTreeMap<String, String>,
    /// by the other id: address and name
    known: BTreeMap<String, (String, String)>,
    /// the other ids that were named
    named: BTreeSet<String>,
}

/// What somebody is called in the files.
pub(super) fn mark(email: &str) -> String {
    let hash = Sha256::digest(email.trim().to_lowercase());
    let mut random = [0; 10];
    random.iter_mut().zip(hash).for_each(|(r, h)| *r = h);
    domain::id::public("usr", Instant(0), random)
}

/// Could this be an id of somebody?
pub(super) fn is_id(text: &str) -> bool {
    let rest = text.strip_prefix(BEGIN).unwrap_or_default();
    rest.len() == LENGTH && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// The text of an attribute's row in which people wrote down who does not want to be profiled, and with it who they are; `places` of
/// the attribute's name and of its text.
pub(super) fn noted<'a>(row: &[Plain<'a>], (key, text): (usize, usize)) -> Option<&'a str> {
    match (row.get(key), row.get(text)) {
        (Some(Plain::Text(profiling::ATTRIBUTE)), Some(Plain::Text(text))) => Some(*text),
        _ => None,
    }
}

impl People {
    /// Everybody who has a name here, to be called by marks.
    pub(super) async fn of(db: impl Access) -> Result<People> {
        let mut people = People::default();
        for user in store::user::list(db).await? {
            let mark = mark(&user.email);
            people.other.insert(user.id, mark.clone());
            people.known.insert(mark, (user.email, user.name));
        }
        Ok(people)
    }

    /// These ids become those.
    pub(super) fn put(&mut self, id: String, other: String) {
        self.other.insert(id, other);
    }

    /// Somebody by id; programs and whoever is not known stay as they are.
    pub(super) fn one<'a>(&mut self, id: &'a str) -> Cow<'a, str> {
        match self.other.get(id) {
            Some(other) => {
                if !self.named.contains(other) {
                    self.named.insert(other.clone());
                }
                Cow::Owned(other.clone())
            }
            None => Cow::Borrowed(id),
        }
    }

    /// A text in which some are named.
    pub(super) fn within<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        if !text.contains(BEGIN) {
            return Cow::Borrowed(text);
        }
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(at) = rest.find(BEGIN) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let id = from.get(..BEGIN.len() + LENGTH).filter(|id| is_id(id));
            let taken = id.map_or(BEGIN.len(), str::len);
            let (own, after) = from.split_at_checked(taken).unwrap_or((from, ""));
            out.push_str(&self.one(own));
            rest = after;
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    /// Those that were named: mark, address, name; by address.
    pub(super) fn named(&self) -> Vec<(&str, &str, &str)> {
        let mut all: Vec<_> = self.named.iter().filter_map(|mark| self.known.get(mark).map(|(email, name)| (mark.as_str(), email.as_str(), name.as_str()))).collect();
        all.sort_unstable_by_key(|(mark, email, _)| (*email, *mark));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_texts_and_nothing_else_is_changed() {
        let id = domain::id::public("usr", Instant(1_700_000_000_000_000), [7; 10]);
        let mark = mark("Amy@Shop.cn ");
        assert!(is_id(&id) && is_id(&mark) && mark == super::mark("amy@shop.cn"));
        let mut people = People::default();
        people.put(id.clone(), mark.clone());
        people.known.insert(mark.clone(), ("amy@shop.cn".into(), "Amy".into()));
        assert_eq!(people.within("owner=usr_x&sort=-net"), "owner=usr_x&sort=-net");
        assert!(people.named().is_empty());
        assert_eq!(people.within(&format!("owner={id},usr_&q=知音usr_{id}")), format!("owner={mark},usr_&q=知音usr_{mark}"));
        assert_eq!(people.one("cli"), "cli");
        assert_eq!(people.named(), [(mark.as_str(), "amy@shop.cn", "Amy")]);
    }
}
