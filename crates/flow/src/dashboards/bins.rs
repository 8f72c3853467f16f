//! How the values of a feature are spread: bins whose edges are numbers people count in, each a rule that takes in exactly whom it counts.
//!
//! How wide they are follows from the values (Freedman and Diaconis), of the ninety-eight in a hundred in the middle: the few at either
//! end are taken together, so that one customer who spent a fortune does not squeeze all others into one bar.

use super::{
    groups::{Group, Groups, unknown},
    tile::{Who, numeric},
};
use crate::{Error, Result, analysis::Picture, sight::Walls};
use domain::{Currency, Label, ValueType, rule::{Expr, Literal, grouped}};
use lake::Bits;

/// Bins, where nobody asked for a number of them.
const MOST: f64 = 20.0;
/// Parts of all values that are left to the open bins at either end.
const TAIL: f64 = 0.01;

/// One of 1, 2 and 5 times a power of ten: every edge is a whole number of them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Width {
    digit: i64,
    power: i32,
}

impl Width {
    /// The least that is as wide as this, with no more decimals than the values have.
    fn at_least(wide: f64, decimals: i32) -> Width {
        if !(wide.is_finite() && wide > 0.0) {
            return Width { digit: 1, power: 0 };
        }
        let power = (wide.log10().floor() as i32).clamp(-12, 15).max(-decimals);
        // a hair less, so that what 0.1 · 3 comes to does not make the next
        let fits = |w: &Width| w.edge(1) >= wide * (1.0 - 1e-9);
        [(1, power), (2, power), (5, power)].into_iter().map(|(digit, power)| Width { digit, power }).find(fits).unwrap_or(Width { digit: 1, power: power + 1 })
    }

    /// The n-th edge: the number that its decimal text reads as.
    fn edge(self, n: i64) -> f64 {
        let times = (n as f64) * (self.digit as f64);
        if self.power >= 0 { times * 10f64.powi(self.power) } else { times / 10f64.powi(-self.power) }
    }

    /// The bin a value is in.
    fn place(self, x: f64) -> i64 {
        let mut n = (x / self.edge(1)).floor() as i64;
        while self.edge(n) > x {
            n -= 1;
        }
        while self.edge(n + 1) <= x {
            n += 1;
        }
        n
    }
}

/// Which bins there are.
#[derive(Debug, PartialEq)]
struct Scale {
    width: Width,
    first: i64,
    last: i64,
    /// the first takes in whatever is less
    below: bool,
    /// the last takes in whatever is more
    above: bool,
}

impl Scale {
    /// For values in their order, at most about so many; none where there is no value.
    fn of(sorted: &[f64], wanted: Option<u32>, decimals: i32) -> Option<Scale> {
        let at = |share: f64| sorted.get(((sorted.len().saturating_sub(1)) as f64 * share).round() as usize).copied();
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let (low, high) = (at(TAIL)?, at(1.0 - TAIL)?);
        let range = high - low;
        let usual = 2.0 * (at(0.75)? - at(0.25)?) / (sorted.len() as f64).cbrt();
        let wide = match wanted {
            Some(n) => range / f64::from(n),
            None if usual > 0.0 => usual.max(range / MOST),
            // more than half of them are equal
            None => range / ((sorted.len() as f64).log2().ceil() + 1.0).clamp(5.0, MOST),
        };
        let width = Width::at_least(wide, decimals);
        let (mut first, mut last) = (width.place(low), width.place(high));
        // one more bin says more than an open end
        first -= i64::from(least < width.edge(first) && least >= width.edge(first - 1));
        last += i64::from(most >= width.edge(last + 1) && most < width.edge(last + 2));
        Some(Scale { width, first, last, below: least < width.edge(first), above: most >= width.edge(last + 1) })
    }
}

