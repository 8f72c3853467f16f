//! Answers about the customers: each file one question, each answer computed from one run of the lake as of one day.

pub mod cards;
mod choices;
pub mod classifications;
pub mod cohorts;
pub mod course;
pub mod curve;
pub mod customers;
pub mod defined;
pub mod export;
pub mod facets;
pub mod features;
pub mod flow_between;
pub mod in_force;
pub mod marks;
pub mod moment;
pub mod overview;
pub mod order;
mod picture;
pub mod profile;
pub mod rfm;
pub mod rules;
pub mod runs;
pub mod segments;
pub mod timeline;
pub mod trend;
pub mod used_by;
pub mod versions;
pub mod why;
pub mod why_view;

pub use defined::Definitions;
pub use moment::{Asked, Known, Moment, parse_day};
pub use picture::Picture;
pub use runs::Runs;
