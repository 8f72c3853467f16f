//! The doors out over real sockets on the loopback.

mod egress;
mod sink;