/// The bins of some customers, and how they were made.
///
/// # Errors
/// `access.masked`, `feature.not_found`, `dashboard.measure`.
pub(super) fn bins(picture: &Picture, walls: &Walls, who: &Bits, key: &str, wanted: Option<u32>, currency: Currency) -> Result<(Groups, Option<Label>)> {
    walls.ask(key)?;
    let column = picture.expect(key)?;
    let feature = picture.definitions.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
    if !numeric(feature.value) {
        return Err(Error::invalid("dashboard.measure", format!("{key} 不是数，不能计算"), format!("{key} is no number to reckon with")));
    }
    let money = feature.value == ValueType::Money;
    let (minor, decimals) = match feature.value {
        ValueType::Money => (currency.scale() as f64, currency.digits() as i32),
        ValueType::Int => (1.0, 0),
        _ => (1.0, 12),
    };
    let mut known = column.known().clone();
    known.and(who);
    let mut sorted: Vec<f64> = known.iter().filter_map(|i| column.number(i)).filter(|x| x.is_finite()).map(|x| x / minor).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let name = Expr::Feature(key.to_owned());
    let mut groups = Groups { label: feature.label.clone(), all: Vec::new(), left_out: 0, apart: true };
    let scale = Scale::of(&sorted, wanted, decimals);
    if let Some(Scale { width, first, last, below, above }) = scale {
        let say = |n: i64| format!("{}{}", if money { currency.symbol() } else { String::new() }, grouped(&format!("{:.*}", usize::try_from(-width.power).unwrap_or(0), width.edge(n))));
        let single = feature.value == ValueType::Int && width == (Width { digit: 1, power: 0 });
        let literal = |n: i64| Literal::Number(width.edge(n));
        let label = |n: i64| match (n == first && below, n == last && above) {
            (true, _) => format!("< {}", say(n + 1)),
            (_, true) => format!("≥ {}", say(n)),
            _ if single => say(n),
            _ if feature.value == ValueType::Int => format!("{} – {}", say(n), grouped(&format!("{}", width.edge(n + 1) - 1.0))),
            _ => format!("{} – {}", say(n), say(n + 1)),
        };
        let rule = |n: i64| match (n == first && below, n == last && above) {
            (true, true) => format!("{name} is known"),
            (true, false) => format!("{name} < {}", literal(n + 1)),
            (false, true) => format!("{name} >= {}", literal(n)),
            _ if single => format!("{name} = {}", literal(n)),
            _ => format!("{name} >= {} and {name} < {}", literal(n), literal(n + 1)),
        };
        let edges: Vec<f64> = (first + 1..=last).map(|n| if money { (width.edge(n) * minor).round() } else { width.edge(n) }).collect();
        let mut bits: Vec<Bits> = (first..=last).map(|_| Bits::none(who.len())).collect();
        for i in known.iter() {
            let Some(x) = column.number(i) else { continue };
            if let Some(of) = bits.get_mut(edges.partition_point(|e| *e <= x)) {
                of.insert(i);
            }
        }
        let group = |(n, who): (i64, Bits)| Group { key: n.to_string(), label: Label::same(label(n)), who, filter: Who::from([("rule".to_owned(), rule(n))]) };
        groups.all = (first..=last).zip(bits).map(group).collect();
        let missing = who.count() - known.count();
        let unit = feature.unit.clone().filter(|_| !money).unwrap_or_default();
        let wide = |unit: &str| format!("{} {unit}", say(1)).trim_end().to_owned();
        let how = match feature.value {
            ValueType::Int => Label::new(format!("每格 {}", wide(&unit.zh)), format!("bins of {}", wide(&unit.en))),
            _ => Label::new(format!("每格 {}，含下限、不含上限", wide(&unit.zh)), format!("bins of {}, lower end included, upper end not", wide(&unit.en))),
        };
        let note = match missing {
            0 => how,
            n => {
                let n = grouped(&n.to_string());
                Label::new(format!("{}；另有 {n} 位未知", how.zh), format!("{}; not known of {n} more", how.en))
            }
        };
        unknown(&mut groups.all, who, column.known(), &name);
        return Ok((groups, Some(note)));
    }
    unknown(&mut groups.all, who, column.known(), &name);
    Ok((groups, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_numbers_people_count_in() {
        let of = |wide, decimals| Width::at_least(wide, decimals).edge(1);
        assert_eq!((of(0.34, 12), of(3.4, 0), of(0.3, 0), of(21.0, 2), of(50.0, 2), of(51.0, 2)), (0.5, 5.0, 1.0, 50.0, 50.0, 100.0));
        assert_eq!((of(0.0, 2), of(f64::NAN, 2), of(0.001, 2)), (1.0, 1.0, 0.01));
        // edges read as they are written
        assert_eq!(Width { digit: 1, power: -1 }.edge(3), 0.3);
        for x in [0.3, 0.7, -0.3, 1.1, 0.0, -1.0] {
            let w = Width { digit: 1, power: -1 };
            let n = w.place(x);
            assert!(w.edge(n) <= x && x < w.edge(n + 1), "{x} in {n}");
        }
    }

    #[test]
    fn ends_are_open_where_few_are_far_away() {
        let mut all: Vec<f64> = (0..1000).map(f64::from).collect();
        assert_eq!(Scale::of(&all, Some(10), 0), Some(Scale { width: Width { digit: 1, power: 2 }, first: 0, last: 9, below: false, above: false }));
        all.push(1e9);
        let with = Scale::of(&all, Some(10), 0).unwrap_or_else(|| panic!("no bins"));
        assert_eq!((with.first, with.last, with.above), (0, 9, true));
        assert_eq!(Scale::of(&[], None, 0), None);
        let same = Scale::of(&[7.0; 20], None, 0).unwrap_or_else(|| panic!("no bins"));
        assert_eq!((same.first, same.last, same.below, same.above), (7, 7, false, false));
    }
}
