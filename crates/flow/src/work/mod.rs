//! What people write while they work with customers all day: tags, owners, notes, saved views, and changes of one customer or of all
//! matching, each of which can be taken back. Everything here lives in the store; the lake knows nothing of it but own fields, whose
//! values are attributes like those that files bring, how many contacts somebody has, and who does not want to be profiled.

pub mod changes;
pub mod contacts;
pub(crate) mod fields;
pub(crate) mod hand;
pub mod identifiers;
mod lists;
pub mod notes;
pub mod owners;
pub mod preview;
pub mod profiling;
pub mod tags;
pub mod views;

use domain::clock::Instant;

/// So long a change can be taken back and a note that was taken away restored.
pub const UNDO_DAYS: i64 = 30;

/// What was done before this instant stays done.
pub(crate) fn oldest(now: Instant) -> Instant {
    Instant(now.0 - UNDO_DAYS * 86_400_000_000)
}
