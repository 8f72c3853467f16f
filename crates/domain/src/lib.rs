//! The words of the business and every decision about them. Pure: values in, values out; no clock, no chance, no I/O.
//!
//! `domain` says WHAT a rule, a feature, a class or a segment means, one customer at a time.
//! `lake` computes the same meaning for a million customers; a property test holds the two together.

pub mod access;
pub mod audit;
pub mod classification;
pub mod clock;
pub mod explain;
pub mod fact;
pub mod feature;
pub mod field;
pub mod figure;
pub mod id;
pub mod identity;
pub mod label;
pub mod library;
pub mod mask;
pub mod merge;
pub mod money;
pub mod object;
pub mod period;
pub mod plausible;
pub mod profiling;
pub mod record;
pub mod rule;
pub mod score;
pub mod segment;
pub mod table;
pub mod tag;
pub mod value;

pub use id::CustomerKey;
pub use label::{Label, Lang};
pub use money::{Currency, Money};
pub use period::{Day, Window, Zone};
pub use value::{Value, ValueType};
