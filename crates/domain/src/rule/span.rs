//! A rule asked about many customers at once who differ in one amount: not what a value is, but between what it lies.
//!
//! Every answer holds for each of them: what may be true and what may be false. Both may, where the span is too wide to
//! tell; of a single customer exactly one is. Floating point rounds monotonically, so the ends of a span are what the
//! expression itself gives there, and no value between them leaves it.

use super::{
    Arith, Op,
    base::round_half_even,
    compiled::{BaseKey, Num, Pred, Text, TopKey},
};

/// Numbers a value may be, or unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    /// the smallest, if any
    pub low: f64,
    /// the largest, if any; below `low` if there is none
    pub high: f64,
    /// may it be unknown?
    pub unknown: bool,
}

/// What goes straight from the one end to the other as the amount grows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// at the low end
    pub low: f64,
    /// at the high end
    pub high: f64,
    /// as far as rounding may take a value off the line; 0: every value is exactly on it
    pub slack: f64,
}

/// Texts a value may be, or unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// these; `None` = any text
    pub of: Option<Vec<String>>,
    /// may it be unknown?
    pub unknown: bool,
}

/// What a condition may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth {
    /// it may hold
    pub holds: bool,
    /// it may fail
    pub fails: bool,
}

/// Many customers as a rule sees them.
pub trait Spread {
    /// A feature or an interned aggregate on the number line.
    fn numbers(&self, key: &str) -> Numbers;
    /// If it goes straight from the one end to the other.
    fn straight(&self, key: &str) -> Option<Line>;
    /// A feature, a class or an interned aggregate as text.
    fn words(&self, key: &str) -> Words;
    /// Member of this segment?
    fn member(&self, segment: &str) -> Truth;
    /// A statistic over all customers.
    fn base(&self, key: &BaseKey) -> Numbers;
    /// A statistic that goes straight from the one end to the other, but is not the same at both.
    fn base_line(&self, key: &BaseKey) -> Option<Line>;
    /// The cut of a `top n %`; `None`: nobody has a value but this customer, whose own value it is.
    fn cut(&self, key: &TopKey) -> Option<f64>;
}

impl Numbers {
    /// surely unknown
    pub const NONE: Numbers = Numbers { low: f64::INFINITY, high: f64::NEG_INFINITY, unknown: true };
    /// anything
    pub const ANY: Numbers = Numbers { low: f64::NEG_INFINITY, high: f64::INFINITY, unknown: true };

    /// This one.
    pub fn only(x: f64) -> Numbers {
        Numbers { low: x, high: x, unknown: false }
    }

    /// From the one to the other, whichever is larger.
    pub fn between(a: f64, b: f64) -> Numbers {
        Numbers { low: a.min(b), high: a.max(b), unknown: false }
    }

    /// May it be known?
    pub fn known(&self) -> bool {
        self.low <= self.high
    }

    /// Is it one number and known?
    pub fn one(&self) -> Option<f64> {
        (self.low == self.high && !self.unknown).then_some(self.low)
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Numbers) -> Numbers {
        Numbers { low: self.low.min(other.low), high: self.high.max(other.high), unknown: self.unknown || other.unknown }
    }

    /// What a function that never turns back makes of it.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Numbers {
        if !self.known() {
            return Numbers::NONE;
        }
        let (a, b) = (f(self.low), f(self.high));
        Numbers { low: a.min(b), high: a.max(b), unknown: self.unknown }
    }

    /// `self op other`; unknown where the divisor may be 0 or the result not finite.
    #[must_use]
    pub fn arith(self, op: Arith, other: Numbers) -> Numbers {
        if !self.known() || !other.known() {
            return Numbers::NONE;
        }
        if op == Arith::Div && other.low <= 0.0 && other.high >= 0.0 {
            return if other.one() == Some(0.0) { Numbers::NONE } else { Numbers::ANY };
        }
        let raw = |a: f64, b: f64| match op {
            Arith::Add => a + b,
            Arith::Sub => a - b,
            Arith::Mul => a * b,
            Arith::Div => a / b,
        };
        let ends = [raw(self.low, other.low), raw(self.low, other.high), raw(self.high, other.low), raw(self.high, other.high)];
        if ends.iter().any(|x| x.is_nan()) {
            return Numbers::ANY;
        }
        let (low, high) = ends.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
        // what is not finite is unknown
        Numbers { low, high, unknown: self.unknown || other.unknown || !low.is_finite() || !high.is_finite() }
    }

    /// Does `self op other` hold?
    pub fn compare(self, op: Op, other: Numbers) -> Truth {
        let (a, b) = (self, other);
        if !a.known() || !b.known() {
            return Truth::NO;
        }
        let meet = a.low <= b.high && b.low <= a.high;
        let same = a.low == a.high && b.low == b.high && a.low == b.low;
        let (holds, fails) = match op {
            Op::Eq => (meet, !same),
            Op::Ne => (!same, meet),
            Op::Lt => (a.low < b.high, a.high >= b.low),
            Op::Le => (a.low <= b.high, a.high > b.low),
            Op::Gt => (a.high > b.low, a.low <= b.high),
            Op::Ge => (a.high >= b.low, a.low < b.high),
        };
        Truth { holds, fails: fails || a.unknown || b.unknown }
    }
}

