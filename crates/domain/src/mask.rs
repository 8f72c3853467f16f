//! What stands in the place of a person's details where they may not be seen: `138****5678`, `w***@mail.cn`. Pure.
//!
//! A mask is the same for every detail with the same ends, so it tells nobody apart by what it hides. Names and a business's own
//! numbers stay, unless they read as contact data themselves: many a member number is a phone.

use crate::identity::{Identifier, IdentifierKind};
use std::borrow::Cow;

/// In the place of what is hidden; always four, so that not even its length is told.
const STARS: &str = "****";

/// A phone: the first three and the last four digits of the number as people dial it.
pub fn phone(number: &str) -> String {
    let digits = digits(number);
    ends(national(&digits))
}

/// An e-mail address: its first letter and where it is.
pub fn email(address: &str) -> String {
    let Some((user, host)) = address.rsplit_once('@') else { return STARS.to_owned() };
    let mut letters = user.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(_)) => format!("{first}***@{host}"),
        _ => format!("***@{host}"),
    }
}

/// An identifier of any kind.
pub fn identifier(i: &Identifier) -> String {
    match i.kind {
        IdentifierKind::Phone => phone(&i.value),
        IdentifierKind::Email => email(&i.value),
        IdentifierKind::Unionid => STARS.to_owned(),
        IdentifierKind::External | IdentifierKind::Member => text(&i.value).into_owned(),
    }
}

/// Any text: phones, e-mail addresses and identity numbers in it are masked, the rest stays.
pub fn text(text: &str) -> Cow<'_, str> {
    let addresses = addresses(text);
    let cut = if addresses.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, &addresses, email)) };
    let numbers = numbers(&cut);
    if numbers.is_empty() {
        return cut;
    }
    Cow::Owned(replaced(&cut, &numbers, |number| ends(national(&digits(number)))))
}

/// Does a mask stand in it? Then it names nobody: many have the same.
pub fn is_masked(text: &str) -> bool {
    let ends = |side: &mut dyn Iterator<Item = char>| side.take(2).filter(|c| digit(*c).is_some()).count() == 2;
    let between = |at: usize| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + STARS.len()..).unwrap_or_default());
        ends(&mut before.chars().rev()) && ends(&mut after.chars())
    };
    text.contains("***@") || text.match_indices(STARS).any(|(at, _)| between(at))
}

/// Does the text hold what would be masked?
pub fn hides(text: &str) -> bool {
    !addresses(text).is_empty() || !numbers(text).is_empty()
}

/// Does a whole number read as a mobile phone, as spreadsheets keep them?
pub fn is_phone(number: i64) -> bool {
    (13_000_000_000..=19_999_999_999).contains(&number) || (8_613_000_000_000..=8_619_999_999_999).contains(&number)
}

/// Words of a heading that say that what stands below is a person's detail.
const HEADINGS: &[&str] = &[
    "手机", "电话", "電話", "手機", "联系方式", "邮箱", "邮件", "郵件", "信箱", "地址", "住址", "身份证", "证件", "護照", "护照", "银行卡", "卡号", "微信", "qq", "unionid", "openid", "生日",
    "出生日期", "phone", "mobile", "telephone", "e_mail", "email", "mail", "address", "passport", "identity", "id_card", "idcard", "ssn", "wechat", "whatsapp", "birthday", "birth_date",
    "birthdate", "date_of_birth", "dob", "iban",
];

/// Does a heading or a machine name say that what it names is a person's detail?
pub fn heading(name: &str) -> bool {
    let plain: String = name.to_lowercase().chars().map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c }).collect();
    let word = |w: &&'static str| {
        let ascii = w.is_ascii();
        plain.match_indices(*w).any(|(at, _)| !ascii || (edge(plain.get(..at), true) && edge(plain.get(at + w.len()..), false)))
    };
    HEADINGS.iter().any(|w| word(w))
}

