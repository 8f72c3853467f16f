//! Data in. A file is looked at, its columns are mapped, all its rows are staged (the dry run), and one commit makes them
//! true; a whole import can be taken back.
//!
//! For a caller with files in hand (the command line): [`propose_all`] gives a mapping for each table (or [`review`] their own), [`begin`] an import, [`import`] it
//! (or [`stage`] it for a dry run and [`drop_import`] it), [`rejected`] for what was set aside. For a caller whose people
//! come back later (the web app): [`receive`], [`set_mapping`], [`check`], [`confirm`], [`get`], [`list`], [`undo`], [`discard`].

mod bits;
mod board;
mod commit;
mod customers;
mod equal;
mod fact;
mod gather;
mod lane;
mod lanes;
mod late;
mod ledger;
mod nth;
mod order_index;
mod own;
mod owners;
mod people;
mod proposal;
mod quality;
mod rejects;
pub mod rejected;
pub mod report;
mod returned;
mod rows;
mod seen;
mod spool;
mod stage;
mod upload;
pub mod view;
mod wire;
mod work;

#[cfg(test)]
mod tests;

pub use board::Board;
pub use commit::{Done, FAILPOINTS, UNDO_DAYS, commit, import, refresh};
pub use ledger::{Resting, begin, content_hash, corrected_since, drop_half, drop_import, fingerprint, remember, resting, undo, undo_trial};
pub(crate) use ledger::begin_sample;
pub use proposal::{propose, propose_all, review};
pub(crate) use customers::ALWAYS;
pub(crate) use own::typed;
pub(crate) use rows::Content;
pub use rejects::Rejects;
pub use report::Report;
pub use stage::{Carried, Progress, Request, Source, Staged, stage, unreadable};
pub use upload::{Upload, check, confirm, discard, get, list, receive, set_mapping, stop};
pub use view::{ImportView, targets};
pub use work::{recover, sweep};
