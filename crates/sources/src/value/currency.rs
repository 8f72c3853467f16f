//! Which currency an amount is in, by the sign or code that stands beside it. `¥` is Chinese or Japanese money and a bare `$` is
//! any dollar; every other sign says one currency.

use super::text;
use domain::Currency;
use std::borrow::Cow;

/// A sign or word, and the currencies it stands for, the likeliest first.
type Sign = (&'static str, &'static [&'static str]);

const DOLLARS: &[&str] = &["USD", "CAD", "AUD", "NZD", "HKD", "TWD", "SGD", "MOP", "MXN", "ARS", "CLP", "COP", "BRL", "UYU", "DOP", "JMD", "TTD", "FJD", "BBD", "BSD", "BMD", "BZD", "NAD"];
const YUAN: &[&str] = &["CNY", "TWD", "HKD", "MOP", "SGD"];

/// What an amount can carry, longer before shorter.
const WORDS: &[Sign] = &[
    ("人民币", &["CNY"]), ("人民幣", &["CNY"]), ("新台币", &["TWD"]), ("新台幣", &["TWD"]), ("台币", &["TWD"]), ("台幣", &["TWD"]), ("港币", &["HKD"]), ("港幣", &["HKD"]), ("港元", &["HKD"]), ("美元", &["USD"]), ("美金", &["USD"]),
    ("欧元", &["EUR"]), ("英镑", &["GBP"]), ("日元", &["JPY"]), ("日圆", &["JPY"]), ("韩元", &["KRW"]), ("元整", YUAN), ("元", YUAN), ("圆", YUAN), ("圓", YUAN), ("块", YUAN), ("円", &["JPY"]),
    ("rmb", &["CNY"]), ("cny", &["CNY"]), ("cnh", &["CNY"]), ("usd", &["USD"]), ("eur", &["EUR"]), ("gbp", &["GBP"]), ("hkd", &["HKD"]), ("twd", &["TWD"]), ("ntd", &["TWD"]), ("jpy", &["JPY"]), ("krw", &["KRW"]), ("inr", &["INR"]),
    ("aud", &["AUD"]), ("cad", &["CAD"]), ("sgd", &["SGD"]), ("chf", &["CHF"]), ("mop", &["MOP"]), ("nzd", &["NZD"]),
    ("us$", &["USD"]), ("hk$", &["HKD"]), ("nt$", &["TWD"]), ("au$", &["AUD"]), ("ca$", &["CAD"]), ("sg$", &["SGD"]), ("nz$", &["NZD"]), ("a$", &["AUD"]), ("c$", &["CAD"]), ("s$", &["SGD"]),
];

const SIGNS: &[(char, &[&str])] = &[
    ('¥', &["CNY", "JPY"]), ('￥', &["CNY", "JPY"]), ('$', DOLLARS), ('€', &["EUR"]), ('£', &["GBP", "EGP", "GIP", "FKP", "SHP", "LBP", "SYP", "SDG", "SSP"]), ('₩', &["KRW"]), ('₹', &["INR"]), ('₽', &["RUB"]), ('฿', &["THB"]), ('₫', &["VND"]), ('₱', &["PHP"]),
    ('₺', &["TRY"]), ('₴', &["UAH"]), ('₪', &["ILS"]), ('₦', &["NGN"]),
];

/// Is it the sign of a currency?
pub(crate) fn is_sign(c: char) -> bool {
    SIGNS.iter().any(|(sign, _)| *sign == c)
}

/// Words and codes that may stand before or behind an amount, in lower case.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(word, _)| *word)
}

/// The sign an amount carries and what it stands for.
fn sign(written: &str) -> Option<(Cow<'static, str>, &'static [&'static str])> {
    let narrow = text::narrowed(written);
    let bare = |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '+' | '-' | '−' | '–' | '(' | ')' | '.' | ',' | '%' | '\'' | '万' | '萬' | '亿' | '億' | '千');
    let rest = narrow.trim_matches(bare).to_lowercase();
    if rest.is_empty() {
        return None;
    }
    let ends = |word: &str| rest.starts_with(word) || rest.ends_with(word);
    if let Some((word, codes)) = WORDS.iter().find(|(word, _)| ends(word)) {
        return Some((Cow::Borrowed(word), codes));
    }
    SIGNS.iter().find(|(c, _)| rest.starts_with(*c) || rest.ends_with(*c)).map(|(c, codes)| (Cow::Owned(c.to_string()), *codes))
}

/// The sign of another currency than `home` beside an amount.
pub(crate) fn foreign(written: &str, home: Currency) -> Option<String> {
    sign(written).filter(|(_, codes)| !codes.contains(&home.code())).map(|(sign, _)| sign.to_uppercase())
}

/// The currency an amount is in by its sign: `home` if the sign can mean it.
pub(crate) fn of_amount(written: &str, home: Currency) -> Option<Currency> {
    pick(sign(written)?.1, home)
}

/// The currency that a cell of a currency column names: a code, a sign or a word.
pub(crate) fn named(written: &str, home: Currency) -> Option<Currency> {
    let narrow = text::narrowed(written.trim_matches(text::is_space)).to_lowercase();
    if let Some((_, codes)) = WORDS.iter().find(|(word, _)| *word == narrow) {
        return pick(codes, home);
    }
    if let Some((_, codes)) = SIGNS.iter().find(|(c, _)| narrow.chars().eq([*c])) {
        return pick(codes, home);
    }
    Currency::parse(&narrow)
}

fn pick(codes: &[&str], home: Currency) -> Option<Currency> {
    if codes.contains(&home.code()) { Some(home) } else { codes.first().and_then(|c| Currency::parse(c)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn signs_of_other_currencies_are_foreign() {
        for (text, home) in [("¥5", "CNY"), ("￥5", "JPY"), ("$5", "USD"), ("$5", "HKD"), ("-$5.00", "CAD"), ("(US$ 5)", "USD"), ("5元", "CNY"), ("5 元", "TWD"), ("RMB 1,234.50", "CNY"), ("5", "USD"), ("1.2万", "CNY"), ("1.2万元", "CNY"), ("＄5", "USD"), ("5%", "USD")] {
            assert_eq!(foreign(text, c(home)), None, "{text} {home}");
        }
        for (text, home, sign) in [("€200", "USD", "€"), ("¥50", "USD", "¥"), ("$100", "CNY", "$"), ("US$5", "CNY", "US$"), ("HK$5", "USD", "HK$"), ("5元", "USD", "元"), ("100 EUR", "CNY", "EUR"), ("-€ 3,50", "CNY", "€"), ("港币5", "CNY", "港币"), ("5美元", "CNY", "美元")] {
            assert_eq!(foreign(text, c(home)).as_deref(), Some(sign), "{text} {home}");
        }
        assert_eq!(of_amount("$5", c("CNY")), Some(c("USD")));
        assert_eq!(of_amount("$5", c("HKD")), Some(c("HKD")));
        assert_eq!(of_amount("5", c("HKD")), None);
    }

    #[test]
    fn a_currency_column_names_one() {
        for (text, home, want) in [("eur", "USD", "EUR"), ("人民币", "USD", "CNY"), ("RMB", "USD", "CNY"), ("￥", "JPY", "JPY"), ("$", "HKD", "HKD"), (" THB ", "USD", "THB")] {
            assert_eq!(named(text, c(home)), Some(c(want)), "{text}");
        }
        assert_eq!(named("euros", c("USD")), None);
    }
}
