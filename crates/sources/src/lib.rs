//! Doors in: files of any common kind become validated records, or rows with a reason why not.
//!
//! [`probe`] looks at a file and proposes a [`Mapping`]; a person corrects it, and [`review`] tells what follows; [`read`] streams the
//! file through it. Every data row is accepted or rejected exactly once, whatever the size of the file, and memory stays bounded.
//! Blank rows are no data rows.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod attribute;
mod batch;
mod build;
mod cells;
mod code;
mod columnar;
mod concept;
mod encoding;
mod header;
mod infer;
mod limits;
mod mapping;
mod person;
mod plan;
mod posted;
mod probe;
mod profile;
mod propose;
mod raw;
mod read;
mod sheet;
mod stream;
mod swell;
mod table;
mod target;
mod text;
mod value;
mod written;

pub use attribute::Attribute;
pub use batch::{Batch, LeftBlank, Reject, Summary};
pub use cells::{Sheets, Shown};
pub use code::{Code, Error, Params, Result};
pub use encoding::Encoding;
pub use mapping::{Collision, Column, DateOrder, DecimalMark, Format, Mapping, OrderIdentity};
pub use person::{Trait, TraitGuess, meant, traits};
pub use posted::weigh;
pub use probe::{ColumnGuess, Guess, Options, Probe, probe, review};
pub use propose::settle;
pub use raw::raw_rows;
pub use read::read;
pub use table::{Table, table};
pub use target::{Kind, Target};
pub use value::contact::{email_of, number_of, phone_of};
pub use written::{flag_of, heading};

/// Every built-in attribute of a customer.
pub fn attributes() -> &'static [Attribute] {
    attribute::ALL
}
