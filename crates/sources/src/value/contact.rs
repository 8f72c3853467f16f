//! Phones and e-mail addresses, normalised so that one person is one person: E.164 digits, lower case.

use super::{Cell, Read, error, number_text, text};
use crate::code::Code;
use domain::{Currency, mask};
use std::borrow::Cow;

/// Which country a number without a country code belongs to: its calling code, told from where the business is, else from
/// the currency it reckons in. A shop in Shanghai that reckons in dollars has Chinese customers.
pub(crate) fn calling_code(currency: Currency, zone: &str) -> &'static str {
    match zone {
        "Asia/Shanghai" | "Asia/Chongqing" | "Asia/Chungking" | "Asia/Harbin" | "Asia/Urumqi" | "Asia/Kashgar" | "PRC" => return "86",
        "Asia/Taipei" | "ROC" => return "886",
        "Asia/Hong_Kong" | "Hongkong" => return "852",
        "Asia/Macau" | "Asia/Macao" => return "853",
        "Asia/Singapore" | "Singapore" => return "65",
        "Asia/Tokyo" | "Japan" => return "81",
        "Asia/Seoul" | "ROK" => return "82",
        "Asia/Kolkata" | "Asia/Calcutta" => return "91",
        "Europe/London" | "GB" => return "44",
        _ if zone.starts_with("Australia/") => return "61",
        _ => {}
    }
    match currency.code() {
        "CNY" => "86",
        "TWD" => "886",
        "HKD" => "852",
        "MOP" => "853",
        "SGD" => "65",
        "USD" | "CAD" => "1",
        "GBP" => "44",
        "JPY" => "81",
        "KRW" => "82",
        "AUD" => "61",
        "INR" => "91",
        _ => "",
    }
}

/// E.164 digits without the plus sign; `None` for a blank cell.
pub(crate) fn phone(cell: &Cell<'_>, home: &str) -> Read<Option<String>> {
    let text = match cell {
        Cell::Blank => return Ok(None),
        Cell::Error(e) => return error(e),
        Cell::Int(n) => Cow::Owned(n.to_string()),
        Cell::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => Cow::Owned(number_text(*n)),
        Cell::Text(t) => text::clean(t),
        _ => return Err(Code::PhoneInvalid.into()),
    };
    if text::is_nothing(&text) {
        return Ok(None);
    }
    let text = text::narrowed(&text);
    // several numbers, or an extension: the first number
    let main = text.split([';', ',', '/', '、', '|', '#']).next().unwrap_or(&text);
    let main = main.split(['x', 'X', '转', '轉']).next().unwrap_or(main);
    let main = main.split(" ext").next().unwrap_or(main).trim();
    let main = main.strip_prefix("tel:").unwrap_or(main);
    if let Some(digits) = text::scientific(main) {
        return digits.map_err(|()| Code::PhoneLostDigits.into()).and_then(|d| national(&d, home).map(Some));
    }
    let main = main.strip_suffix(".0").unwrap_or(main);
    let mut digits = String::with_capacity(main.len() + 2);
    let mut international = false;
    for (i, c) in main.chars().enumerate() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() && !international => international = true,
            ' ' | '-' | '(' | ')' | '.' | '–' | '—' | '·' | '_' => {}
            _ if i == 0 && c == '\'' => {}
            _ => return Err(Code::PhoneInvalid.into()),
        }
    }
    if international {
        // +86 (0)138…: the trunk zero is not dialled
        let digits = digits.strip_prefix("860").map(|r| format!("86{r}")).unwrap_or(digits);
        return plausible(digits).map(Some);
    }
    national(&digits, home).map(Some)
}

fn national(digits: &str, home: &str) -> Read<String> {
    if let Some(rest) = digits.strip_prefix("00") {
        return plausible(rest.to_owned());
    }
    let bytes = digits.as_bytes();
    let chinese_mobile = |b: &[u8]| matches!(b, [b'1', b'3'..=b'9', ..]) && b.len() == 11;
    // where people dial 1 before the area code, these may be theirs: 1 310 555 0199; but no exchange there begins with 0 or 1
    let american = home == "1" && matches!(bytes.get(4), Some(b'2'..=b'9'));
    let full = if chinese_mobile(bytes) && !american {
        format!("86{digits}")
    } else if digits.strip_prefix("86").is_some_and(|r| chinese_mobile(r.as_bytes())) {
        digits.to_owned()
    } else if let Some(rest) = digits.strip_prefix('0').filter(|r| !home.is_empty() && home != "1" && r.len() >= 7) {
        format!("{home}{rest}")
    } else if home == "1" && bytes.len() == 10 {
        format!("1{digits}")
    } else if matches!(home, "852" | "853" | "65") && bytes.len() == 8 {
        format!("{home}{digits}")
    } else {
        digits.to_owned()
    };
    plausible(full)
}

fn plausible(digits: String) -> Read<String> {
    let first = digits.bytes().next();
    let one_digit = digits.bytes().all(|b| Some(b) == first);
    if (7..=15).contains(&digits.len()) && !one_digit { Ok(digits) } else { Err(Code::PhoneInvalid.into()) }
}

