//! Places where a test may let the process die, to prove that nothing acknowledged is lost and nothing is half done.

use std::sync::OnceLock;

/// Every failpoint of the store, in the order a commit passes them.
pub const FAILPOINTS: &[&str] = &[
    "store.commit.begun",
    "store.commit.catalog",
    "store.commit.customers",
    "store.commit.ledger",
    "store.commit.done",
    "store.undo.begun",
    "store.undo.catalog",
    "store.undo.people",
    "store.undo.done",
    "store.merge.written",
    "store.merge.done",
    "store.compact.catalog",
    "store.arrive.begun",
    "store.arrive.filled",
    "store.arrive.done",
    "store.job.claimed",
];

/// Ends the process on the spot if the environment variable `ZHIYIN_FAILPOINT` names this place.
pub fn failpoint(name: &str) {
    static CHOSEN: OnceLock<Option<String>> = OnceLock::new();
    let chosen = CHOSEN.get_or_init(|| std::env::var("ZHIYIN_FAILPOINT").ok());
    if chosen.as_deref() == Some(name) {
        std::process::abort();
    }
}
