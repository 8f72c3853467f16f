//! The API from outside, on SQLite and on PostgreSQL: the same requests, the same snapshots.

mod app;
mod customers;
mod define;
mod journey;
mod openapi;
mod overview;
mod schema;
mod session;
mod web;
