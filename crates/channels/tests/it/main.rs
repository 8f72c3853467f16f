//! The doors out over real sockets on the loopback.

mod egress;
mod mail;
mod sink;
