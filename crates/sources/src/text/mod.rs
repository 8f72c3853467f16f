//! Text files: bytes become text, text becomes records.

pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod sniff;
pub(crate) mod source;
