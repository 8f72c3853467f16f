//! Rules in plain language: `近 12 个月消费 ≥ ¥5,000，且 60 天没下单` · `Spend in the last 12 months ≥ ¥5,000 and no order for 60 days`.

use super::{Expr, Literal, Names, Op, Rule};
use crate::{
    feature::{Aggregate, FactKind, Measure},
    label::{Label, Lang},
    period::Window,
    value::ValueType,
};

mod noun;
pub(crate) mod text;
mod value;
mod words;

use noun::{around, fact, key_of, noun, shown_unit, sign, type_of};
use text::{tight, upper};

pub use noun::render_window;
pub use value::{amount, render_value};
pub use words::in_words;

/// A rule as a sentence without a full stop.
pub fn render(rule: &Rule, lang: Lang, names: &dyn Names) -> String {
    let text = Renderer { lang, names }.rule(rule);
    if lang == Lang::En { upper(&text) } else { text }
}

/// The sentence in both languages.
pub fn sentence(rule: &Rule, names: &dyn Names) -> Label {
    Label::new(render(rule, Lang::Zh, names), render(rule, Lang::En, names))
}

/// An expression as a noun phrase.
pub fn render_expr(expr: &Expr, lang: Lang, names: &dyn Names) -> String {
    noun(expr, None, None, lang, names)
}

struct Renderer<'a> {
    lang: Lang,
    names: &'a dyn Names,
}

