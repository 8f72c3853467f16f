//! Filter conditions over facts, made ready once: texts become a table over codes, numbers a comparison.

use super::facts::{Chunk, FactTable, Slot, slot};
use super::load::NULL;
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
    pub(super) fn new(condition: &Condition, fact: FactKind, facts: &FactTable, currency: Currency) -> Test {
        let place = slot(condition.field);
        let holds = |v: Value| condition.holds(fact, &v, currency);
        let ask = match place {
            _ if field_type(fact, condition.field).is_none() => Ask::Listed(Vec::new()),
            Slot::Text(i) => Ask::Listed(facts.texts[i].iter().map(|t| holds(Value::Text(t.clone()))).collect()),
            Slot::Flag(_) => Ask::Listed([false, true].map(|b| holds(Value::Bool(b))).to_vec()),
            Slot::Weekday => Ask::Listed((0..7).map(|d| holds(Value::Int(d))).collect()),
            Slot::Day | Slot::Money(_) | Slot::Number(_) => {
                Ask::Number { op: condition.op, points: condition.points(fact, currency) }
            }
        };
        Test { slot: place, ask }
    }

    /// Does it hold for this fact of the chunk?
    pub(super) fn holds(&self, chunk: &Chunk, i: usize) -> bool {
        match &self.ask {
            Ask::Listed(yes) => {
                let code = match self.slot {
                    Slot::Text(t) => chunk.text[t].get(i).map(|c| *c as usize),
                    Slot::Flag(f) => chunk.flag[f].get(i).map(|b| usize::from(*b)),
                    Slot::Weekday => chunk.day.get(i).map(|d| usize::from(domain::Day(*d).weekday())),
                    _ => None,
                };
                code.is_some_and(|c| yes.get(c).copied().unwrap_or(false))
            }
            Ask::Number { op, points } => {
                let actual = match self.slot {
                    Slot::Money(m) => chunk.money[m].get(i).filter(|m| **m != NULL).map(|m| *m as f64),
                    Slot::Number(n) => chunk.number[n].get(i).copied().filter(|x| !x.is_nan()),
                    Slot::Day => chunk.day.get(i).map(|d| f64::from(*d)),
                    _ => None,
                };
                let Some(actual) = actual else { return false };
                match op {
                    // several values: none of them
                    Op::Ne => points.iter().all(|p| actual != *p),
                    Op::Eq => points.contains(&actual),
                    Op::Lt => points.iter().any(|p| actual < *p),
                    Op::Le => points.iter().any(|p| actual <= *p),
                    Op::Gt => points.iter().any(|p| actual > *p),
                    Op::Ge => points.iter().any(|p| actual >= *p),
                }
            }
        }
    }
}

