//! The part of an address a business is found by.

use crate::{Error, Result};
use serde_json::json;

/// Letters it may have, at least and at most.
const FEWEST: usize = 2;
const MOST: usize = 40;

/// Words that mean something else in an address, or would to people.
const RESERVED: &[&str] = &["admin", "all", "api", "app", "assets", "demo", "docs", "first", "invite", "join", "login", "main", "new", "none", "public", "root", "server", "settings", "setup", "signin", "system", "w", "www", "zhiyin"];

/// The part of an address as somebody typed it, if it can be one.
///
/// # Errors
/// `business.slug`, `business.reserved`.
pub fn slug(typed: &str) -> Result<String> {
    let text = typed.trim();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(FEWEST..=MOST).contains(&text.chars().count()) || !text.chars().all(allowed) || text.starts_with('-') || text.ends_with('-') {
        return Err(Error::Invalid {
            code: "business.slug",
            message: domain::Label::new(
                format!("地址名要 {FEWEST} 到 {MOST} 个字符，只能用小写字母、数字和连字符，且不以连字符开头或结尾，如 brand-b"),
                format!("the name in the address has {FEWEST} to {MOST} lower-case letters, digits and hyphens, with no hyphen at either end, such as brand-b"),
            ),
            params: json!({ "fewest": FEWEST, "most": MOST }),
        });
    }
    if RESERVED.contains(&text) {
        return Err(Error::Invalid {
            code: "business.reserved",
            message: domain::Label::new(format!("“{text}” 留作他用，请换一个，如 {text}-shop"), format!("{text:?} is kept for something else; choose another, such as {text}-shop")),
            params: json!({ "slug": text }),
        });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain() {
        for good in ["b2", "brand-b", " tea-house ", &"a".repeat(40)] {
            assert_eq!(slug(good).expect(good), good.trim());
        }
        for bad in ["", "a", "Brand", "茶铺", "a b", "a/b", "..", "%2e", "a.b", "a_b", "-ab", "ab-", &"a".repeat(41), "a\0b"] {
            assert!(matches!(slug(bad), Err(Error::Invalid { code: "business.slug", .. })), "{bad:?}");
        }
        assert!(matches!(slug("api"), Err(Error::Invalid { code: "business.reserved", .. })));
    }
}