impl Renderer<'_> {
    fn pick(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).to_owned()
    }

    fn rule(&self, rule: &Rule) -> String {
        match rule {
            Rule::All(rules) => self.group(rules, ("，且", " and "), ("所有客户", "everyone")),
            Rule::Any(rules) => self.group(rules, ("，或", " or "), ("没有客户", "nobody")),
            Rule::Not(inner) => self.not(inner),
            Rule::Compare { left, op, right } => self.compare(left, *op, right),
            Rule::Between { expr, low, high } => self.between(expr, low, high),
            Rule::In { expr, values } => self.one_of(expr, values, false),
            Rule::Contains { expr, text } => self.contains(expr, text, false),
            Rule::Missing { expr } => self.missing(expr),
            Rule::Member { segment } => self.member(segment, false),
            Rule::Top { percent, by, bottom } => {
                let by = self.noun(by);
                match (self.lang, bottom) {
                    (Lang::Zh, false) => format!("{} {percent}%", tight(&[&by, "排在前"])),
                    (Lang::Zh, true) => format!("{} {percent}%", tight(&[&by, "排在后"])),
                    (Lang::En, false) => format!("in the top {percent}% by {by}"),
                    (Lang::En, true) => format!("in the bottom {percent}% by {by}"),
                }
            }
        }
    }

    fn group(&self, rules: &[Rule], word: (&str, &str), none: (&str, &str)) -> String {
        if rules.is_empty() {
            return self.lang.pick(none.0, none.1).to_owned();
        }
        let part = |rule: &Rule| match rule {
            Rule::All(inner) | Rule::Any(inner) if inner.len() > 1 && rules.len() > 1 => self.enclosed(rule),
            rule => self.rule(rule),
        };
        let word = self.lang.pick(word.0, word.1);
        let join = |text: String, next: String| match self.lang {
            Lang::Zh => tight(&[&text, word, &next]),
            Lang::En => text + word + &next,
        };
        rules.iter().map(part).reduce(join).unwrap_or_default()
    }

    fn enclosed(&self, rule: &Rule) -> String {
        match self.lang {
            Lang::Zh => format!("（{}）", self.rule(rule)),
            Lang::En => format!("({})", self.rule(rule)),
        }
    }

    fn not(&self, inner: &Rule) -> String {
        match inner {
            Rule::In { expr, values } => self.one_of(expr, values, true),
            Rule::Contains { expr, text } => self.contains(expr, text, true),
            Rule::Member { segment } => self.member(segment, true),
            Rule::Missing { expr } if self.recency(expr) => self.pick("下过单", "has ordered"),
            Rule::Missing { expr } => match self.lang {
                Lang::Zh => tight(&[&self.noun(expr), "已知"]),
                Lang::En => format!("{} is known", self.noun(expr)),
            },
            Rule::Not(rule) => match self.lang {
                Lang::Zh => format!("并非（{}）", self.not(rule)),
                Lang::En => format!("not ({})", self.not(rule)),
            },
            rule => match self.lang {
                Lang::Zh => format!("并非（{}）", self.rule(rule)),
                Lang::En => format!("not ({})", self.rule(rule)),
            },
        }
    }

    fn noun(&self, expr: &Expr) -> String {
        noun(expr, None, None, self.lang, self.names)
    }

    /// A side of a comparison: literals in the other side's type and unit.
    fn side(&self, expr: &Expr, beside: &Expr) -> String {
        let ty = type_of(beside, self.names);
        match expr {
            Expr::Literal(l) => {
                value::literal(l, ty, key_of(beside), shown_unit(beside, self.lang, self.names), self.lang, self.names)
            }
            expr => noun(expr, ty, key_of(beside), self.lang, self.names),
        }
    }

    fn compare(&self, left: &Expr, op: Op, right: &Expr) -> String {
        if let (Expr::Literal(_), false) = (left, matches!(right, Expr::Literal(_))) {
            return self.compare(right, op.flipped(), left);
        }
        if let Expr::Literal(Literal::Number(x)) = right
            && let Some(text) = self.pattern(left, op, *x)
        {
            return text;
        }
        let (a, b) = (self.side(left, right), self.side(right, left));
        let ty = type_of(left, self.names).or(type_of(right, self.names));
        match (ty, op, self.lang) {
            (Some(ValueType::Text | ValueType::Bool), Op::Eq, Lang::Zh) => tight(&[&a, "为", &b]),
            (Some(ValueType::Text | ValueType::Bool), Op::Eq, Lang::En) => format!("{a} is {b}"),
            (Some(ValueType::Text | ValueType::Bool), Op::Ne, Lang::Zh) => tight(&[&a, "不是", &b]),
            (Some(ValueType::Text | ValueType::Bool), Op::Ne, Lang::En) => format!("{a} is not {b}"),
            _ => format!("{a} {} {b}", sign(op)),
        }
    }

    /// Is it the number of days since the last order?
    fn recency(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Feature(key) => key == "recency_days",
            Expr::Aggregate(a) => {
                a.fact == FactKind::Orders && a.measure == Measure::DaysSinceLast && a.filter.is_empty() && a.window == Window::All
            }
            _ => false,
        }
    }

    /// Comparisons people say in other words: `recency_days > 60` → `超过 60 天没下单`.
    fn pattern(&self, expr: &Expr, op: Op, x: f64) -> Option<String> {
        let n = value::grouped(&x.to_string());
        let s = if x == 1.0 { "" } else { "s" };
        let zh = self.lang == Lang::Zh;
        if self.recency(expr) {
            return Some(match (op, zh) {
                (Op::Gt, true) => format!("超过 {n} 天没下单"),
                (Op::Gt, false) => format!("no order for more than {n} day{s}"),
                (Op::Ge, true) => format!("{n} 天没下单"),
                (Op::Ge, false) => format!("no order for {n} day{s}"),
                (Op::Lt, true) => format!("近 {n} 天下过单"),
                (Op::Lt, false) => format!("ordered in the last {n} day{s}"),
                (Op::Le | Op::Eq, true) if x == 0.0 => "今天下过单".to_owned(),
                (Op::Le | Op::Eq, false) if x == 0.0 => "ordered today".to_owned(),
                (Op::Le, true) => format!("最近一单距今不超过 {n} 天"),
                (Op::Le, false) => format!("last order at most {n} day{s} ago"),
                (Op::Eq, true) => format!("最近一单在 {n} 天前"),
                (Op::Eq, false) => format!("last order {n} day{s} ago"),
                (Op::Ne, _) => return None,
            });
        }
        if matches!(expr, Expr::Feature(key) if key == "orders") {
            return match (none_or_some(op, x), op, zh) {
                (Some(false), _, _) => Some(self.pick("从未下单", "never ordered")),
                (Some(true), _, _) => Some(self.pick("下过单", "has ordered")),
                (None, Op::Eq, true) if x == 1.0 => Some("只下过 1 单".to_owned()),
                (None, Op::Eq, false) if x == 1.0 => Some("ordered exactly once".to_owned()),
                _ => None,
            };
        }
        match expr {
            Expr::Aggregate(a) if a.measure == Measure::Count => self.count(a, none_or_some(op, x)?),
            _ => None,
        }
    }

    /// There are (no) such facts.
    fn count(&self, aggregate: &Aggregate, some: bool) -> Option<String> {
        let zh = self.lang == Lang::Zh;
        let what = match (aggregate.fact, some, zh) {
            (FactKind::Orders, true, true) => "下过单".to_owned(),
            (FactKind::Orders, false, true) => "没下单".to_owned(),
            (FactKind::Orders, true, false) => "ordered".to_owned(),
            (FactKind::Orders, false, false) => "no order".to_owned(),
            (f, true, true) => format!("有{}", fact(f, self.lang)),
            (f, false, true) => format!("没有{}", fact(f, self.lang)),
            (f, true, false) => format!("has {}", fact(f, self.lang)),
            (f, false, false) => format!("no {}", fact(f, self.lang)),
        };
        Some(around(aggregate, &what, self.lang, self.names))
    }

    fn between(&self, expr: &Expr, low: &Expr, high: &Expr) -> String {
        let a = self.noun(expr);
        if self.recency(expr)
            && let (Expr::Literal(Literal::Number(low)), Expr::Literal(Literal::Number(high))) = (low, high)
        {
            return match self.lang {
                Lang::Zh => format!("最近一单在 {low} 到 {high} 天前"),
                Lang::En => format!("last order {low} to {high} days ago"),
            };
        }
        let (low, high) = (self.side(low, expr), self.side(high, expr));
        match self.lang {
            Lang::Zh => tight(&[&a, "在", &low, "到", &high, "之间"]),
            Lang::En => format!("{a} between {low} and {high}"),
        }
    }

    fn one_of(&self, expr: &Expr, values: &[Literal], negated: bool) -> String {
        let a = self.noun(expr);
        let show = |l: &Literal| self.side(&Expr::Literal(l.clone()), expr);
        let values: Vec<String> = values.iter().map(show).collect();
        let list = match values.as_slice() {
            [] => self.pick("（空）", "nothing"),
            [one] => one.clone(),
            [first @ .., last] => first.join(self.lang.pick("、", ", ")) + self.lang.pick("或", " or ") + last,
        };
        match (self.lang, negated) {
            (Lang::Zh, false) => tight(&[&a, "为", &list]),
            (Lang::Zh, true) => tight(&[&a, "不是", &list]),
            (Lang::En, false) => format!("{a} is {list}"),
            (Lang::En, true) => format!("{a} is not {list}"),
        }
    }

    fn contains(&self, expr: &Expr, text: &str, negated: bool) -> String {
        let a = self.noun(expr);
        match (self.lang, negated) {
            (Lang::Zh, false) => tight(&[&a, &format!("包含“{text}”")]),
            (Lang::Zh, true) => tight(&[&a, &format!("不包含“{text}”")]),
            (Lang::En, false) => format!("{a} contains “{text}”"),
            (Lang::En, true) => format!("{a} does not contain “{text}”"),
        }
    }

    fn missing(&self, expr: &Expr) -> String {
        if self.recency(expr) {
            return self.pick("从未下单", "never ordered");
        }
        match self.lang {
            Lang::Zh => tight(&[&self.noun(expr), "未知"]),
            Lang::En => format!("{} is unknown", self.noun(expr)),
        }
    }

    fn member(&self, segment: &str, negated: bool) -> String {
        let label = self.names.segment_label(segment);
        let name = label.as_ref().map_or(segment, |l| l.get(self.lang));
        match (self.lang, negated) {
            (Lang::Zh, false) => format!("属于人群“{name}”"),
            (Lang::Zh, true) => format!("不属于人群“{name}”"),
            (Lang::En, false) => format!("in segment “{name}”"),
            (Lang::En, true) => format!("not in segment “{name}”"),
        }
    }
}

/// Does the comparison of a count ask for none (`Some(false)`) or for at least one (`Some(true)`)?
fn none_or_some(op: Op, x: f64) -> Option<bool> {
    match op {
        Op::Eq | Op::Le if x == 0.0 => Some(false),
        Op::Lt if x == 1.0 => Some(false),
        Op::Gt | Op::Ne if x == 0.0 => Some(true),
        Op::Ge if x == 1.0 => Some(true),
        _ => None,
    }
}

impl Op {
    /// The same comparison with its sides exchanged.
    pub fn flipped(self) -> Op {
        match self {
            Op::Lt => Op::Gt,
            Op::Le => Op::Ge,
            Op::Gt => Op::Lt,
            Op::Ge => Op::Le,
            same => same,
        }
    }
}
