//! Examples and laws of the domain, from outside.

mod among;
mod base_types;
mod catalog;
mod change;
mod course;
mod history;
mod laws;
mod library;
mod make;
mod measure;
mod place;
mod plan;
mod reference;
mod score;
