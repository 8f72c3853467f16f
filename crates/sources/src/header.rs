//! Headers, compared by what they say and not by how they are written: case, blanks, underscores, camel case, full-width
//! letters and units in brackets make no difference.

/// A character as people meant it: full-width letters, digits and punctuation become half-width.
pub fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{2007}' | '\u{202f}' => ' ',
        _ => c,
    }
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

/// Words of a header, lower case, joined by one blank; Chinese is written without blanks. `CustomerID`, `customer_id`,
/// `Customer ID` and `ＣＵＳＴＯＭＥＲ　ＩＤ` are all `customer id`; `实付金额（元）` is `实付金额`.
pub fn normal(header: &str) -> String {
    let mut words = String::with_capacity(header.len());
    let mut before = ' ';
    let chars: Vec<char> = header.chars().map(narrow).filter(|c| !matches!(c, '\u{feff}' | '\u{200b}')).collect();
    for (i, &c) in chars.iter().enumerate() {
        if matches!(c, '(' | '[' | '【') && !words.is_empty() {
            break; // a unit or a remark follows
        }
        let next = chars.get(i + 1).copied().unwrap_or(' ');
        let starts_word = (c.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next.is_lowercase())))
            || (c.is_alphanumeric() && is_cjk(before) != is_cjk(c) && before.is_alphanumeric() && !is_cjk(before) && !is_cjk(c));
        if c.is_alphanumeric() {
            if starts_word && !words.ends_with(' ') && !words.is_empty() {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        } else if !words.is_empty() && !words.ends_with(' ') && !is_cjk(before) && !is_cjk(next) {
            words.push(' ');
        }
        before = c;
    }
    words.truncate(words.trim_end().len());
    words
}

/// A header as the last part of an attribute key: `Skin Type` → `skin_type`, `饮茶年限` → `饮茶年限`, at most 60 characters.
pub fn slug(header: &str) -> String {
    let mut out = String::with_capacity(header.len());
    let mut before = ' ';
    for c in header.chars().map(narrow) {
        if c.is_alphanumeric() {
            if c.is_uppercase() && before.is_lowercase() {
                out.push('_');
            }
            out.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        before = c;
    }
    let kept: String = out.chars().take(60).collect();
    kept.trim_end_matches('_').to_owned()
}

/// 16 hex digits that are equal for equal headers in equal order.
pub fn signature<'a>(headers: impl Iterator<Item = &'a str>) -> String {
    let text: Vec<String> = headers.map(normal).collect();
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.join("\u{1f}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_header_however_it_is_written() {
        for text in ["CustomerID", "customer_id", "Customer ID", "customer-id", " CUSTOMER  ID ", "customerId", "ＣｕｓｔｏｍｅｒＩＤ", "\u{feff}Customer.ID"] {
            assert_eq!(normal(text), "customer id", "{text}");
        }
        assert_eq!(normal("实付金额（元）"), "实付金额");
        assert_eq!(normal("下单 时间"), "下单时间");
        assert_eq!(normal("Annual Income (k$)"), "annual income");
        assert_eq!(normal("SKU"), "sku");
        assert_eq!(normal("HTMLPage"), "html page");
    }

    #[test]
    fn slugs_are_keys() {
        assert_eq!(slug("Spending Score (1-100)"), "spending_score_1_100");
        assert_eq!(slug("饮茶年限"), "饮茶年限");
        assert_eq!(slug("MntWines"), "mnt_wines");
        assert_eq!(slug("__"), "");
    }

    #[test]
    fn signatures_ignore_spelling_but_not_order() {
        assert_eq!(signature(["Order ID", "Paid"].into_iter()), signature(["order_id", "PAID"].into_iter()));
        assert_ne!(signature(["Order ID", "Paid"].into_iter()), signature(["Paid", "Order ID"].into_iter()));
    }
}
