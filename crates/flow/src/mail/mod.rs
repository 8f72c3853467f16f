//! Mail to the people of the business: invitations and whatever else enqueues a [`Letter`]. [`relay`] is the server people set,
//! [`letter`] what a mail says, [`send`] hands it in.

pub mod letter;
pub mod relay;
pub mod send;

pub use letter::Letter;
pub use send::enqueue;
