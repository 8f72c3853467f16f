//! What people write, and the lake's catalog: one SQL database, SQLite or PostgreSQL by URL.
//!
//! One SQL text serves both (`$1` parameters, the common subset); the pools sit behind [`Store`] and [`Tx`], and every
//! function takes either: reads mostly `&store`, writes `&mut tx`, so that a change and its follow-up share a transaction.
//! A store holds one workspace: its lake, its people, its definitions. Times are microseconds (`domain::clock::Instant`),
//! money is minor units, documents are JSON text. Time and random ids are arguments.
//!
//! Invariant: the only crate that names sqlx. It never sees Parquet; the lake's files arrive as `domain::table::DataFile`.

#[macro_use]
mod db;
#[macro_use]
mod bulk;
mod bind;
mod bits;
mod counter;
mod error;
mod failpoint;
mod lanes;

pub mod announced;
pub mod answer;
pub mod arrival;
pub mod audit;
pub mod audit_head;
pub mod business;
pub mod catalog;
pub mod change;
pub mod comment;
pub mod contact;
pub mod customer;
pub mod dashboard;
pub mod definition;
pub mod delivery;
pub mod dump;
pub mod duplicate;
pub mod edit;
pub mod erasure;
pub mod import;
pub mod inbox;
pub mod invitation;
pub mod job;
pub mod mail;
pub mod mark;
pub mod member;
pub mod merge;
pub mod note;
pub mod object;
pub mod oidc;
pub mod pending;
pub mod quality;
pub mod quarantine;
pub mod question;
pub mod reading;
pub mod record_import;
pub mod restore;
pub mod schedule;
pub mod second_factor;
pub mod session;
pub mod setup;
pub mod subscription;
pub mod tag;
pub mod template;
pub mod token;
pub mod tries;
pub mod upgrade;
pub mod user;
pub mod view;
pub mod webhook;
pub mod workspace;

pub use db::{Access, Size, Store, Trailing, Tx};
pub use error::{Conflict, Error, Result};
pub use failpoint::{FAILPOINTS, failpoint};

#[cfg(test)]
mod tests;
