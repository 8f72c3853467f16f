//! Facts and what is computed from them, as Parquet files. Snapshots are handed in, new files handed out as plain values;
//! the catalog is the store's. The only crate that names datafusion, parquet and object_store.
//!
//! * `Writer` — rows in, fsynced files out.
//! * `Lake` — one snapshot: SQL, the facts of one customer, row keys.
//! * `Lake::run` — the hot path: every feature, class and segment of every customer as of a day (`state`). It means row by
//!   row what `domain` says; a property test holds the two together.

mod anew;
mod behind;
mod cells;
mod cluster;
mod costs;
pub mod desk;
mod error;
mod erase;
mod export;
mod facts;
mod keys;
mod lake;
mod products;
mod read;
mod rows;
mod schema;
mod standing;
mod state;
mod stats;
mod sweep;
mod table;
mod whole;
mod writer;

pub use anew::{Joined, Part, Without, merge};
pub use behind::{aside, behind, pool};
pub use cells::Cells;
pub use erase::{Erased, erase, held};
pub use error::{Error, Result};
pub use export::Export;
pub use keys::{Version, batches, days};
pub use lake::Lake;
pub use products::{Product, Products};
pub use rows::{
    AnswerRow, AttributeRow, CostRow, InteractionRow, LineRow, OrderRow, ProductRow, RefundRow, Row,
};
pub use schema::{folder, schema};
pub use standing::Stand;
pub use state::{
    At, Best, Bits, Cell, Classes, Cohort, CohortSums, Column, Curve, Data, Fault, GroupSum, Inspection, Link, Matrix, Place, Repurchase, Run, RunRow, Sort, Spec, Texts, flow, moves,
};
pub use sweep::{forget, sweep};
pub use table::LakeTable;
pub use whole::{Foreign, Plain, WholeTable};
pub use writer::{Limits, Writer};