impl Line {
    /// Always this.
    pub fn flat(x: f64) -> Line {
        Line { low: x, high: x, slack: 0.0 }
    }

    /// From the one to the other in whole numbers.
    pub fn between(low: f64, high: f64) -> Line {
        Line { low, high, slack: 0.0 }
    }

    /// The same at both ends?
    pub fn is_flat(&self) -> bool {
        self.low == self.high
    }

    /// Whole and exact everywhere? Beyond, numbers are no longer exact.
    pub fn is_whole(&self) -> bool {
        let whole = |x: f64| x.fract() == 0.0 && x.abs() < 9_007_199_254_740_992.0;
        self.slack == 0.0 && whole(self.low) && whole(self.high)
    }

    /// Further than this it never is from 0.
    pub fn reach(&self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    /// What comes of these, with what rounding may do on the way; `slack` of them as it counts in the result.
    pub fn made(low: f64, high: f64, of: &[Line], slack: f64) -> Option<Line> {
        if !low.is_finite() || !high.is_finite() || !slack.is_finite() {
            return None;
        }
        let line = Line { low, high, slack: 0.0 };
        let exact = slack == 0.0 && (of.iter().all(Line::is_flat) || line.is_whole() && of.iter().all(Line::is_whole));
        let reach = of.iter().map(Line::reach).fold(line.reach(), f64::max);
        Some(if exact { line } else { Line { slack: slack + 8.0 * f64::EPSILON * reach, ..line } })
    }

    /// `self op other`, where that is straight.
    fn arith(self, op: Arith, other: Line) -> Option<Line> {
        let of = [self, other];
        match op {
            Arith::Add => Line::made(self.low + other.low, self.high + other.high, &of, self.slack + other.slack),
            Arith::Sub => Line::made(self.low - other.low, self.high - other.high, &of, self.slack + other.slack),
            Arith::Mul if self.is_flat() || other.is_flat() => {
                let slack = self.slack * other.reach() + other.slack * self.reach() + self.slack * other.slack;
                Line::made(self.low * other.low, self.high * other.high, &of, slack)
            }
            Arith::Div if other.is_flat() && other.slack == 0.0 && other.low != 0.0 => {
                let slack = self.slack / other.reach();
                Line::made(self.low / other.low, self.high / other.high, &of, slack).map(|line| match line.is_flat() {
                    true => line,
                    // parts of whole numbers are no whole numbers
                    false => Line { slack: line.slack.max(8.0 * f64::EPSILON * line.reach()), ..line },
                })
            }
            Arith::Mul | Arith::Div => None,
        }
    }

    /// The numbers it may be.
    fn numbers(&self) -> Numbers {
        Numbers { low: self.low.min(self.high) - self.slack, high: self.low.max(self.high) + self.slack, unknown: false }
    }
}

impl Words {
    /// This one.
    pub fn only(text: impl Into<String>) -> Words {
        Words { of: Some(vec![text.into()]), unknown: false }
    }

    /// Surely unknown.
    pub fn none() -> Words {
        Words { of: Some(Vec::new()), unknown: true }
    }

    /// Anything.
    pub fn any() -> Words {
        Words { of: None, unknown: true }
    }

    fn known(&self) -> bool {
        self.of.as_ref().is_none_or(|of| !of.is_empty())
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Words) -> Words {
        let of = match (self.of, other.of) {
            (Some(mut a), Some(b)) => {
                b.into_iter().for_each(|x| if !a.contains(&x) { a.push(x) });
                Some(a)
            }
            _ => None,
        };
        Words { of, unknown: self.unknown || other.unknown }
    }

    /// Does a test of the text hold? Never of an unknown one.
    fn test(&self, test: impl Fn(&str) -> bool) -> Truth {
        let Some(of) = &self.of else { return Truth::OPEN };
        Truth { holds: of.iter().any(|t| test(t)), fails: self.unknown || of.iter().any(|t| !test(t)) }
    }
}

impl Truth {
    /// holds
    pub const YES: Truth = Truth { holds: true, fails: false };
    /// fails
    pub const NO: Truth = Truth { holds: false, fails: true };
    /// cannot be told
    pub const OPEN: Truth = Truth { holds: true, fails: true };

