//! Where a page of a list begins: a cursor names the last thing of the page before.

use crate::{Error, Result};

/// No cursor of the list it was given for, or one of something that is gone.
pub fn no_cursor() -> Error {
    Error::invalid("request.cursor", "翻页标记无效，请从第一页重新开始", "this is no cursor of this list; begin at the first page")
}

/// The place a cursor names; none for none, which is the first page.
///
/// # Errors
/// `request.cursor`.
pub(crate) fn place<T>(cursor: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    cursor.filter(|c| !c.is_empty()).map(|text| read(text).ok_or_else(no_cursor)).transpose()
}
