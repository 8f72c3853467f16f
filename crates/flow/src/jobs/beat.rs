//! What a running job and its keeper tell one another: how far it is, and that it must stop.

use std::io;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

/// Why a job must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// a person asked for it
    Cancelled,
    /// another worker has it now
    Lost,
    /// the process ends
    Closing,
}

/// Between a running job and its keeper.
#[derive(Debug, Default)]
pub struct Beat {
    done: AtomicI64,
    total: AtomicI64,
    stop: AtomicU8,
}

impl Beat {
    /// Goes on from what was known when it was enqueued.
    pub(super) fn of(total: i64) -> Beat {
        Beat { total: AtomicI64::new(total), ..Beat::default() }
    }

    /// Tells how far it is.
    ///
    /// # Errors
    /// When it must stop; whoever runs the job knows why.
    pub fn tell(&self, done: u64, total: u64) -> io::Result<()> {
        self.done.store(i64::try_from(done).unwrap_or(i64::MAX), Ordering::Relaxed);
        self.total.store(i64::try_from(total).unwrap_or(i64::MAX), Ordering::Relaxed);
        match self.why() {
            None => Ok(()),
            Some(why) => Err(io::Error::other(format!("the job must stop: {why:?}"))),
        }
    }

    /// How far it is, of how much.
    pub fn told(&self) -> (i64, i64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Why it must stop, if it must.
    pub fn why(&self) -> Option<Why> {
        match self.stop.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Why::Cancelled),
            2 => Some(Why::Lost),
            _ => Some(Why::Closing),
        }
    }

    /// Asks it to stop; the first reason counts, but a job that another worker has is nobody's to stop.
    pub(super) fn stop(&self, why: Why) {
        let number = match why {
            Why::Cancelled => 1,
            Why::Lost => 2,
            Why::Closing => 3,
        };
        if why == Why::Lost {
            self.stop.store(number, Ordering::Relaxed);
        } else {
            self.stop.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed).ok();
        }
    }
}
