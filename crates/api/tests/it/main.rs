//! The API from outside, on SQLite and on PostgreSQL: the same requests, the same snapshots.

mod app;
mod audit;
mod customers;
mod dashboards;
mod define;
mod duplicates;
mod idempotency;
mod intake;
mod jobs;
mod journey;
mod mail;
mod masking;
mod openapi;
mod overview;
mod paging;
mod people;
mod revoked;
mod schema;
mod seal;
mod session;
mod versions;
mod walls;
mod web;
mod webhooks;
mod webhooks_out;
mod work;
