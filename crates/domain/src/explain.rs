//! Why a customer has a class or is in a segment, and the smallest change that would change it.
//!
//! `why` shows the rule with the customer's values and the facts that counted. `change` asks the same functions that
//! classify: it adds an order, an interaction, a score, a refund or days and looks whether the outcome changes, so it is
//! right by construction.

mod amount;
mod change;
mod meaning;
mod reason;
mod rests;
mod say;
mod scope;
mod search;
mod spoken;
mod suppose;
mod why;

#[cfg(test)]
mod tests;

pub use change::{Change, Means, Way, With};
pub use scope::{Error, Moment, Scope, Target};
pub use why::{Condition, Counted, Kind, Tried, Why, class, facts_behind, segment};
