//! The template library (`domain.md` §6): classifications and segments that ship with the product, all editable copies.

use crate::{classification::Classification, segment::Segment};
use std::sync::LazyLock;

static CLASSIFICATIONS: LazyLock<Vec<Classification>> = LazyLock::new(Vec::new);
static SEGMENTS: LazyLock<Vec<Segment>> = LazyLock::new(Vec::new);

/// Every classification of the library.
pub fn classifications() -> &'static [Classification] {
    &CLASSIFICATIONS
}

/// The segment templates.
pub fn segments() -> &'static [Segment] {
    &SEGMENTS
}
