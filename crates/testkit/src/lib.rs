//! What tests need to start from: a PostgreSQL of its own, seeded rules and doubles, small builders.

pub mod addresses;
pub mod doubles;
pub mod postgres;
pub mod published;
pub mod rules;
pub mod smtp;
pub mod statements;

pub use sample::chance;
