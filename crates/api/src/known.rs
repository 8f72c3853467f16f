//! Who asked lately, by the hash of what they showed: right as long as the house stands (`store::reading::Reading::house`), which the
//! database says with every request. Who was taken out, locked, revoked or given another role is refused or judged anew by the next one.

use domain::clock::Instant;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use store::{member::Member, session::Found, token::Token};

/// So many are kept; one more, and all are asked for again.
const MOST: usize = 5_000;

/// What was shown, and whose it is.
#[derive(Debug, Clone)]
pub enum Shown {
    /// a session, whose, and as whom they look
    Session(Box<Found>),
    /// an API token and its owner
    Token(Token, Member),
}

impl Shown {
    fn expires_at(&self) -> Instant {
        match self {
            Shown::Session(found) => found.session.expires_at,
            Shown::Token(token, _) => token.expires_at,
        }
    }
}

/// Everybody kept, as of one state of the house.
#[derive(Debug, Default)]
pub struct Known(Mutex<(i64, BTreeMap<String, Shown>)>);

impl Known {
    /// Who showed what has this hash, if that is known as of `house` and not over.
    pub fn find(&self, house: i64, hash: &str, now: Instant) -> Option<Shown> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, all) = &*kept;
        all.get(hash).filter(|shown| *at == house && shown.expires_at() > now).cloned()
    }

    /// Keeps who showed it, as of `house`.
    pub fn keep(&self, house: i64, hash: String, shown: Shown) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, all) = &mut *kept;
        if house < *at {
            return;
        }
        if house > *at || all.len() >= MOST {
            all.clear();
        }
        *at = house;
        all.insert(hash, shown);
    }
}
