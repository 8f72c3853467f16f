//! What tests and `zhiyin demo` need to start from: a seeded business, a PostgreSQL of its own, small builders.

pub mod addresses;
pub mod chance;
pub mod demo;
pub mod doubles;
pub mod postgres;
pub mod published;
pub mod rules;
pub mod smtp;
