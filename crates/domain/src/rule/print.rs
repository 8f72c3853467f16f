//! Canonical text of a rule: `parse(rule.to_string())` is the same tree again, whatever the tree.

use super::{
    Arith, Expr, Function, Literal, Op, Rule, Stat,
    lex::{is_name_rest, is_name_start, is_reserved},
    typing::{fact_key, field_key, split_field},
};
use crate::{
    feature::{Aggregate, Condition, Measure},
    period::Window,
};
use std::fmt::{self, Display, Formatter};

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Rule::All(rules) => group(f, rules, "and", "all", "everyone"),
            Rule::Any(rules) => group(f, rules, "or", "any", "nobody"),
            Rule::Not(rule) => match rule.as_ref() {
                Rule::In { expr, values } => write!(f, "{expr} not in ({})", List(values)),
                Rule::Missing { expr } => write!(f, "{expr} is known"),
                Rule::Contains { expr, text } => write!(f, "{expr} not contains {}", Quoted(text)),
                Rule::Between { expr, low, high } => write!(f, "{expr} not between {low} and {high}"),
                Rule::Compare { .. } | Rule::Top { .. } => write!(f, "not ({rule})"),
                _ => write!(f, "not {}", Part(rule)),
            },
            Rule::Compare { left, op, right } => write!(f, "{left} {op} {right}"),
            Rule::Between { expr, low, high } => write!(f, "{expr} between {low} and {high}"),
            Rule::In { expr, values } => write!(f, "{expr} in ({})", List(values)),
            Rule::Contains { expr, text } => write!(f, "{expr} contains {}", Quoted(text)),
            Rule::Missing { expr } => write!(f, "{expr} is missing"),
            Rule::Member { segment } => write!(f, "in segment({})", Quoted(segment)),
            Rule::Top { percent, by, bottom } => {
                write!(f, "{} {percent} % by {by}", if *bottom { "bottom" } else { "top" })
            }
        }
    }
}

fn group(f: &mut Formatter<'_>, rules: &[Rule], word: &str, function: &str, none: &str) -> fmt::Result {
    match rules {
        [] => f.write_str(none),
        [one] => write!(f, "{function}({one})"),
        [first, rest @ ..] => {
            write!(f, "{}", Part(first))?;
            rest.iter().try_for_each(|rule| write!(f, " {word} {}", Part(rule)))
        }
    }
}

/// A rule inside another: in parentheses if it is a group.
struct Part<'a>(&'a Rule);

impl Display for Part<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Rule::All(rules) | Rule::Any(rules) if rules.len() > 1 => write!(f, "({})", self.0),
            rule => write!(f, "{rule}"),
        }
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Literal(literal) => write!(f, "{literal}"),
            Expr::Feature(key) => write!(f, "{}", Name(key)),
            Expr::Aggregate(aggregate) => write!(f, "{}", Canonical(aggregate)),
            Expr::Neg(expr) => match expr.as_ref() {
                Expr::Feature(_) | Expr::Aggregate(_) | Expr::Call { .. } | Expr::Base { .. } => write!(f, "-{expr}"),
                _ => write!(f, "-({expr})"),
            },
            Expr::Binary { left, op, right } => {
                let strength = op.strength();
                match left.as_ref() {
                    Expr::Binary { op, .. } if op.strength() < strength => write!(f, "({left})")?,
                    _ => write!(f, "{left}")?,
                }
                match right.as_ref() {
                    Expr::Binary { op: inner, .. } if inner.strength() <= strength => write!(f, " {op} ({right})"),
                    _ => write!(f, " {op} {right}"),
                }
            }
            Expr::Call { function, args } => {
                write!(f, "{}(", function.key())?;
                for (i, arg) in args.iter().enumerate() {
                    write!(f, "{}{arg}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Expr::Base { stat, of, among } => match among {
                Some(among) => write!(f, "{}({}, {})", stat.key(), Name(of), Name(among)),
                None => write!(f, "{}({})", stat.key(), Name(of)),
            },
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(b) => write!(f, "{b}"),
            Literal::Number(x) => write!(f, "{x}"),
            Literal::Day(d) => write!(f, "{d}"),
            Literal::Text(t) => write!(f, "{}", Quoted(t)),
        }
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Eq => "=",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
        })
    }
}

impl Display for Arith {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Arith::Add => "+",
            Arith::Sub => "-",
            Arith::Mul => "*",
            Arith::Div => "/",
        })
    }
}

