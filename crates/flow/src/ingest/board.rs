//! What is under way in this process: progress of imports being checked or committed, and what was staged and waits for a
//! person's yes. Nothing here must survive: what is lost is staged again.
//!
//! Several processes may serve one data folder. What one of them works at it holds by a lock on a file beside the upload, which
//! the end of the process lets go of, however it ends; who wants it to stop leaves a word there.

use super::stage::{Progress, Staged};
use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Staged imports kept for their commit; older ones are staged again when they are wanted.
const KEPT: usize = 6;

#[derive(Default)]
struct Inner {
    running: HashMap<String, (Arc<Progress>, Hold)>,
    staged: Vec<Staged>,
}

/// An upload that this process, and no other, works at. Let go of when it is dropped.
pub(super) struct Hold(#[allow(dead_code, reason = "its lock is what counts")] File);

impl Hold {
    /// Takes hold of an upload; `None` while somebody works at it.
    pub(super) fn of(folder: &Path) -> io::Result<Option<Hold>> {
        let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Hold(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(e),
        }
    }
}

/// Where it is said that the work at an upload should stop.
fn word(folder: &Path) -> PathBuf {
    folder.join("stop")
}

/// Asks whoever works at an upload to stop.
pub(super) fn ask_to_stop(folder: &Path) -> io::Result<()> {
    fs::write(word(folder), b"")
}

/// Was that asked?
pub(super) fn asked_to_stop(folder: &Path) -> bool {
    word(folder).exists()
}

/// What is under way.
#[derive(Default)]
pub struct Board(Mutex<Inner>);

impl Board {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins something for an import; `None` if something is under way for it, here or in another process.
    pub(super) fn start(&self, id: &str, folder: &Path) -> io::Result<Option<Arc<Progress>>> {
        let mut inner = self.inner();
        if inner.running.contains_key(id) {
            return Ok(None);
        }
        let Some(hold) = Hold::of(folder)? else { return Ok(None) };
        match fs::remove_file(word(folder)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let progress = Arc::new(Progress::default());
        inner.running.insert(id.to_owned(), (Arc::clone(&progress), hold));
        Ok(Some(progress))
    }

    /// It is over.
    pub(super) fn end(&self, id: &str) {
        self.inner().running.remove(id);
    }

    /// How far it is, if something is under way.
    pub fn progress(&self, id: &str) -> Option<Arc<Progress>> {
        self.inner().running.get(id).map(|(progress, _)| Arc::clone(progress))
    }

    /// Everything under way, by import.
    pub(crate) fn under_way(&self) -> Vec<(String, Arc<Progress>)> {
        let mut all: Vec<_> = self.inner().running.iter().map(|(id, (p, _))| (id.clone(), Arc::clone(p))).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// Keeps what was staged, in place of what was staged for the same import before.
    pub(super) fn keep(&self, staged: Staged) {
        let mut inner = self.inner();
        let surplus = (inner.staged.len() + 1).saturating_sub(KEPT);
        let old: Vec<Staged> = inner.staged.drain(..surplus).collect();
        let same = inner.staged.iter().position(|s| s.id == staged.id).map(|i| inner.staged.remove(i));
        inner.staged.push(staged);
        // their files go while others may go on
        drop(inner);
        drop((old, same));
    }

    /// Takes what was staged for an import.
    pub(super) fn take(&self, id: &str) -> Option<Staged> {
        let mut inner = self.inner();
        let at = inner.staged.iter().position(|s| s.id == id)?;
        Some(inner.staged.remove(at))
    }
}
