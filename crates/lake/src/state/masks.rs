//! Whom the rules asked last take in: lists are turned page by page, and of a rule being written all conditions but one stay
//! as they were.

use super::Bits;
use domain::rule::compiled::Pred;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many are kept, and how many bytes of them; the one used longest ago goes first.
const MANY: usize = 256;
const BYTES: usize = 64 << 20;

/// Rules and whom they take in, the one used last at the end. A run never changes, so they stay right.
#[derive(Debug, Default)]
pub(super) struct Masks(Mutex<VecDeque<(Pred, Arc<Bits>)>>);

impl Masks {
    /// Whom the rule takes in, if it was asked before.
    pub(super) fn get(&self, rule: &Pred) -> Option<Arc<Bits>> {
        let mut kept = self.lock();
        let found = kept.iter().rposition(|(r, _)| r == rule).and_then(|place| kept.remove(place))?;
        let who = found.1.clone();
        kept.push_back(found);
        Some(who)
    }

    /// Remembers whom a rule takes in.
    pub(super) fn keep(&self, rule: &Pred, who: &Bits) {
        let each = who.words().len() * 8;
        let most = MANY.min(BYTES / each.max(1));
        let mut kept = self.lock();
        kept.push_back((rule.clone(), Arc::new(who.clone())));
        while kept.len() > most {
            kept.pop_front();
        }
    }

    /// Gives back the memory.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Pred, Arc<Bits>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
