//! The features of many customers at once who differ in one amount: those between two customers of whom everything is known.
//!
//! It rests on one thing: from the one end to the other no aggregate turns back (`explain` chooses the ends so). Then what
//! an aggregate is at both ends bounds what it is between them, and everything computed from it follows.

use super::{
    Aggregate, Base, Measure, Plan,
    evaluate::{Scoring, Step},
};
use crate::{
    rule::{
        BaseKey, Op, Stat, TopKey,
        compiled::Scalar,
        span::{Line, Numbers, Spread, Truth, Words},
    },
    value::{Value, ValueType},
};
use std::collections::HashMap;

/// Computed values by key, as [`super::Profile::into_values`] gives them.
pub type Values = HashMap<String, Value>;

/// Customers between two ends.
#[derive(Debug)]
pub struct Spans<'a> {
    low: &'a Values,
    high: &'a Values,
    base: &'a Base,
    /// what is not the same for all of them
    open: HashMap<String, Span>,
    /// what goes straight from the one end to the other
    straight: HashMap<String, Line>,
    members: HashMap<String, Truth>,
}

#[derive(Debug, Clone)]
enum Span {
    Numbers(Numbers),
    Words(Words),
    /// anything or unknown
    Any,
}

impl Plan {
    /// Between what every feature lies for customers between these two.
    pub fn spans<'a>(&self, low: &'a Values, high: &'a Values, base: &'a Base) -> Spans<'a> {
        let mut spans = Spans { low, high, base, open: HashMap::new(), straight: HashMap::new(), members: HashMap::new() };
        for (key, ty, step) in &self.steps {
            match step {
                Step::Aggregate(aggregate) => spans.line(key, aggregate),
                Step::Formula(formula) => spans.lines(&formula.needs().aggregates),
                _ => {}
            }
            if let (Step::Formula(formula), true) = (step, matches!(ty, ValueType::Int | ValueType::Money | ValueType::Number)) {
                let line = formula.scalar.num().and_then(|num| num.straight(&spans));
                // what is rounded goes by steps
                if let Some(line) = line.filter(|line| *ty == ValueType::Number || line.is_whole()) {
                    spans.straight.insert(key.clone(), line);
                }
            }
            if let Some(span) = spans.step(key, *ty, step) {
                spans.open.insert(key.clone(), span);
            }
        }
        spans
    }
}

impl Spans<'_> {
    /// Puts a class as `class.<key>`.
    pub fn put(&mut self, key: String, words: Words) {
        self.open.insert(key, Span::Words(words));
    }

    /// Puts membership of a segment.
    pub fn join(&mut self, segment: &str, member: Truth) {
        self.members.insert(segment.to_owned(), member);
    }

    /// To be told of the aggregates a rule has written in place.
    pub fn lines(&mut self, aggregates: &[(String, Aggregate)]) {
        aggregates.iter().for_each(|(key, aggregate)| self.line(key, aggregate));
    }

    /// Sums of money, and the amount of one fact, go straight as one amount grows.
    fn line(&mut self, key: &str, aggregate: &Aggregate) {
        let one = matches!(aggregate.measure, Measure::Sum(_) | Measure::First(_) | Measure::Last(_));
        if let (true, Value::Money(a), Some(Value::Money(b))) = (one, self.value(key), self.high.get(key)) {
            self.straight.insert(key.to_owned(), Line::between(*a as f64, *b as f64));
        }
    }

    fn value(&self, key: &str) -> &Value {
        self.low.get(key).unwrap_or(&Value::Null)
    }

    /// The same for all of them?
    fn exact(&self, key: &str) -> bool {
        !self.open.contains_key(key) && self.ends(key).is_none()
    }

    /// What lies between the ends; `None` if they are the same.
    fn ends(&self, key: &str) -> Option<Span> {
        let (a, b) = (self.value(key), self.high.get(key).unwrap_or(&Value::Null));
        if a == b {
            return None;
        }
        Some(match (a, b) {
            // the most frequent text changes once, from the one to the other
            (Value::Text(a), Value::Text(b)) => Span::Words(Words { of: Some(vec![a.clone(), b.clone()]), unknown: false }),
            (a, b) => match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => Span::Numbers(Numbers { low: a.min(b), high: a.max(b), unknown: false }),
                _ => Span::Any,
            },
        })
    }

    /// Does the customer count in this statistic?
    fn counts(&self, key: &BaseKey) -> Truth {
        key.among.as_ref().map_or(Truth::YES, |among| self.numbers(among).compare(Op::Gt, Numbers::only(0.0)))
    }

    fn span(&self, key: &str) -> Option<Span> {
        self.open.get(key).cloned().or_else(|| self.ends(key))
    }

    /// `None`: the same for all of them, and so what it is at the ends.
    fn step(&self, key: &str, ty: ValueType, step: &Step) -> Option<Span> {
        match step {
            Step::Attribute(_) => None,
            Step::Aggregate(_) => self.ends(key),
            Step::Derived(..) | Step::CostShare { .. } if self.rests_on(step).all(|k| self.exact(k)) => None,
            Step::Derived(..) | Step::CostShare { .. } => Some(Span::Any),
            Step::Formula(formula) => {
                let needs = formula.needs();
                let named = needs.features.iter().chain(needs.aggregates.iter().map(|(key, _)| key));
                if named.clone().all(|k| self.exact(k)) {
                    return None;
                }
                match &formula.scalar {
                    Scalar::Num(num) => numbers(fit(num.span(self), ty)),
                    Scalar::Text(text) => Some(Span::Words(text.span(self))),
                }
            }
            Step::Score { of, among, by, .. } => {
                let cuts = match by {
                    Scoring::Own(cuts) => Some(cuts),
                    Scoring::Quantile | Scoring::Kmeans => self.base.cuts.get(key),
                };
                let (cuts, x) = (cuts?, self.numbers(of));
                let counts = self.numbers(among).compare(Op::Gt, Numbers::only(0.0));
                let score = x.map(|x| f64::from(cuts.score(x)));
                numbers(match (counts.holds && x.known(), counts.fails || x.unknown) {
                    (true, false) => score,
                    (true, true) => Numbers { unknown: false, ..score }.or(Numbers::only(0.0)),
                    (false, _) => Numbers::only(0.0),
                })
            }
            Step::Share(of) => {
                if self.exact(of) {
                    return None;
                }
                numbers(self.numbers(of).arith(crate::rule::Arith::Div, self.base(&Base::total(of))))
            }
        }
    }

    fn rests_on<'s>(&self, step: &'s Step) -> impl Iterator<Item = &'s str> + use<'s> {
        let keys: Vec<&str> = match step {
            Step::Derived(_, of) => of.iter().map(String::as_str).filter(|k| !k.starts_with("attribute.")).collect(),
            Step::CostShare { channel, day } => vec![channel, day],
            _ => Vec::new(),
        };
        keys.into_iter()
    }
}