/// Is there no letter right beside a word? `mail` is a word of `e_mail`, not of `mailing`.
fn edge(beside: Option<&str>, before: bool) -> bool {
    let next = beside.and_then(|b| if before { b.chars().next_back() } else { b.chars().next() });
    next.is_none_or(|c| !c.is_ascii_alphabetic())
}

/// The first three and the last four of enough characters, fewer of fewer, none of too few.
fn ends(text: &str) -> String {
    let count = text.chars().count();
    let (first, last) = match count {
        0..=5 => (0, 0),
        6..=7 => (0, 2),
        8..=10 => (2, 2),
        _ => (3, 4),
    };
    let head: String = text.chars().take(first).collect();
    let tail: String = text.chars().skip(count - last).collect();
    format!("{head}{STARS}{tail}")
}

/// The digits of a number, in whatever way they are written.
fn digits(text: &str) -> String {
    text.chars().filter_map(digit).collect()
}

/// A digit, full-width ones too, or the letter that ends an identity number.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
        'X' | 'x' => Some('X'),
        _ => None,
    }
}

/// A Chinese mobile number without its country's code; any other number as it is.
fn national(digits: &str) -> &str {
    let bare = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(digits);
    if mobile(bare) { bare } else { digits }
}

/// Eleven digits that begin like a Chinese mobile number.
fn mobile(digits: &str) -> bool {
    let mut all = digits.chars();
    digits.len() == 11 && all.next() == Some('1') && all.next().is_some_and(|c| ('3'..='9').contains(&c)) && all.all(|c| c.is_ascii_digit())
}

/// Do these digits, written with this sign in front, read as a phone?
fn reads_as_phone(digits: &str, plus: bool) -> bool {
    if digits.contains('X') {
        return false;
    }
    mobile(national(digits)) || (plus && (8..=15).contains(&digits.len())) || (digits.starts_with('0') && (10..=12).contains(&digits.len()))
}

/// Do these read as a Chinese identity number: 17 digits and a check sign, with a day of birth inside?
fn reads_as_identity(digits: &str) -> bool {
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<u32>().ok());
    digits.len() == 18
        && number(6, 10).is_some_and(|year| (1900..=2100).contains(&year))
        && number(10, 12).is_some_and(|month| (1..=12).contains(&month))
        && number(12, 14).is_some_and(|day| (1..=31).contains(&day))
        && !digits.get(..17).is_some_and(|d| d.contains('X'))
}

/// Where e-mail addresses stand in a text, in bytes.
fn addresses(text: &str) -> Vec<(usize, usize)> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%' | '\'');
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, sign) in text.char_indices().filter(|(_, c)| matches!(c, '@' | '＠')) {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + sign.len_utf8()..).unwrap_or_default());
        // a letter of the address's own script: 请联系wang@mail.cn begins at w
        let latin = |c: char| inside(c) && c.is_ascii();
        let begins = before.char_indices().rev().take_while(|(_, c)| latin(*c)).last().map(|(i, _)| i);
        let begins = begins.or_else(|| before.char_indices().rev().take_while(|(_, c)| inside(*c)).last().map(|(i, _)| i));
        let length: usize = after.chars().take_while(|c| inside(*c)).map(char::len_utf8).sum();
        let host = after.get(..length).unwrap_or_default().trim_end_matches('.');
        if let (Some(begins), true) = (begins, host.contains('.')) {
            let from = found.last().map_or(begins, |(_, end)| begins.max(*end));
            found.push((from, at + sign.len_utf8() + host.len()));
        }
    }
    found
}