/// Lower case, one `@`; `None` for a blank cell. A masked address is many people's.
pub(crate) fn email(cell: &Cell<'_>) -> Read<Option<String>> {
    let text = match cell {
        Cell::Blank => return Ok(None),
        Cell::Error(e) => return error(e),
        Cell::Text(t) => text::clean(t),
        _ => return Err(Code::EmailInvalid.into()),
    };
    if text::is_nothing(&text) {
        return Ok(None);
    }
    let lower = text::narrowed(&text).to_lowercase();
    let address = lower.strip_prefix("mailto:").unwrap_or(&lower);
    let good = address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && domain.len() >= 3
            && domain.split('.').count() >= 2
            && domain.split('.').all(|part| !part.is_empty())
            && !domain.contains('@')
    });
    let chars_fine = !address.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')'));
    if good && chars_fine && address.len() <= 254 && !mask::is_masked(address) { Ok(Some(address.to_owned())) } else { Err(Code::EmailInvalid.into()) }
}

/// A phone that a person typed, as it would be read from a file: E.164 digits; `None` for nothing.
///
/// # Errors
/// It is no phone.
pub fn phone_of(text: &str, currency: Currency, zone: &str) -> Result<Option<String>, Code> {
    phone(&Cell::Text(text.into()), calling_code(currency, zone)).map_err(|_| Code::PhoneInvalid)
}

/// A number of the business's own that a person typed, as it would be read from a file; `None` for nothing, and for one that is hidden in
/// part: it is many people's.
///
/// # Errors
/// It is too long, or lacks digits.
pub fn number_of(text: &str) -> Result<Option<String>, Code> {
    let number = text::id(&Cell::Text(text.into()), false).map_err(|f| f.code)?;
    Ok(number.filter(|n| !mask::is_masked(n)))
}

/// An e-mail address that a person typed, as it would be read from a file; `None` for nothing.
///
/// # Errors
/// It is no address.
pub fn email_of(text: &str) -> Result<Option<String>, Code> {
    email(&Cell::Text(text.into())).map_err(|_| Code::EmailInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Result<Option<String>, Code> {
        phone(&Cell::text(text), "86").map_err(|f| f.code)
    }

    #[test]
    fn one_number_however_it_is_written() {
        for text in ["13800001111", "+86 138 0000 1111", "0086-138-0000-1111", "86 13800001111", "１３８００００１１１１", "138-0000-1111", "1.3800001111E+10", "13800001111.0", "13800001111;13900002222", "(+86)13800001111"] {
            assert_eq!(p(text), Ok(Some("8613800001111".into())), "{text}");
        }
        assert_eq!(phone(&Cell::Number(13_800_001_111.0), "86"), Ok(Some("8613800001111".into())));
        assert_eq!(p("010-12345678"), Ok(Some("861012345678".into())));
        assert_eq!(p("+1 (212) 555-0199"), Ok(Some("12125550199".into())));
        assert_eq!(phone(&Cell::text("(212) 555-0199"), "1"), Ok(Some("12125550199".into())));
        assert_eq!(phone(&Cell::text("0912345678"), "886"), Ok(Some("886912345678".into())));
    }

    #[test]
    fn a_bare_mobile_number_is_chinese_unless_it_can_be_american() {
        let usd = Currency::parse("USD").expect("a currency");
        let cny = Currency::CNY;
        let read = |text: &str, home| phone(&Cell::text(text), home).map_err(|f| f.code);
        for (currency, zone) in [(usd, "Asia/Shanghai"), (cny, "America/New_York"), (cny, "Asia/Shanghai"), (Currency::parse("EUR").expect("a currency"), "Europe/Berlin")] {
            for text in ["13800000001", "18612345678"] {
                assert_eq!(read(text, calling_code(currency, zone)), Ok(Some(format!("86{text}"))), "{text} {zone}");
            }
        }
        let home = calling_code(usd, "America/Los_Angeles");
        assert_eq!(read("13800000001", home), Ok(Some("8613800000001".into())), "no exchange begins with 0");
        for text in ["13105550199", "1-310-555-0199", "(310) 555-0199", "3105550199"] {
            assert_eq!(read(text, home), Ok(Some("13105550199".into())), "{text}");
        }
        assert_eq!(read("+1 380 255 0001", calling_code(usd, "Asia/Shanghai")), Ok(Some("13802550001".into())), "the file says so");
    }

    #[test]
    fn lost_digits_are_not_a_number() {
        assert_eq!(p("1.38E+10"), Err(Code::PhoneLostDigits));
        assert_eq!(p("1.38e+10"), Err(Code::PhoneLostDigits));
        assert_eq!(p("12345"), Err(Code::PhoneInvalid));
        assert_eq!(p("00000000000"), Err(Code::PhoneInvalid));
        assert_eq!(p("call me"), Err(Code::PhoneInvalid));
        assert_eq!(p("-"), Ok(None));
    }

    #[test]
    fn addresses() {
        let e = |t: &str| email(&Cell::text(t)).map_err(|f| f.code);
        assert_eq!(e(" Amy@Example.COM "), Ok(Some("amy@example.com".into())));
        assert_eq!(e("ａｍｙ＠example.com"), Ok(Some("amy@example.com".into())));
        for bad in ["amy", "amy@", "@x.com", "a@b", "a b@x.com", "a@x..com", "hannah88opowersc@m", "w***@mail.cn", "***@mail.cn"] {
            assert_eq!(e(bad), Err(Code::EmailInvalid), "{bad}");
        }
    }
}