    /// A truth that is known.
    pub fn known(holds: bool) -> Truth {
        Truth { holds, fails: !holds }
    }

    /// Two ways to the same truth: what only one of them leaves open is not.
    #[must_use]
    fn also(self, other: Truth) -> Truth {
        Truth { holds: self.holds && other.holds, fails: self.fails && other.fails }
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        Truth { holds: self.holds && other.holds, fails: self.fails || other.fails }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        Truth { holds: self.fails, fails: self.holds }
    }
}

impl Pred {
    /// What it may come to for these customers.
    pub fn span(&self, row: &dyn Spread) -> Truth {
        match self {
            Pred::All(preds) => preds.iter().fold(Truth::YES, |all, p| all.and(p.span(row))),
            Pred::Any(preds) => !preds.iter().fold(Truth::YES, |none, p| none.and(!p.span(row))),
            Pred::Not(pred) => !pred.span(row),
            // of one customer both sides are the same number
            Pred::Compare { left, op, right, .. } if left == right => {
                let x = left.span(row);
                let equal = Truth::known(op.numbers(0.0, 0.0));
                if x.known() { Truth { fails: equal.fails || x.unknown, ..equal } } else { Truth::NO }
            }
            Pred::Compare { left, op, right, .. } => {
                let apart = left.span(row).compare(*op, right.span(row));
                let lines = left.straight(row).zip(right.straight(row));
                // so is their difference
                match lines.and_then(|(a, b)| a.arith(Arith::Sub, b)) {
                    Some(line) => apart.also(line.numbers().compare(*op, Numbers::only(0.0))),
                    None => apart,
                }
            }
            Pred::Between { num, low, high, .. } => {
                let x = num.span(row);
                low.span(row).compare(Op::Le, x).and(x.compare(Op::Le, high.span(row)))
            }
            Pred::NumIn { num, values, .. } => {
                let x = num.span(row);
                let holds = values.iter().any(|v| x.low <= *v && *v <= x.high);
                Truth { holds, fails: x.one().is_none_or(|x| !values.contains(&x)) }
            }
            Pred::TextEq { left, right, negated } => {
                let (a, b) = (left.span(row), right.span(row));
                if !a.known() || !b.known() {
                    return Truth::NO;
                }
                let (Some(left), Some(right)) = (&a.of, &b.of) else { return Truth::OPEN };
                let each = || left.iter().flat_map(|x| right.iter().map(move |y| (x == y) != *negated));
                Truth { holds: each().any(|t| t), fails: a.unknown || b.unknown || each().any(|t| !t) }
            }
            Pred::TextIn { text, values } => text.span(row).test(|t| values.iter().any(|v| v == t)),
            Pred::Contains { text, needle } => text.span(row).test(|t| t.to_lowercase().contains(needle.as_str())),
            Pred::NumMissing { num, .. } => {
                let x = num.span(row);
                Truth { holds: x.unknown, fails: x.known() }
            }
            Pred::TextMissing { text } => {
                let words = text.span(row);
                Truth { holds: words.unknown, fails: words.known() }
            }
            Pred::Member(segment) => row.member(segment),
            Pred::Top { num, key, bottom, .. } => {
                let x = num.span(row);
                match row.cut(key) {
                    Some(cut) => x.compare(if *bottom { Op::Le } else { Op::Ge }, Numbers::only(cut)),
                    None => Truth { holds: x.known(), fails: x.unknown },
                }
            }
        }
    }
}

impl Num {
    /// If it goes straight from the one end to the other: sums and differences of such do, and multiples.
    pub fn straight(&self, row: &dyn Spread) -> Option<Line> {
        match self {
            Num::Literal(x) => Some(Line::flat(*x)),
            Num::Column(key) => row.straight(key),
            Num::Base(key) => row.base(key).one().map(Line::flat).or_else(|| row.base_line(key)),
            Num::Neg(num) => num.straight(row).map(|line| Line { low: -line.low, high: -line.high, ..line }),
            Num::Binary { left, op, right } => left.straight(row)?.arith(*op, right.straight(row)?),
            _ => None,
        }
    }

