//! What we export opens harmlessly: a text that a spreadsheet would take for a formula gets an apostrophe in front
//! (`threats.md` T15). Numbers stay numbers; the door in takes our own apostrophe off again.

use std::borrow::Cow;

/// Would a spreadsheet take this text for a formula?
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text as it may stand in a CSV cell.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_get_an_apostrophe_and_nothing_else_does() {
        for text in ["=1+1", "+8613800000000", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["", "知音", "1-1", "a=b", "'quoted", " =1"] {
            assert_eq!(harmless(text), text);
        }
    }
}
