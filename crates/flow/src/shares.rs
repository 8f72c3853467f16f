//! What the businesses of one server share of the machine. Each has a queue of its own before the common one, so that whoever asks
//! for much waits behind themselves and not before the others.

use crate::{Error, Result};
use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Of what takes long, so many are under way on a server at a time …
const SHARED: usize = 3;
/// … and of one business so many: there is always a place for somebody else.
const OWN: usize = 2;

/// Places for what takes long, as one business may take them.
pub struct Turns {
    own: Arc<Semaphore>,
    shared: Arc<Semaphore>,
}

/// A place, given back when it is dropped.
pub struct Turn {
    _own: OwnedSemaphorePermit,
    _shared: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Self {
        Turns { own: Arc::new(Semaphore::new(OWN)), shared: Arc::new(Semaphore::new(SHARED)) }
    }
}

impl Turns {
    /// The same places for another business.
    pub fn beside(&self) -> Turns {
        Turns { own: Arc::new(Semaphore::new(OWN)), shared: Arc::clone(&self.shared) }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// Never in practice: nobody closes the queue.
    pub async fn take(&self) -> Result<Turn> {
        let gone = |e: tokio::sync::AcquireError| Error::Internal(e.to_string());
        let own = Arc::clone(&self.own).acquire_owned().await.map_err(gone)?;
        let shared = Arc::clone(&self.shared).acquire_owned().await.map_err(gone)?;
        Ok(Turn { _own: own, _shared: shared })
    }
}

/// What one business may take of the machine.
#[derive(Default)]
pub struct Shares {
    /// checks of imports
    pub imports: Turns,
    /// jobs that take long
    pub jobs: Turns,
    among: Arc<AtomicUsize>,
}

impl Shares {
    /// What another business of this server may take.
    pub fn beside(&self) -> Shares {
        Shares { imports: self.imports.beside(), jobs: self.jobs.beside(), among: Arc::clone(&self.among) }
    }

    /// So many businesses are served besides the first.
    pub fn served(&self, others: usize) {
        self.among.store(others, Ordering::Relaxed);
    }

    /// A part of what there is room for, at least one.
    pub fn part(&self, of: usize) -> usize {
        (of / (1 + self.among.load(Ordering::Relaxed))).max(1)
    }

    /// Is nobody else served?
    pub fn alone(&self) -> bool {
        self.among.load(Ordering::Relaxed) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn whoever_asks_for_much_waits_behind_themselves() {
        let noisy = Turns::default();
        let quiet = noisy.beside();
        let (_a, b) = (noisy.take().await.expect("a place"), noisy.take().await.expect("a place"));
        assert!(noisy.take().now_or_never().is_none(), "one business takes no third place");
        let theirs = quiet.take().now_or_never().expect("another need not wait").expect("a place");
        assert!(quiet.take().now_or_never().is_none(), "three in all");
        drop(b);
        assert!(quiet.take().now_or_never().is_some());
        drop(theirs);
    }

    #[test]
    fn what_is_kept_is_divided() {
        let first = Shares::default();
        let other = first.beside();
        assert_eq!((first.part(8), other.part(8), first.alone()), (8, 8, true));
        first.served(3);
        assert_eq!((first.part(8), other.part(8), other.alone()), (2, 2, false));
        first.served(100);
        assert_eq!(other.part(8), 1);
    }
}
