//! The door for programs: customers, orders and what happened to them, posted one by one or in batches. Each row means what the same row
//! of a file means. It is weighed at once by the code that reads files, written down in one transaction before it is acknowledged, and
//! moved to the lake in batches by the very path an import takes: its move is an import of its own, which can be taken back.

mod carry;
mod form;
mod gate;
mod pace;
mod post;
mod read;
mod wire;

/// Names this room's failpoints, in the order a row passes them.
pub const FAILPOINTS: &[&str] = &["inbox-written", "inbox-acknowledged", "inbox-begun"];

pub use carry::{InboxView, LastMove, carry, due, hasten, show};
pub use form::{AnswerForm, ContactForm, CustomerForm, CustomerKind, InteractionForm, Line, OrderForm, RefundForm, Whom};
pub use gate::{Gate, Keyed, Settled};
pub use pace::Waiting;
pub use post::{Blank, How, MOST_BYTES, MOST_ROWS, Received, Refused, codes, post};
pub use read::{Body, strict};
pub use wire::{Amount, Id, Posted, Scalar};
