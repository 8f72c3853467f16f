//! The cycle read top to bottom: data in, customers classified, questions answered. `flow` says WHEN; `domain` says
//! WHAT, `lake` and `store` say HOW. Its answers are plain data that describe their own schema.

pub mod analysis;
pub mod app;
pub mod audit;
pub mod backup;
pub mod businesses;
mod compaction;
pub mod dashboards;
pub mod definitions;
pub mod duplicates;
pub mod erasure;
pub mod error;
pub mod everything;
pub mod finder;
mod fresh;
pub mod inbox;
pub mod ingest;
pub mod jobs;
mod keyfile;
pub mod looks;
pub mod mail;
pub mod merging;
pub mod output;
pub mod objects;
#[cfg(test)]
mod opened;
pub mod paging;
pub mod people;
pub mod quality;
pub mod sample;
pub mod schema;
pub mod seal;
pub mod shares;
pub mod sight;
pub mod sql;
pub mod vault;
pub mod webhooks;
pub mod work;
pub mod writes;

pub use error::{Error, Result};
