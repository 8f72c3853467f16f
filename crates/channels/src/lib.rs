//! Doors out: webhooks by HTTP and mail by SMTP, both through one client that decides where anything may go at all.
//!
//! Invariant: nothing of the product opens a connection to the outside but [`egress::Egress`]. It sees nothing of the house: it is
//! handed an address and bytes, and answers a receipt. What the other side says is never handed on, only whether, and how fast;
//! but for what signs people in ([`ask`]), which must be read.

pub mod ask;
pub mod egress;
pub mod mail;
pub mod public;
pub mod sign;
pub mod smtp;
pub mod target;
pub mod webhook;

pub use egress::{Egress, Refused};
pub use target::{Policy, Target};
