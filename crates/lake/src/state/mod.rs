//! The hot path: every feature, class and segment of every customer as of a day, by our own fold kernel.
//!
//! Needed columns are read as of D, known at K, in parallel (`load`), laid out by customer with a counting sort and put
//! together to facts (`gather`, `resolve`). All aggregates of one kind of facts fold in one pass (`fold`, `measure`).
//! Then, column by column in dependency order: attributes, built-in functions, formulas, scores, shares, statistics of
//! the base, classes (first match wins, by masks), segments. Equal inputs give equal bytes ([`Run::digest`]).

mod apart;
mod attributes;
mod base;
mod bits;
mod classify;
mod coder;
mod cohort;
mod column;
mod complete;
mod derived;
mod facts;
mod fold;
mod gather;
mod index;
mod inspect;
mod load;
mod mask;
mod masks;
mod measure;
mod moved;
mod on_demand;
mod order;
mod present;
mod purchases;
mod refunds;
mod resolve;
mod run;
mod summary;
mod test;
mod versions;
mod view;

pub use bits::Bits;
pub use classify::Classes;
pub use cohort::CohortSums;
pub use column::{Column, Data, Texts};
pub use inspect::{Fault, Inspection};
pub use order::{At, Place, Sort};
pub use run::{Run, Spec};
pub use summary::{Best, Cell, Cohort, Curve, GroupSum, Link, Matrix, Repurchase, flow, moves};
pub use view::RunRow;
