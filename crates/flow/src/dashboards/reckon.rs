//! Counts, sums and means of some customers. Whole numbers and money are summed exactly; a mean of money is rounded half to even.

use super::{
    figure::{ColumnKind, FigureCell, Reckoned},
    tile::{Measure, Stat, Who, narrowed, numeric},
};
use crate::{Error, Result, analysis::{Definitions, Picture}, sight::Walls};
use domain::{Label, Value, ValueType, feature::{Definition, FactKind}, money::div_half_even, rule::Expr};
use lake::Bits;
use std::collections::BTreeMap;

/// 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A measure that fits the picture and may be seen.
#[derive(Debug, Clone)]
pub(super) struct Reckoner {
    measure: Measure,
    /// for people
    pub(super) label: Label,
    /// what kind of value it gives
    pub(super) kind: ColumnKind,
    /// unit behind the number
    pub(super) unit: Option<Label>,
    /// what some customers said stands for what all would say
    estimate: bool,
}

fn people() -> Option<Label> {
    Some(Label::new("位", "customers"))
}

/// Does a feature rest on what people answered?
fn said(all: &Definitions, key: &str, depth: u8) -> bool {
    let Some(feature) = all.feature(key).filter(|_| depth > 0) else { return false };
    match &feature.definition {
        Definition::Aggregate(a) => a.fact == FactKind::Answers,
        other => other.needs().iter().any(|k| said(all, k, depth - 1)),
    }
}

impl Reckoner {
    /// # Errors
    /// `feature.not_found`, `access.masked`, `dashboard.measure`.
    pub(super) fn new(picture: &Picture, walls: &Walls, measure: &Measure) -> Result<Reckoner> {
        let Some(key) = &measure.feature else {
            return Ok(Reckoner { measure: Measure::count(), label: Label::new("客户数", "Customers"), kind: ColumnKind::Int, unit: people(), estimate: false });
        };
        walls.ask(key)?;
        picture.expect(key)?;
        let feature = picture.definitions.feature(key).ok_or_else(|| Error::not_found("feature", key))?;
        if !numeric(feature.value) {
            return Err(Error::invalid("dashboard.measure", format!("{key} 不是数，不能求和或平均"), format!("{key} is no number to be summed")));
        }
        let (zh, en) = (&feature.label.zh, &feature.label.en);
        let label = match measure.stat {
            Stat::Sum => Label::new(format!("{zh}合计"), format!("Total of {en}")),
            _ => Label::new(format!("平均{zh}"), format!("Mean of {en}")),
        };
        let kind = match (feature.value, measure.stat) {
            (ValueType::Money, _) => ColumnKind::Money,
            (ValueType::Int, Stat::Sum) => ColumnKind::Int,
            _ => ColumnKind::Number,
        };
        let estimate = measure.stat == Stat::Mean && said(&picture.definitions, key, 8);
        Ok(Reckoner { measure: measure.clone(), label, kind, unit: feature.unit.clone(), estimate })
    }

    /// Of these customers.
    pub(super) fn of(&self, picture: &Picture, who: &Bits) -> Reckoned {
        let plain = |value, n| Reckoned { value, n, low: None, high: None };
        let Some(key) = &self.measure.feature else { return plain(Value::Int(who.count() as i64), who.count()) };
        let Some(column) = picture.column(key) else { return plain(Value::Null, 0) };
        let mut known = column.known().clone();
        known.and(who);
        let n = known.count();
        if n == 0 {
            return plain(Value::Null, 0);
        }
        let exact: i128 = known.iter().filter_map(|i| column.whole(i)).map(i128::from).sum();
        let numbers = || known.iter().filter_map(|i| column.number(i));
        let whole = |sum: i128| i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX });
        match (self.measure.stat, column.value_type()) {
            (Stat::Sum, ValueType::Money) => plain(Value::Money(whole(exact)), n),
            (Stat::Sum, ValueType::Int) => plain(Value::Int(whole(exact)), n),
            (Stat::Sum, _) => plain(Value::Number(numbers().sum()), n),
            (_, ty) => {
                let count = n as f64;
                let mean = if matches!(ty, ValueType::Int | ValueType::Money) { exact as f64 / count } else { numbers().sum::<f64>() / count };
                let value = if ty == ValueType::Money { Value::Money(whole(div_half_even(exact, i128::from(n)))) } else { Value::Number(mean) };
                let population = who.count() as f64;
                if !self.estimate || n < 2 || count >= population {
                    return plain(value, n);
                }
                // the fewer are missing, the surer it is
                let spread = numbers().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
                let half = Z * (spread / count * (1.0 - count / population)).sqrt();
                Reckoned { value, n, low: Some(Value::Number(mean - half)), high: Some(Value::Number(mean + half)) }
            }
        }
    }

    /// Parameters of the list that shows those who count, of those of `who`.
    pub(super) fn open(&self, who: &Who, n: u64, all: u64) -> Who {
        match &self.measure.feature {
            Some(key) if n < all => narrowed(who, &BTreeMap::from([("rule".to_owned(), format!("{} is known", Expr::Feature(key.clone())))])),
            _ => who.clone(),
        }
    }

    /// A cell that opens whoever counts in it.
    pub(super) fn cell(&self, picture: &Picture, group: &Bits, who: &Who) -> FigureCell {
        let found = self.of(picture, group);
        FigureCell { n: Some(found.n), open: Some(self.open(who, found.n, group.count())), value: found.value, ..FigureCell::default() }
    }
}

/// One value less another of its kind.
pub(super) fn less(now: &Value, before: &Value) -> Option<Value> {
    Some(match (now, before) {
        (Value::Int(a), Value::Int(b)) => Value::Int(a.saturating_sub(*b)),
        (Value::Money(a), Value::Money(b)) => Value::Money(a.saturating_sub(*b)),
        (Value::Number(a), Value::Number(b)) => Value::Number(a - b),
        _ => return None,
    })
}
