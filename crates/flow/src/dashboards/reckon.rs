//! What some customers come to: how many they are, the sum, mean, middle, least and greatest of a feature. Whole numbers and money are
//! reckoned exactly; a mean or middle of money is rounded half to even.

use super::{
    figure::{ColumnKind, FigureCell, Reckoned},
    tile::{Measure, Stat, Who, narrowed, numeric},
};
use crate::{Error, Result, analysis::{Definitions, Picture}, sight::Walls};
use domain::{Label, Value, ValueType, feature::{Definition, FactKind}, money::div_half_even, rule::Expr};
use lake::{Bits, Column};
use std::{cmp::Ordering, collections::BTreeMap};

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
            return Err(Error::invalid("dashboard.measure", format!("{key} 不是数，不能计算"), format!("{key} is no number to reckon with")));
        }
        let (zh, en) = (&feature.label.zh, &feature.label.en);
        let label = match measure.stat {
            Stat::Sum => Label::new(format!("{zh}合计"), format!("Total of {en}")),
            Stat::Mean | Stat::Count => Label::new(format!("平均{zh}"), format!("Mean of {en}")),
            Stat::Median => Label::new(format!("{zh}中位数"), format!("Median of {en}")),
            Stat::Min => Label::new(format!("{zh}最小值"), format!("Minimum of {en}")),
            Stat::Max => Label::new(format!("{zh}最大值"), format!("Maximum of {en}")),
        };
        let kind = match (feature.value, measure.stat) {
            (ValueType::Money, _) => ColumnKind::Money,
            (ValueType::Int, Stat::Sum | Stat::Min | Stat::Max) => ColumnKind::Int,
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
            (Stat::Min | Stat::Max | Stat::Median, _) => plain(ranked(self.measure.stat, column, &known), n),
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

    /// Does it come to nothing where there is nobody? A mean, or the least of nobody, is not known.
    pub(super) fn adds(&self) -> bool {
        matches!(self.measure.stat, Stat::Count | Stat::Sum)
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

/// The least, the greatest or the one in the middle of values that are known.
fn ranked(stat: Stat, column: &Column, known: &Bits) -> Value {
    let picked = if matches!(column.value_type(), ValueType::Int | ValueType::Money) {
        let all: Vec<i64> = known.iter().filter_map(|i| column.whole(i)).collect();
        let money = column.value_type() == ValueType::Money;
        pick(stat, all, i64::cmp).map(|(a, b)| match money {
            true => Value::Money(i64::try_from(div_half_even(i128::from(a) + i128::from(b), 2)).unwrap_or(b)),
            false if stat == Stat::Median => Value::Number((a as f64 + b as f64) / 2.0),
            false => Value::Int(b),
        })
    } else {
        let all: Vec<f64> = known.iter().filter_map(|i| column.number(i)).collect();
        pick(stat, all, f64::total_cmp).map(|(a, b)| Value::Number(a / 2.0 + b / 2.0))
    };
    picked.unwrap_or_default()
}

/// The one that is asked for, twice; of an even number the two in the middle.
fn pick<T: Copy>(stat: Stat, mut all: Vec<T>, order: impl Fn(&T, &T) -> Ordering + Copy) -> Option<(T, T)> {
    let same = |x: T| (x, x);
    match stat {
        Stat::Min => all.into_iter().min_by(order).map(same),
        Stat::Max => all.into_iter().max_by(order).map(same),
        _ if all.is_empty() => None,
        _ => {
            let (at, odd) = (all.len() / 2, all.len() % 2 == 1);
            let (below, middle, _) = all.select_nth_unstable_by(at, order);
            let middle = *middle;
            let before = if odd { middle } else { below.iter().copied().max_by(order)? };
            Some((before, middle))
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_is_between_two() {
        let of = |stat, all: &[i64]| pick(stat, all.to_vec(), i64::cmp);
        assert_eq!(of(Stat::Median, &[5, 1, 9]), Some((5, 5)));
        assert_eq!(of(Stat::Median, &[9, 1, 5, 2]), Some((2, 5)));
        assert_eq!((of(Stat::Min, &[3, -1, 7]), of(Stat::Max, &[3, -1, 7])), (Some((-1, -1)), Some((7, 7))));
        assert_eq!((of(Stat::Median, &[]), of(Stat::Min, &[])), (None, None));
    }
}
