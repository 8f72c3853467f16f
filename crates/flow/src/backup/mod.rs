//! A whole business in one file, and back: every table of the store as text that both databases read, the lake's files as they are,
//! and a manifest that names each with its hash.
//!
//! [`write`] copies one moment while others go on writing: the tables are read in one transaction, the lake's files are those its
//! catalog names (held by links, so that nothing takes them away meanwhile). [`restore`] looks at every byte before it touches
//! anything, and becomes true in one step: a new database file takes its name, or one transaction ends.

mod archive;
mod manifest;
mod place;
mod restore;
mod write;

pub use archive::Archive;
pub use manifest::{Held, Manifest, TableText};
pub use place::{Hold, forget_holds};
pub use restore::{Restored, Target, restore};
pub use write::{Plan, Source, plan, write};

use crate::Error;

/// Places where a restore may die, in the order it passes them.
pub const FAILPOINTS: &[&str] = &["restore-unpacked", "restore-loaded", "restore-placed", "restore-before-commit", "restore-after-commit"];

/// How far a copy is, in bytes: so much of so much; false asks to stop.
pub type Told<'a> = &'a (dyn Fn(u64, u64) -> bool + Sync);

/// Somebody asked to stop.
fn stopped() -> Error {
    Error::conflict("backup.stopped", "已停止", "it was stopped")
}

fn damaged(zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::invalid("backup.damaged", zh, en)
}

#[cfg(test)]
mod tests;
