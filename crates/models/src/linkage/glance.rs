//! What can be said of two values without reading them: most pairs are strangers, and sixteen bytes of each are enough to
//! see it. A glance never says anything that `compare` would not.

use super::{
    compare::{ALIKE, NEAR_DAYS},
    kind::{Kind, Level},
    value::{Parts, Value},
};

/// Sixteen bytes of a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sketch {
    /// place of the value in its vocabulary, from 1; 0 = not filled in
    pub code: u32,
    /// which letters occur; of a day its eight digits, four bits each
    what: u64,
    /// the first letter, of a telephone number the last
    mark: u16,
    /// is `what` a day?
    is_day: bool,
    /// letters, at most 255
    long: u8,
}

impl Sketch {
    pub fn of(kind: Kind, code: u32, value: &Value) -> Sketch {
        let mark = if kind == Kind::Phone { value.units.last() } else { value.units.first() };
        let (what, is_day) = match &value.parts {
            Parts::Day(_) => (value.units.iter().fold(0, |n, u| n << 4 | u64::from(u & 15)), true),
            _ => (value.bag, false),
        };
        Sketch { code, what, mark: mark.copied().unwrap_or(0), is_day, long: value.units.len().min(255) as u8 }
    }
}

/// The level of two different values, if a glance tells.
pub(crate) fn glance(kind: Kind, a: Sketch, b: Sketch) -> Option<Level> {
    let hopeless = match kind {
        Kind::Category => true,
        Kind::Date if a.is_day && b.is_day => return Some(days(a.what as u32, b.what as u32)),
        Kind::GivenName | Kind::FamilyName | Kind::Place => {
            let (only_a, only_b) = (a.what & !b.what, b.what & !a.what);
            only_a != 0 && only_b != 0 && least(a, b) > 1 && most_alike(a, b) < ALIKE && a.long.max(b.long) > 3
        }
        Kind::Email => a.mark != b.mark && least(a, b) > (u32::from(a.long.max(b.long)) / 5).max(2),
        Kind::Phone => a.mark != b.mark && least(a, b) > 2,
        Kind::Identity | Kind::Postcode => least(a, b) > 2,
        Kind::House => least(a, b) > 1,
        _ => false,
    };
    hopeless.then_some(Level::Different)
}

/// No fewer edits than this.
fn least(a: Sketch, b: Sketch) -> u32 {
    let only = (a.what & !b.what).count_ones().max((b.what & !a.what).count_ones());
    only.max(u32::from(a.long.min(64).abs_diff(b.long.min(64))))
}

/// No higher Jaro–Winkler alikeness than this.
fn most_alike(a: Sketch, b: Sketch) -> f64 {
    let (long_a, long_b) = (f64::from(a.long.min(64)), f64::from(b.long.min(64)));
    let shared = (long_a - f64::from((a.what & !b.what).count_ones())).min(long_b - f64::from((b.what & !a.what).count_ones()));
    if shared <= 0.0 {
        return 0.0;
    }
    let jaro = (shared / long_a + shared / long_b + 1.0) / 3.0;
    if a.mark == b.mark { jaro + 0.4 * (1.0 - jaro) } else { jaro }
}

/// Two different days, each as its digits.
fn days(a: u32, b: u32) -> Level {
    let differ = a ^ b;
    // one bit for each digit that differs
    let digits = (differ | differ >> 1 | differ >> 2 | differ >> 3) & 0x1111_1111;
    let neighbours = digits.count_ones() == 2 && {
        let low = digits.trailing_zeros();
        let two = |x: u32| x >> low & 0xff;
        digits >> low == 0x11 && two(a) & 15 == two(b) >> 4 && two(b) & 15 == two(a) >> 4
    };
    let (year, month, day) = (differ >> 16 == 0, differ >> 8 & 0xff == 0, differ & 0xff == 0);
    if digits.count_ones() == 1 || neighbours || (year && a >> 8 & 0xff == b & 0xff && a & 0xff == b >> 8 & 0xff) {
        Level::Close
    } else if u8::from(year) + u8::from(month) + u8::from(day) >= 2 {
        Level::Part
    } else if (number(a) - number(b)).abs() <= NEAR_DAYS {
        Level::Similar
    } else {
        Level::Different
    }
}

/// Days since an arbitrary day, good to two: it is only asked whether two days are near.
fn number(digits: u32) -> i32 {
    let two = |shift: u32| (digits >> shift & 15) as i32 + 10 * (digits >> (shift + 4) & 15) as i32;
    let year = two(24) * 100 + two(16);
    year * 365 + year / 4 + (two(8) - 1) * 305 / 10 + two(0)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{compare::compare, distance::Places, value::{canonical, value}},
        *,
    };
    use proptest::prelude::*;

    fn both(kind: Kind, a: &str, b: &str) -> (Option<Level>, Level) {
        let (a, b) = (canonical(kind, a), canonical(kind, b));
        let (a, b) = (value(kind, a.as_str().min(&b)), value(kind, a.as_str().max(&b)));
        (glance(kind, Sketch::of(kind, 1, &a), Sketch::of(kind, 2, &b)), compare(kind, &mut Places::default(), &a, &b))
    }

    proptest! {
        #[test]
        fn a_glance_says_what_reading_says(a in "[a-e0-3@.张伟]{1,12}", b in "[a-e0-3@.张伟]{1,12}", kind in prop::sample::select(vec![
            Kind::GivenName, Kind::Place, Kind::Email, Kind::Phone, Kind::Identity, Kind::Postcode, Kind::House, Kind::Category,
        ])) {
            prop_assume!(canonical(kind, &a) != canonical(kind, &b) && !canonical(kind, &a).is_empty() && !canonical(kind, &b).is_empty());
            if let (Some(level), read) = both(kind, &a, &b) {
                prop_assert_eq!(level, read);
            }
        }

        #[test]
        fn days_at_a_glance(a in (1930u32..2020, 1u32..13, 1u32..29), b in (1930u32..2020, 1u32..13, 1u32..29), same in 0usize..4) {
            let b = match same { 0 => (a.0, b.1, b.2), 1 => (a.0, a.1, b.2), 2 => (a.0, a.2.min(12), a.1), _ => b };
            prop_assume!(a != b);
            let text = |d: (u32, u32, u32)| format!("{}-{:02}-{:02}", d.0, d.1, d.2);
            let (level, read) = both(Kind::Date, &text(a), &text(b));
            prop_assert_eq!(level, Some(read));
        }
    }
}
