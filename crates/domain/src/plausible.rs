//! Details that are well-formed and still no details: a phone of one digit, an address nobody can write to, a birthday of tomorrow. Pure.

use crate::Day;

/// Nobody on record grew older.
const OLDEST: i32 = 120;
/// So many digits in a row that are equal, or go up or down by one, nobody was given.
const RUN: usize = 8;
/// Endings that people type for another.
const SLIPS: &[&str] = &["con", "cmo", "ocm", "comm", "vom", "xom", "nte", "ogr"];

/// May this be somebody's phone? `digits` as they are kept: with the country's code, without a plus sign.
pub fn phone(digits: &str) -> bool {
    let all = digits.as_bytes();
    let fits = (7..=15).contains(&all.len()) && all.iter().all(u8::is_ascii_digit);
    fits && !runs(all) && digits.strip_prefix("86").is_none_or(chinese)
}

/// A number within China: a mobile has eleven digits and its second is no 0, 1 or 2; others have an area before them.
fn chinese(national: &str) -> bool {
    match national.as_bytes() {
        [b'1', second, ..] if national.len() == 11 => *second >= b'3',
        [b'1', ..] => national.len() < 7 || national.starts_with("10"),
        all => (5..=12).contains(&all.len()),
    }
}

/// Does it end with eight digits that are equal, or have eight that go up or down?
fn runs(all: &[u8]) -> bool {
    let stays = |by: i16| {
        let steps = all.windows(2).map(|w| matches!(w, [a, b] if i16::from(*b) - i16::from(*a) == by));
        let mut longest = 1usize;
        let mut now = 1usize;
        steps.for_each(|same| {
            now = if same { now + 1 } else { 1 };
            longest = longest.max(now);
        });
        longest >= RUN
    };
    [0, 1, -1].into_iter().any(stays)
}

/// May letters reach this address?
pub fn email(address: &str) -> bool {
    let Some((user, host)) = address.rsplit_once('@') else { return false };
    let Some((name, ending)) = host.rsplit_once('.') else { return false };
    let letters = ending.chars().count() >= 2 && ending.chars().all(|c| c.is_alphabetic()) || ending.starts_with("xn--");
    let dots = |part: &str| part.starts_with('.') || part.ends_with('.') || part.contains("..");
    !user.is_empty() && !name.is_empty() && letters && !dots(user) && !dots(host) && !SLIPS.contains(&ending) && !matches!(ending, "invalid" | "test" | "localhost")
}

/// May somebody be born on this day who is a customer today?
pub fn birthday(born: Day, today: Day) -> bool {
    born <= today && born > today.plus(-(OLDEST + 1) * 366)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_nobody_was_given() {
        for good in ["8613812345679", "8613800138000", "8602112345670", "861082345670", "13105550199", "85298765431", "4420712345670", "864008123123"] {
            assert!(phone(good), "{good}");
        }
        for bad in ["8613800000000", "8612012345670", "861381234567", "86138123456789", "8613812345678", "123456", "1234567890123456", "86138a2345678", ""] {
            assert!(!phone(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_nobody_reads() {
        for good in ["a@b.cn", "user1@example.com", "li.min@mail.co.uk", "王@例子.中国"] {
            assert!(email(good), "{good}");
        }
        for bad in ["a@b", "a@gmail.con", "a@.com", "a..b@c.de", ".a@c.de", "a@c..de", "a@c.d", "a@c.12", "a@host.invalid", "nobody"] {
            assert!(!email(bad), "{bad}");
        }
    }

    #[test]
    fn birthdays_of_nobody() {
        let day = |text: &str| Day::parse(text).expect("a day");
        let today = day("2026-01-31");
        assert!(birthday(day("1990-02-28"), today) && birthday(today, today) && birthday(day("1906-01-31"), today));
        assert!(!birthday(day("2026-02-01"), today) && !birthday(day("1899-12-31"), today));
    }
}
