//! What is under way in this process: progress of imports being checked or committed, and what was staged and waits for a
//! person's yes. Nothing here must survive: what is lost is staged again.

use super::stage::{Progress, Staged};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Staged imports kept for their commit; older ones are staged again when they are wanted.
const KEPT: usize = 6;

#[derive(Default)]
struct Inner {
    running: HashMap<String, Arc<Progress>>,
    staged: Vec<Staged>,
}

/// What is under way.
#[derive(Default)]
pub struct Board(Mutex<Inner>);

impl Board {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins something for an import; `None` if something is under way for it.
    pub(super) fn start(&self, id: &str) -> Option<Arc<Progress>> {
        let mut inner = self.inner();
        if inner.running.contains_key(id) {
            return None;
        }
        let progress = Arc::new(Progress::default());
        inner.running.insert(id.to_owned(), Arc::clone(&progress));
        Some(progress)
    }

    /// It is over.
    pub(super) fn end(&self, id: &str) {
        self.inner().running.remove(id);
    }

    /// How far it is, if something is under way.
    pub fn progress(&self, id: &str) -> Option<Arc<Progress>> {
        self.inner().running.get(id).cloned()
    }

    /// Everything under way, by import.
    pub(crate) fn under_way(&self) -> Vec<(String, Arc<Progress>)> {
        let mut all: Vec<_> = self.inner().running.iter().map(|(id, p)| (id.clone(), Arc::clone(p))).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// Keeps what was staged, in place of what was staged for the same import before.
    pub(super) fn keep(&self, staged: Staged, lake: &Path) {
        let mut inner = self.inner();
        let surplus = (inner.staged.len() + 1).saturating_sub(KEPT);
        let old: Vec<Staged> = inner.staged.drain(..surplus).collect();
        let same = inner.staged.iter().position(|s| s.id == staged.id).map(|i| inner.staged.remove(i));
        inner.staged.push(staged);
        drop(inner);
        old.into_iter().chain(same).for_each(|s| s.discard(lake));
    }

    /// Takes what was staged for an import.
    pub(super) fn take(&self, id: &str) -> Option<Staged> {
        let mut inner = self.inner();
        let at = inner.staged.iter().position(|s| s.id == id)?;
        Some(inner.staged.remove(at))
    }
}
