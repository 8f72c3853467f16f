//! The API from outside, on SQLite and on PostgreSQL: the same requests, the same snapshots.

mod app;
mod audit;
mod customers;
mod dashboards;
mod define;
mod idempotency;
mod intake;
mod jobs;
mod journey;
mod masking;
mod openapi;
mod overview;
mod paging;
mod people;
mod revoked;
mod schema;
mod session;
mod sql;
mod versions;
mod walls;
mod web;
mod work;
