//! The API from outside, on SQLite and on PostgreSQL: the same requests, the same snapshots.

mod app;
mod audit;
mod customers;
mod define;
mod idempotency;
mod intake;
mod journey;
mod masking;
mod openapi;
mod overview;
mod paging;
mod people;
mod revoked;
mod schema;
mod session;
mod walls;
mod web;