/// Where phones and identity numbers stand in a text, in bytes: digits in groups with one sign between them.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut run: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<usize> = None;
    let mut gap = 0;
    let close = |run: &mut Vec<(usize, usize)>, open: &mut Option<usize>, end: usize| {
        if let Some(from) = open.take() {
            run.push((from, end));
        }
    };
    for (at, c) in text.char_indices() {
        // the letter of an identity number ends a group and begins none
        let counts = digit(c).is_some_and(|d| d != 'X' || open.is_some_and(|from| digits(text.get(from..at).unwrap_or_default()).len() == 17));
        if counts {
            open.get_or_insert(at);
            gap = 0;
            continue;
        }
        close(&mut run, &mut open, at);
        gap += 1;
        if gap > 1 || !matches!(c, ' ' | '-' | '.' | '(' | ')' | '（' | '）' | '\u{a0}' | '－') {
            settle(text, &mut run, &mut found);
        }
    }
    close(&mut run, &mut open, text.len());
    settle(text, &mut run, &mut found);
    found
}

/// The longest stretches of groups that read as a phone or an identity number.
fn settle(text: &str, run: &mut Vec<(usize, usize)>, found: &mut Vec<(usize, usize)>) {
    let groups = std::mem::take(run);
    let mut from = 0;
    while let Some((begins, _)) = groups.get(from).copied() {
        let reads = |to: &usize| {
            let Some((_, ends)) = groups.get(*to).copied() else { return false };
            let plus = text.get(..begins).is_some_and(|before| before.ends_with(['+', '＋']));
            let digits = digits(text.get(begins..ends).unwrap_or_default());
            reads_as_phone(&digits, plus) || reads_as_identity(&digits)
        };
        match (from..groups.len()).rev().find(reads) {
            Some(to) => {
                let ends = groups.get(to).map_or(begins, |(_, ends)| *ends);
                found.push((begins, ends));
                from = to + 1;
            }
            None => from += 1,
        }
    }
}

