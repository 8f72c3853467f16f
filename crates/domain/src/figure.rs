//! Figures over records: what the records of one's own kind come to for a customer, on every day. A figure is an own field that
//! records fill in: how many visits, what they cost together, when the last one was; of all records or of those of the last so many days.
//!
//! A figure is a staircase: it changes on the days of records, and where it looks back so many days, on the day a record falls out of
//! them. A customer without records has none (`Null`).

use crate::{
    field::Kind,
    label::Label,
    period::Day,
    value::{Value, ValueType},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A figure looks back this many days at most.
pub const DAYS: u16 = 3_660;
/// Numbers are added up to six decimals, exactly and in any order.
const SCALE: f64 = 1e6;

/// What records come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stat {
    /// how many there are; of a field: how many say something in it
    Count,
    /// their sum
    Sum,
    /// their mean
    Average,
    /// the least
    Least,
    /// the greatest
    Greatest,
    /// what the first says; of no field: its day
    First,
    /// what the last says; of no field: its day
    Last,
}

/// A figure over the records of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// `obj_…`
    pub object: String,
    /// what they come to
    pub stat: Stat,
    /// of which field; absent: of the records themselves
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// only records of the last so many days, the day itself among them
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// What a record says: its day, and the value of the figure's field.
pub type Said = (Day, Value);

impl Figure {
    /// What kind of value it has over a field of this kind, or over the records themselves; none where the two do not go together.
    pub fn kind(&self, of: Option<Kind>) -> Option<Kind> {
        Some(match (self.stat, of) {
            (Stat::Count, _) => Kind::Number,
            (Stat::Sum | Stat::Average, Some(kind @ (Kind::Number | Kind::Money))) => kind,
            (Stat::Least | Stat::Greatest, Some(kind @ (Kind::Number | Kind::Money | Kind::Day))) => kind,
            (Stat::First | Stat::Last, None) => Kind::Day,
            (Stat::First | Stat::Last, Some(kind)) if !matches!(kind, Kind::LongText | Kind::Customer) => kind,
            _ => return None,
        })
    }

    /// What is wrong with it by itself.
    ///
    /// # Errors
    /// For people.
    pub fn check(&self) -> Result<(), Label> {
        match self.days {
            Some(days) if !(1..=DAYS).contains(&days) => Err(Label::new(format!("天数要在 1 到 {DAYS} 之间"), format!("the days are 1 to {DAYS}"))),
            _ => Ok(()),
        }
    }

    /// The staircase of one customer: from which day on it is what. `said`: their records, those of one day in the order they were
    /// written.
    pub fn steps(&self, said: &[Said]) -> Vec<(Day, Value)> {
        let mut counted: Vec<&Said> = said.iter().filter(|(_, value)| self.field.is_none() || !value.is_null()).collect();
        counted.sort_by_key(|(day, _)| *day);
        let ends = |day: Day| self.days.map(|days| day.plus(i32::from(days)));
        let changes: BTreeSet<Day> = counted.iter().flat_map(|(day, _)| [Some(*day), ends(*day)]).flatten().collect();
        let (mut from, mut to, mut sum) = (0, 0, Sum::default());
        let (mut steps, mut now) = (Vec::with_capacity(changes.len()), Value::Null);
        for day in changes {
            while let Some((_, value)) = counted.get(to).filter(|(d, _)| *d <= day) {
                sum.take(value);
                to += 1;
            }
            while let Some((_, value)) = counted.get(from).filter(|(d, _)| from < to && ends(*d).is_some_and(|end| end <= day)) {
                sum.leave(value);
                from += 1;
            }
            let value = self.fold(counted.get(from..to).unwrap_or_default(), &sum);
            if value != now {
                steps.push((day, value.clone()));
                now = value;
            }
        }
        steps
    }

    fn fold(&self, of: &[&Said], sum: &Sum) -> Value {
        let end = |said: Option<&&Said>| said.map_or(Value::Null, |(day, value)| if self.field.is_some() { value.clone() } else { Value::Day(*day) });
        let like = of.first().and_then(|(_, value)| value.value_type());
        match self.stat {
            _ if of.is_empty() => Value::Null,
            Stat::Count => Value::Number(of.len() as f64),
            Stat::Sum => whole(sum.all, like),
            Stat::Average => mean(sum.all, of.len(), like),
            Stat::Least => sum.values.first_key_value().map_or(Value::Null, |(v, _)| whole(*v, like)),
            Stat::Greatest => sum.values.last_key_value().map_or(Value::Null, |(v, _)| whole(*v, like)),
            Stat::First => end(of.first()),
            Stat::Last => end(of.last()),
        }
    }
}

/// What is in sight, added up.
#[derive(Default)]
struct Sum {
    all: i128,
    values: BTreeMap<i128, usize>,
}

impl Sum {
    fn take(&mut self, value: &Value) {
        if let Some(n) = counted(value) {
            self.all += n;
            *self.values.entry(n).or_default() += 1;
        }
    }

    fn leave(&mut self, value: &Value) {
        let Some(n) = counted(value) else { return };
        self.all -= n;
        if let Some(times) = self.values.get_mut(&n) {
            *times -= 1;
            if *times == 0 {
                self.values.remove(&n);
            }
        }
    }
}

