//! Filter conditions over facts, made ready once: texts become a table over codes, numbers a comparison.

use super::{
    column::Texts,
    facts::{Chunk, Slot, TEXT, slot},
    load::NULL,
};
use domain::{
    Currency, Value,
    feature::{Condition, FactKind},
    rule::{Op, field_type},
};

/// A condition ready to be asked of a fact. A value that is not known never holds.
pub(super) struct Test {
    slot: Slot,
    ask: Ask,
}

enum Ask {
    /// by code of the text, flag (0, 1) or weekday (0–6)
    Listed(Vec<bool>),
    /// on the number line
    Number { op: Op, points: Vec<f64> },
}

impl Test {
    pub(super) fn new(condition: &Condition, fact: FactKind, texts: &[Texts; TEXT.len()], currency: Currency) -> Test {
        let place = slot(condition.field);
        let holds = |v: Value| condition.holds(fact, &v, currency);
        let ask = match place {
            _ if field_type(fact, condition.field).is_none() => Ask::Listed(Vec::new()),
            Slot::Text(i) => Ask::Listed(texts[i].iter().map(|t| holds(Value::Text(t.clone()))).collect()),
            Slot::Flag(_) => Ask::Listed([false, true].map(|b| holds(Value::Bool(b))).to_vec()),
            Slot::Weekday => Ask::Listed((0..7).map(|d| holds(Value::Int(d))).collect()),
            Slot::Day | Slot::Money(_) | Slot::Number(_) => {
                Ask::Number { op: condition.op, points: condition.points(fact, currency) }
            }
        };
        Test { slot: place, ask }
    }

    /// Takes out the facts of the chunk it does not hold for.
    pub(super) fn sift(&self, chunk: &Chunk, passed: &mut [bool]) {
        match &self.ask {
            Ask::Listed(yes) => {
                let listed = |code: usize| yes.get(code).copied().unwrap_or(false);
                match self.slot {
                    Slot::Text(t) => match only(yes) {
                        // one text of many: a comparison of numbers
                        Some(one) => keep(passed, &chunk.text[t], |code| code == one),
                        None => keep(passed, &chunk.text[t], |code| listed(code as usize)),
                    },
                    Slot::Flag(f) => keep(passed, &chunk.flag[f], |flag| listed(usize::from(flag))),
                    Slot::Weekday => keep(passed, &chunk.day, |d| listed(usize::from(domain::Day(d).weekday()))),
                    _ => passed.fill(false),
                }
            }
            Ask::Number { op, points } => {
                let holds = |actual: f64| match op {
                    // several values: none of them
                    Op::Ne => points.iter().all(|p| actual != *p),
                    Op::Eq => points.contains(&actual),
                    Op::Lt => points.iter().any(|p| actual < *p),
                    Op::Le => points.iter().any(|p| actual <= *p),
                    Op::Gt => points.iter().any(|p| actual > *p),
                    Op::Ge => points.iter().any(|p| actual >= *p),
                };
                match self.slot {
                    Slot::Money(m) => keep(passed, &chunk.money[m], |v| v != NULL && holds(v as f64)),
                    Slot::Number(n) => keep(passed, &chunk.number[n], |x| !x.is_nan() && holds(x)),
                    Slot::Day => keep(passed, &chunk.day, |d| holds(f64::from(d))),
                    _ => passed.fill(false),
                }
            }
        }
    }
}

/// The only code listed.
fn only(yes: &[bool]) -> Option<u32> {
    let mut listed = yes.iter().enumerate().filter(|(_, y)| **y).map(|(i, _)| i as u32);
    listed.next().filter(|_| listed.next().is_none())
}

/// Takes out the facts whose value does not hold; a column nobody has a value in holds for none.
fn keep<T: Copy>(passed: &mut [bool], column: &[T], holds: impl Fn(T) -> bool) {
    if column.is_empty() {
        passed.fill(false);
    }
    passed.iter_mut().zip(column).for_each(|(p, v)| *p &= holds(*v));
}