/// The text with these places made anew.
fn replaced(text: &str, places: &[(usize, usize)], anew: impl Fn(&str) -> String) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (from, to) in places {
        out.push_str(text.get(at..*from).unwrap_or_default());
        out.push_str(&anew(text.get(*from..*to).unwrap_or_default()));
        at = *to;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_phone_shows_its_ends() {
        for (number, shown) in [
            ("8613812345678", "138****5678"),
            ("13812345678", "138****5678"),
            ("+86 138-1234-5678", "138****5678"),
            ("００８６１３８１２３４５６７８", "138****5678"),
            ("447911123456", "447****3456"),
            ("021655512", "02****12"),
            ("655512", "****12"),
            ("110", "****"),
            ("", "****"),
        ] {
            assert_eq!(phone(number), shown, "{number}");
        }
    }

    #[test]
    fn an_address_shows_its_first_letter_and_its_place() {
        for (address, shown) in [("wang@mail.cn", "w***@mail.cn"), ("a@b.cn", "***@b.cn"), ("王芳@例子.cn", "王***@例子.cn"), ("a@b@c.cn", "a***@c.cn"), ("nonsense", "****")] {
            assert_eq!(email(address), shown, "{address}");
        }
    }

    #[test]
    fn what_stands_in_a_text_is_found_and_the_rest_stays() {
        for (given, shown) in [
            ("王伟", "王伟"),
            ("客户7", "客户7"),
            ("王伟13812345678", "王伟138****5678"),
            ("打 138 1234 5678 或 wang.li@mail.cn。", "打 138****5678 或 w***@mail.cn。"),
            ("请联系wang@mail.cn", "请联系w***@mail.cn"),
            ("wang@mail.cn谢谢13812345678", "w***@mail.cn谢谢138****5678"),
            ("+44 7911 123456!", "+447****3456!"),
            ("电话021-65551234转8", "电话021****1234转8"),
            ("身份证 11010519491231002X", "身份证 110****002X"),
            ("2025-12-28 13812345678", "2025-12-28 138****5678"),
            ("M001", "M001"),
            ("D0307", "D0307"),
            ("2025-12-28 10:00:00", "2025-12-28 10:00:00"),
            ("订单 4312345678901234567", "订单 4312345678901234567"),
            ("¥1,234.50", "¥1,234.50"),
            ("@home", "@home"),
            ("1 @ 2.5", "1 @ 2.5"),
        ] {
            assert_eq!(text(given), shown, "{given}");
            assert_eq!(hides(given), given != shown, "{given}");
        }
    }

    #[test]
    fn a_number_of_the_business_stays_unless_it_is_a_phone() {
        let of = |kind, value: &str| identifier(&Identifier { kind, value: value.into() });
        assert_eq!(of(IdentifierKind::External, "VIP-0042"), "VIP-0042");
        assert_eq!(of(IdentifierKind::Member, "13812345678"), "138****5678");
        assert_eq!(of(IdentifierKind::External, "amy@mail.cn"), "a***@mail.cn");
        assert_eq!(of(IdentifierKind::Phone, "8613812345678"), "138****5678");
        assert_eq!(of(IdentifierKind::Unionid, "oUnion123"), "****");
    }

    #[test]
    fn a_mask_is_known_as_one() {
        for masked in ["13812345678", "0216555512", "amy@mail.cn", "a@b.cn", "客户13812345678", "+44 7911 123456"] {
            assert!(is_masked(&text(masked)) && !is_masked(masked), "{masked}");
        }
        for other in ["M001", "****", "t****1", "A****", "amy*@mail.cn", ""] {
            assert!(!is_masked(other), "{other}");
        }
    }

    #[test]
    fn a_heading_says_what_stands_below() {
        for personal in ["custom.备用电话", "Home address", "e-mail", "custom.wechat", "身份证号", "收货地址", "mobile_2", "Date of birth"] {
            assert!(heading(personal), "{personal}");
        }
        for other in ["custom.skin_type", "mailing frequency", "城市", "net", "channel", "addressable"] {
            assert!(!heading(other), "{other}");
        }
        assert!(is_phone(13_812_345_678) && is_phone(8_613_812_345_678) && !is_phone(42) && !is_phone(20_000_000_000));
    }

    fn chinese() -> impl Strategy<Value = String> {
        "1[3-9][0-9]{9}"
    }

    fn around() -> impl Strategy<Value = (String, String)> {
        ("[a-z王伟，。:]{0,6}", "[a-z王伟，。:]{0,6}")
    }

    proptest! {
        #[test]
        fn the_middle_of_a_phone_never_shows(number in chinese(), (before, after) in around()) {
            let shown = text(&format!("{before}{number}{after}")).into_owned();
            let masked = format!("{}{STARS}{}", &number[..3], &number[7..]);
            prop_assert!(shown.contains(&masked), "{shown}");
            // seven digits are left, whatever stood around
            prop_assert_eq!(shown.chars().filter(char::is_ascii_digit).count(), 7);
            prop_assert!(!shown.contains(&number[2..8]));
        }

        #[test]
        fn two_phones_with_the_same_ends_look_the_same(number in chinese(), other in "[0-9]{4}") {
            let twin = format!("{}{other}{}", &number[..3], &number[7..]);
            prop_assert_eq!(phone(&number), phone(&twin));
            prop_assert_eq!(phone(&format!("86{number}")), phone(&twin));
            prop_assert_eq!(text(&number), text(&twin));
        }

        #[test]
        fn two_addresses_with_the_same_ends_look_the_same(first in "[a-z]", a in "[a-z0-9.]{1,12}", b in "[a-z0-9.]{1,12}") {
            prop_assert_eq!(email(&format!("{first}{a}@mail.cn")), email(&format!("{first}{b}@mail.cn")));
            let shown = text(&format!("写给 {first}{a}@mail.cn")).into_owned();
            prop_assert_eq!(shown, format!("写给 {first}***@mail.cn"));
        }

        #[test]
        fn nothing_makes_it_fall(any in ".{0,80}") {
            let once = text(&any).into_owned();
            prop_assert!(hides(&any) || once == any);
        }
    }
}