/// As a whole number: millionths, minor units, days.
fn counted(value: &Value) -> Option<i128> {
    match value {
        Value::Number(x) => Some((x * SCALE).round() as i128),
        Value::Int(n) | Value::Money(n) => Some(i128::from(*n)),
        Value::Day(d) => Some(i128::from(d.0)),
        _ => None,
    }
}

/// Back from a whole number.
fn whole(n: i128, like: Option<ValueType>) -> Value {
    match like {
        Some(ValueType::Number) => Value::Number(n as f64 / SCALE),
        Some(ValueType::Money) => Value::Money(n.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64),
        Some(ValueType::Day) => i32::try_from(n).map_or(Value::Null, |d| Value::Day(Day(d))),
        _ => Value::Null,
    }
}

/// The mean; of money to the next minor unit, halves to the even one.
fn mean(sum: i128, of: usize, like: Option<ValueType>) -> Value {
    match like {
        Some(ValueType::Number) => Value::Number(sum as f64 / SCALE / of as f64),
        Some(ValueType::Money) => Value::Money((sum as f64 / of as f64).round_ties_even() as i64),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn figure(stat: Stat, field: bool, days: Option<u16>) -> Figure {
        Figure { object: "obj_1".into(), stat, field: field.then(|| "f".into()), days }
    }

    #[test]
    fn what_goes_together() {
        assert_eq!(figure(Stat::Sum, true, None).kind(Some(Kind::Money)), Some(Kind::Money));
        assert_eq!(figure(Stat::Sum, true, None).kind(Some(Kind::Text)), None);
        assert_eq!(figure(Stat::Sum, false, None).kind(None), None);
        assert_eq!(figure(Stat::Last, false, None).kind(None), Some(Kind::Day));
        assert_eq!(figure(Stat::Last, true, None).kind(Some(Kind::Choice)), Some(Kind::Choice));
        assert_eq!(figure(Stat::Last, true, None).kind(Some(Kind::LongText)), None);
        assert!(figure(Stat::Count, false, Some(0)).check().is_err());
    }

    #[test]
    fn a_visit_falls_out_of_its_days() {
        let said = [(Day(10), Value::Null), (Day(12), Value::Null)];
        let n = |x: f64| Value::Number(x);
        assert_eq!(figure(Stat::Count, false, Some(5)).steps(&said), [(Day(10), n(1.0)), (Day(12), n(2.0)), (Day(15), n(1.0)), (Day(17), Value::Null)]);
        assert_eq!(figure(Stat::Last, false, None).steps(&said), [(Day(10), Value::Day(Day(10))), (Day(12), Value::Day(Day(12)))]);
        assert_eq!(figure(Stat::Count, true, None).steps(&said), [], "they say nothing in the field");
    }

    #[test]
    fn tenths_add_up() {
        let said: Vec<Said> = (0..10).map(|d| (Day(d), Value::Number(0.1))).collect();
        assert_eq!(figure(Stat::Sum, true, None).steps(&said).last(), Some(&(Day(9), Value::Number(1.0))));
        let money = [(Day(1), Value::Money(100)), (Day(1), Value::Money(101)), (Day(3), Value::Money(-5))];
        assert_eq!(figure(Stat::Average, true, None).steps(&money), [(Day(1), Value::Money(100)), (Day(3), Value::Money(65))]);
        assert_eq!(figure(Stat::Least, true, None).steps(&money), [(Day(1), Value::Money(100)), (Day(3), Value::Money(-5))]);
    }

    proptest! {
        /// The staircase says on every day what counting anew says.
        #[test]
        fn every_day_is_as_counted_anew(
            records in prop::collection::vec((0i32..60, prop::option::of(-50i64..50)), 0..20),
            days in prop::option::of(1u16..30),
            stat in prop::sample::select(vec![Stat::Count, Stat::Sum, Stat::Least, Stat::Greatest, Stat::First, Stat::Last]),
        ) {
            let said: Vec<Said> = records.iter().map(|(d, v)| (Day(*d), v.map_or(Value::Null, Value::Money))).collect();
            let steps = figure(stat, true, days).steps(&said);
            for day in -1..100 {
                let mut seen: Vec<(i32, i64)> = records.iter().filter_map(|(d, v)| Some((*d, (*v)?))).collect();
                seen.retain(|(d, _)| *d <= day && days.is_none_or(|n| day - d < i32::from(n)));
                seen.sort_by_key(|(d, _)| *d);
                let values = || seen.iter().map(|(_, v)| *v);
                let anew = match stat {
                    _ if seen.is_empty() => Value::Null,
                    Stat::Count => Value::Number(seen.len() as f64),
                    Stat::Sum => Value::Money(values().sum()),
                    Stat::Least => Value::Money(values().min().unwrap_or_default()),
                    Stat::Greatest => Value::Money(values().max().unwrap_or_default()),
                    Stat::First => Value::Money(values().next().unwrap_or_default()),
                    _ => Value::Money(values().last().unwrap_or_default()),
                };
                let said = steps.iter().rev().find(|(d, _)| d.0 <= day).map_or(Value::Null, |(_, v)| v.clone());
                prop_assert_eq!(said, anew, "on day {}", day);
            }
        }
    }
}