    /// Between what it lies for these customers.
    pub fn span(&self, row: &dyn Spread) -> Numbers {
        if let Some(line) = self.straight(row).filter(|line| line.slack == 0.0) {
            return line.numbers();
        }
        match self {
            Num::Literal(x) => Numbers::only(*x),
            Num::Column(key) => row.numbers(key),
            Num::Base(key) => row.base(key),
            Num::Neg(num) => num.span(row).map(|x| -x),
            Num::Binary { left, op: Arith::Sub, right } if left == right => {
                let x = left.span(row);
                if x.known() { Numbers { unknown: x.unknown, ..Numbers::only(0.0) } } else { x }
            }
            Num::Binary { left, op, right } => match (op, left.straight(row), right.straight(row)) {
                // the ratio of two that go straight never turns back where the divisor is not 0
                (Arith::Div, Some(a), Some(b)) if a.is_whole() && b.is_whole() && b.low * b.high > 0.0 => {
                    Numbers::between(a.low / b.low, a.high / b.high)
                }
                _ => left.span(row).arith(*op, right.span(row)),
            },
            Num::Max(nums) => extreme(nums, row),
            Num::Min(nums) => {
                let negated: Vec<Num> = nums.iter().map(|n| Num::Neg(Box::new(n.clone()))).collect();
                extreme(&negated, row).map(|x| -x)
            }
            Num::Coalesce(nums) => {
                let mut all = Numbers::NONE;
                for num in nums {
                    let x = num.span(row);
                    all = Numbers { unknown: true, ..all.or(x) };
                    if !x.unknown {
                        return Numbers { unknown: false, ..all };
                    }
                }
                all
            }
            Num::Abs(num) => {
                let x = num.span(row);
                match x.low <= 0.0 && x.high >= 0.0 {
                    true => Numbers { low: 0.0, high: x.high.max(-x.low), unknown: x.unknown },
                    false => x.map(f64::abs),
                }
            }
            Num::Round { num, unit } => num.span(row).map(|x| round_half_even(x, *unit)),
        }
    }
}

/// The largest known one.
fn extreme(nums: &[Num], row: &dyn Spread) -> Numbers {
    let spans: Vec<Numbers> = nums.iter().map(|n| n.span(row)).filter(Numbers::known).collect();
    let sure = spans.iter().filter(|x| !x.unknown).map(|x| x.low).reduce(f64::max);
    let Some(high) = spans.iter().map(|x| x.high).reduce(f64::max) else { return Numbers::NONE };
    let low = sure.or_else(|| spans.iter().map(|x| x.low).reduce(f64::min)).unwrap_or(high);
    Numbers { low, high, unknown: sure.is_none() }
}

impl Text {
    /// What it may be for these customers.
    pub fn span(&self, row: &dyn Spread) -> Words {
        match self {
            Text::Literal(t) => Words::only(t.clone()),
            Text::Column(key) => row.words(key),
            Text::Coalesce(texts) => {
                let mut all = Words::none();
                for text in texts {
                    let words = text.span(row);
                    let sure = !words.unknown;
                    all = Words { unknown: true, ..all.or(words) };
                    if sure {
                        return Words { unknown: false, ..all };
                    }
                }
                all
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_hold_what_expressions_give() {
        let span = |low: f64, high: f64| Numbers { low, high, unknown: false };
        assert_eq!(span(1.0, 3.0).arith(Arith::Sub, span(2.0, 5.0)), span(-4.0, 1.0));
        assert_eq!(span(-2.0, 3.0).arith(Arith::Mul, span(-1.0, 4.0)), span(-8.0, 12.0));
        assert_eq!(span(1.0, 2.0).arith(Arith::Div, span(2.0, 4.0)), span(0.25, 1.0));
        assert_eq!(span(1.0, 2.0).arith(Arith::Div, span(-1.0, 4.0)), Numbers::ANY);
        assert_eq!(span(1.0, 2.0).arith(Arith::Div, Numbers::only(0.0)), Numbers::NONE);
        assert!(Numbers::only(f64::MAX).arith(Arith::Mul, span(1.0, 2.0)).unknown);
    }

    #[test]
    fn a_comparison_is_sure_where_the_spans_do_not_meet() {
        let span = |low: f64, high: f64| Numbers { low, high, unknown: false };
        assert_eq!(span(1.0, 2.0).compare(Op::Lt, span(3.0, 4.0)), Truth::YES);
        assert_eq!(span(1.0, 3.0).compare(Op::Lt, span(3.0, 4.0)), Truth::OPEN);
        assert_eq!(span(1.0, 3.0).compare(Op::Le, span(3.0, 4.0)), Truth::YES);
        assert_eq!(span(1.0, 2.0).compare(Op::Eq, span(3.0, 4.0)), Truth::NO);
        assert_eq!(span(1.0, 2.0).compare(Op::Ne, Numbers::NONE), Truth::NO);
        assert_eq!(Numbers::ANY.compare(Op::Ge, Numbers::only(1.0)), Truth::OPEN);
    }
}