impl Arith {
    pub(super) fn strength(self) -> u8 {
        match self {
            Arith::Add | Arith::Sub => 1,
            Arith::Mul | Arith::Div => 2,
        }
    }
}

impl Function {
    pub(super) const ALL: [Function; 5] = [Function::Max, Function::Min, Function::Abs, Function::Coalesce, Function::Round];

    /// Its name in a rule's text.
    pub fn key(self) -> &'static str {
        match self {
            Function::Max => "max",
            Function::Min => "min",
            Function::Abs => "abs",
            Function::Coalesce => "coalesce",
            Function::Round => "round",
        }
    }
}

impl Stat {
    pub(super) const ALL: [Stat; 4] = [Stat::Mean, Stat::Median, Stat::P90, Stat::Sum];

    /// Its name in a rule's text.
    pub fn key(self) -> &'static str {
        match self {
            Stat::Mean => "mean_of_all",
            Stat::Median => "median_of_all",
            Stat::P90 => "p90_of_all",
            Stat::Sum => "sum_of_all",
        }
    }
}

/// Canonical text of an aggregate, e.g. `sum(orders.net, last 90 days, channel = "app")`.
pub(super) struct Canonical<'a>(pub(super) &'a Aggregate);

impl Display for Canonical<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let aggregate = self.0;
        write!(f, "{}({}", measure_key(&aggregate.measure), fact_key(aggregate.fact))?;
        if let Some(field) = aggregate.measure.field() {
            write!(f, ".{}", field_key(field))?;
        }
        match aggregate.window {
            Window::All => {}
            Window::Days(n) => write!(f, ", last {n} days")?,
            Window::Months(n) => write!(f, ", last {n} months")?,
            Window::DaysAgo { from, to } => write!(f, ", {from} to {to} days ago")?,
        }
        aggregate.filter.iter().try_for_each(|condition| write!(f, ", {}", Filter(condition)))?;
        f.write_str(")")
    }
}

struct Filter<'a>(&'a Condition);

impl Display for Filter<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Condition { field, op, values } = self.0;
        let field = field_key(*field);
        match (op, values.as_slice()) {
            (_, [one]) => write!(f, "{field} {op} {one}"),
            (Op::Eq, many) => write!(f, "{field} in ({})", List(many)),
            (Op::Ne, many) => write!(f, "{field} not in ({})", List(many)),
            (_, many) => write!(f, "{field} {op} ({})", List(many)),
        }
    }
}

/// A measure's name in a rule's text.
pub(super) fn measure_key(measure: &Measure) -> &'static str {
    match measure {
        Measure::Count => "count",
        Measure::Sum(_) => "sum",
        Measure::Mean(_) => "mean",
        Measure::Min(_) => "min",
        Measure::Max(_) => "max",
        Measure::Last(_) => "last",
        Measure::First(_) => "first",
        Measure::Distinct(_) => "distinct",
        Measure::Top(_) => "top",
        Measure::TopShare(_) => "top_share",
        Measure::DaysSinceLast => "days_since_last",
        Measure::DaysSinceFirst => "days_since_first",
        Measure::MeanGap => "mean_gap",
        Measure::P90Gap => "p90_gap",
        Measure::P90GapBefore => "p90_gap_before",
        Measure::Gaps => "gaps",
        Measure::SdGap => "sd_gap",
        Measure::LastGap => "last_gap",
        Measure::ActiveDays => "active_days",
    }
}

struct List<'a>(&'a [Literal]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, literal) in self.0.iter().enumerate() {
            write!(f, "{}{literal}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// A text in quotes.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        escaped(f, self.0, '"')
    }
}

/// A feature key, in backticks if it could be read as something else.
pub(super) struct Name<'a>(pub(super) &'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        let shaped = chars.next().is_some_and(is_name_start) && chars.all(is_name_rest);
        if shaped && !is_reserved(self.0) && split_field(self.0).is_none() {
            f.write_str(self.0)
        } else {
            escaped(f, self.0, '`')
        }
    }
}

fn escaped(f: &mut Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    write!(f, "{quote}")?;
    for c in text.chars() {
        match c {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\\' => f.write_str("\\\\")?,
            c if c == quote => write!(f, "\\{c}")?,
            c => write!(f, "{c}")?,
        }
    }
    write!(f, "{quote}")
}
