//! Aggregates written in place: `sum(orders.net, last 90 days, channel = "app")`.

use super::{Code, Error, Expr, Item, Parser, Spans, Token, unknown, unknown_fact};
use crate::{
    feature::{Aggregate, Condition, FactKind, Field, Measure},
    period::Window,
    rule::{
        Op,
        typing::{FACTS, FIELDS, OF_FIELD, OfField, PLAIN, by_key, field_type},
    },
};
use std::ops::Range;

enum Kind {
    Plain(Measure),
    OfField(OfField),
}

impl Parser {
    /// The aggregate whose name and `(` were just taken; `Err(span)` if there is no such measure.
    pub(super) fn aggregate(&mut self, name: &str, span: Range<usize>) -> Result<Result<Item, Range<usize>>, Error> {
        let kind = match (by_key(&PLAIN, name), by_key(&OF_FIELD, name)) {
            (Some(measure), _) => Kind::Plain(measure),
            (None, Some(of_field)) => Kind::OfField(of_field),
            (None, None) => return Ok(Err(span)),
        };
        let subject = self.span();
        let Token::Name(text) = self.peek().clone() else { return Err(self.expected("name")) };
        self.at += 1;
        let (fact, field) = match text.split_once('.') {
            Some((fact, field)) => (fact, Some(field)),
            None => (text.as_str(), None),
        };
        let fact = by_key(&FACTS, fact).ok_or_else(|| unknown_fact(fact, subject.clone()))?;
        let measure = match (kind, field) {
            (Kind::Plain(measure), None) => measure,
            (Kind::Plain(_), Some(_)) => {
                self.at -= 1;
                return Err(self.expected("argument"));
            }
            (Kind::OfField(of), Some(key)) => of(field_of(fact, key, subject)?),
            (Kind::OfField(_), None) => {
                let error = Error::new(Code::UnknownField, subject).with("name", &text);
                let first = FIELDS.iter().find(|(f, _)| field_type(fact, *f).is_some());
                return Err(match first {
                    Some((_, key)) => error.with("nearest", format!("{text}.{key}")),
                    None => error,
                });
            }
        };
        let mut aggregate = Aggregate { fact, measure, filter: Vec::new(), window: Window::All };
        let mut kids = Vec::new();
        while self.take_symbol(",") {
            let start = self.span().start;
            if self.is_word(0, "last") || matches!(self.peek(), Token::Number(_)) {
                if aggregate.window != Window::All {
                    return Err(self.expected("argument"));
                }
                aggregate.window = self.window()?;
            } else {
                aggregate.filter.push(self.filter(fact)?);
                kids.push(Spans::leaf(self.since(start)));
            }
        }
        self.need_symbol(")")?;
        self.value(Expr::Aggregate(Box::new(aggregate)), span.start, kids, 5).map(Ok)
    }

    fn window(&mut self) -> Result<Window, Error> {
        if self.take_word("last") {
            let n = self.whole()?;
            let unit = self.span();
            let Token::Name(name) = self.bump() else {
                self.at -= 1;
                return Err(self.expected("window_unit"));
            };
            let too_large = || Error::new(Code::Range, unit.clone()).with("text", n);
            return match name.to_ascii_lowercase().as_str() {
                "day" | "days" => Ok(Window::Days(n)),
                "week" | "weeks" => n.checked_mul(7).map(Window::Days).ok_or_else(too_large),
                "month" | "months" => Ok(Window::Months(n)),
                "year" | "years" => n.checked_mul(12).map(Window::Months).ok_or_else(too_large),
                _ => {
                    self.at -= 1;
                    Err(self.expected("window_unit"))
                }
            };
        }
        let from = self.whole()?;
        self.need_word("to")?;
        let to = self.whole()?;
        if !self.take_word("day") {
            self.need_word("days")?;
        }
        self.need_word("ago")?;
        Ok(Window::DaysAgo { from, to })
    }

    fn whole(&mut self) -> Result<u32, Error> {
        match *self.peek() {
            Token::Number(x) if x.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&x) => {
                self.at += 1;
                Ok(x as u32)
            }
            _ => Err(self.expected("whole_number")),
        }
    }

    fn filter(&mut self, fact: FactKind) -> Result<Condition, Error> {
        let span = self.span();
        let Token::Name(name) = self.peek().clone() else { return Err(self.expected("argument")) };
        let field = field_of(fact, &name, span)?;
        self.at += 1;
        if self.take_word("in") {
            return Ok(Condition { field, op: Op::Eq, values: self.literals()? });
        }
        if self.is_word(0, "not") && self.is_word(1, "in") {
            self.at += 2;
            return Ok(Condition { field, op: Op::Ne, values: self.literals()? });
        }
        let op = match self.peek() {
            Token::Symbol("=") => Op::Eq,
            Token::Symbol("!=") => Op::Ne,
            Token::Symbol("<") => Op::Lt,
            Token::Symbol("<=") => Op::Le,
            Token::Symbol(">") => Op::Gt,
            Token::Symbol(">=") => Op::Ge,
            _ => return Err(self.expected("comparison")),
        };
        self.at += 1;
        let values = if self.is_symbol(0, "(") { self.literals()? } else { vec![self.literal()?] };
        Ok(Condition { field, op, values })
    }
}

/// A field by name; the hint offers fields these facts have.
fn field_of(fact: FactKind, key: &str, span: Range<usize>) -> Result<Field, Error> {
    by_key(&FIELDS, key).ok_or_else(|| {
        let keys = FIELDS.iter().filter(|(f, _)| field_type(fact, *f).is_some()).map(|(_, k)| *k);
        unknown(Code::UnknownField, key, span, keys)
    })
}