fn numbers(x: Numbers) -> Option<Span> {
    x.one().is_none().then_some(Span::Numbers(x))
}

/// A number as a value of the type its formula declares ([`crate::rule::compiled::typed`]).
fn fit(x: Numbers, ty: ValueType) -> Numbers {
    match ty {
        ValueType::Int | ValueType::Money => x.map(|x| x.round_ties_even() as i64 as f64),
        ValueType::Day => x.map(|x| f64::from(x.round_ties_even() as i32)),
        ValueType::Bool if x.known() && x.low <= 0.0 && x.high >= 0.0 => {
            Numbers { low: 0.0, high: if x.low == x.high { 0.0 } else { 1.0 }, unknown: x.unknown }
        }
        ValueType::Bool => x.map(|_| 1.0),
        ValueType::Number => x,
        ValueType::Text => Numbers::NONE,
    }
}

impl Spread for Spans<'_> {
    fn numbers(&self, key: &str) -> Numbers {
        match self.span(key) {
            None => self.value(key).as_f64().map_or(Numbers::NONE, Numbers::only),
            Some(Span::Numbers(x)) => x,
            Some(Span::Words(_)) => Numbers::NONE,
            Some(Span::Any) => Numbers::ANY,
        }
    }

    fn straight(&self, key: &str) -> Option<Line> {
        let exact = || self.value(key).as_f64().filter(|_| self.exact(key)).map(Line::flat);
        self.straight.get(key).copied().or_else(exact)
    }

    fn words(&self, key: &str) -> Words {
        match self.span(key) {
            None => self.value(key).as_text().map_or_else(Words::none, Words::only),
            Some(Span::Words(words)) => words,
            Some(Span::Numbers(_)) => Words::none(),
            Some(Span::Any) => Words::any(),
        }
    }

    fn member(&self, segment: &str) -> Truth {
        self.members.get(segment).copied().unwrap_or(Truth::NO)
    }

    /// As [`super::Profile::suppose`] finds it: it moves with the customer; where nobody counts, the customer is the whole base.
    fn base(&self, key: &BaseKey) -> Numbers {
        let moved = self.base.moved.get(key);
        let known = self.base.stats.get(key).copied();
        if let Some(x) = known.filter(|x| moved.is_none() && (key.stat != Stat::Sum || *x != 0.0)) {
            return Numbers::only(x);
        }
        let (counts, own) = (self.counts(key), self.numbers(&key.of));
        let with = |own: f64| moved.map_or(Some(own), |moved| moved.with(Some(own)));
        let mine = match (with(own.low), with(own.high)) {
            (Some(low), Some(high)) if counts.holds && own.known() => Numbers::between(low, high),
            _ => Numbers { unknown: false, ..Numbers::NONE },
        };
        let without = || moved.map_or(known, |moved| moved.with(None)).map_or(Numbers::NONE, Numbers::only);
        if counts.fails || own.unknown { mine.or(without()) } else { mine }
    }

    fn base_line(&self, key: &BaseKey) -> Option<Line> {
        let counts = self.counts(key);
        match (self.base.moved.get(key)?, self.straight(&key.of)) {
            (moved, Some(own)) if !counts.fails => moved.line(own),
            (moved, _) if !counts.holds => moved.with(None).map(Line::flat),
            _ => None,
        }
    }

    fn cut(&self, key: &TopKey) -> Option<f64> {
        self.base.tops.get(key).copied()
    }
}
