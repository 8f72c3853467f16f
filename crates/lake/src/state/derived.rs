//! Features over features: built-in functions, scores, shares. Each knows its arguments by column.

use super::{Bits, Column, Data, attributes::{Attributes, identity}, column::NONE};
use domain::{
    Currency, Day, Value, ValueType,
    fact::CostFact,
    feature::{CostShare, Derivation, ScoreMethod, cost_of, derive, share_out},
    score::{Cuts, bin_cuts, cluster_cuts, quantile_cuts},
};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::sync::Arc;

/// An argument: each customer's value as a number of a list of different values.
pub(super) struct Argument {
    ids: Vec<u32>,
    values: Vec<Value>,
}

impl Argument {
    pub(super) fn of_attribute(attributes: &Attributes, key: &str) -> Argument {
        let (ids, values) = attributes.ids(key);
        Argument { ids, values }
    }

    pub(super) fn of_column(column: &Column) -> Argument {
        if let Data::Text(codes, texts) = column.data() {
            let none = texts.len() as u32;
            let ids = codes.iter().map(|c| if *c == NONE { none } else { *c }).collect();
            let values = texts.iter().map(|t| Value::Text(t.clone())).chain([Value::Null]).collect();
            return Argument { ids, values };
        }
        let mut seen: HashMap<(u8, u64), u32> = HashMap::new();
        let mut values = Vec::new();
        let ids = (0..column.len())
            .map(|i| {
                let value = column.value(i);
                *seen.entry(identity(&value)).or_insert_with(|| {
                    values.push(value);
                    values.len() as u32 - 1
                })
            })
            .collect();
        Argument { ids, values }
    }
}

/// A built-in function of everyone's arguments: applied once to every combination that occurs.
pub(super) fn derived(function: Derivation, ty: ValueType, args: &[Arc<Argument>], customers: usize, as_of: Day) -> Column {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let mut values: Vec<Value> = Vec::new();
    let wide = args.iter().map(|a| a.values.len().max(1)).product::<usize>();
    // a small number of possible combinations is a table, otherwise a map
    let mut table = vec![NONE; if wide <= 1 << 22 { wide } else { 0 }];
    let value_of = |i: usize| -> Value {
        let of = |a: &Arc<Argument>| a.ids.get(i).and_then(|id| a.values.get(*id as usize)).cloned().unwrap_or_default();
        let all: Vec<Value> = args.iter().map(of).collect();
        derive(function, &all, as_of)
    };
    let ids: Vec<u32> = (0..customers)
        .map(|i| {
            let id = |a: &Arc<Argument>| a.ids.get(i).copied().unwrap_or(0);
            let place = args.iter().fold(0usize, |p, a| p.wrapping_mul(a.values.len().max(1)).wrapping_add(id(a) as usize));
            let slot = match table.get_mut(place) {
                Some(slot) => slot,
                None => {
                    let key = args.iter().fold(0u128, |k, a| k << 32 | u128::from(id(a)));
                    seen.entry(key).or_insert(NONE)
                }
            };
            if *slot == NONE {
                *slot = values.len() as u32;
                values.push(value_of(i));
            }
            *slot
        })
        .collect();
    spread(ty, &ids, &values)
}

/// A column from numbers of values.
fn spread(ty: ValueType, ids: &[u32], values: &[Value]) -> Column {
    let small = Column::from_values(ty, values.iter().cloned());
    let pick = |i: usize| ids.get(i).map_or(usize::MAX, |id| *id as usize);
    let known = Bits::from_words(super::column::words_of(ids.len(), |i| small.known().holds(pick(i))), ids.len());
    fn each<T: Copy>(ids: &[u32], from: &[T], none: T) -> Vec<T> {
        ids.iter().map(|id| from.get(*id as usize).copied().unwrap_or(none)).collect()
    }
    let data = match small.data() {
        Data::Bool(v) => Data::Bool(each(ids, v, false)),
        Data::Int(v) => Data::Int(each(ids, v, 0)),
        Data::Number(v) => Data::Number(each(ids, v, 0.0)),
        Data::Money(v) => Data::Money(each(ids, v, 0)),
        Data::Day(v) => Data::Day(each(ids, v, 0)),
        Data::Text(codes, texts) => Data::Text(each(ids, codes, NONE), texts.clone()),
    };
    Column::new(data, known)
}

/// The borders of a score among those who take part.
pub(super) fn cuts(of: &Column, among: &Bits, method: &ScoreMethod, smaller_is_better: bool, currency: Currency) -> Cuts {
    match method {
        ScoreMethod::Bins { .. } => bin_cuts(&method.points(of.value_type(), currency), smaller_is_better),
        ScoreMethod::Quantile => quantile_cuts(&mut of.numbers(Some(among)), smaller_is_better),
        ScoreMethod::Kmeans => {
            let clusters = models::kmeans(&of.numbers(Some(among)), 5);
            let groups: Vec<(f64, f64)> = clusters.clusters.iter().map(|c| (c.min, c.max)).collect();
            cluster_cuts(&groups, smaller_is_better)
        }
    }
}

/// Scores 1–5 of those who take part, 0 of the others.
pub(super) fn score(of: &Column, among: &Bits, cuts: &Cuts) -> Column {
    let scores: Vec<i64> = (0..of.len())
        .into_par_iter()
        .with_min_len(4096)
        .map(|i| match of.number(i) {
            Some(x) if among.holds(i) => i64::from(cuts.score(x)),
            _ => 0,
        })
        .collect();
    let len = scores.len();
    Column::new(Data::Int(scores), Bits::all(len))
}

/// Each one's part of the total; unknown if there is no total.
pub(super) fn share(of: &Column, total: Option<f64>) -> Column {
    let len = of.len();
    let Some(total) = total.filter(|t| *t != 0.0) else { return Column::unknown(ValueType::Number, len) };
    let values = (0..len).map(|i| of.number(i).map_or(0.0, |x| x / total)).collect();
    let mut known = of.known().clone();
    if matches!(of.data(), Data::Text(..)) {
        known = Bits::none(len);
    }
    Column::new(Data::Number(values), known)
}

/// Costs shared out among the customers their channels won, and what each customer bears.
pub(super) fn cost_share(channel: &Column, day: &Column, costs: &[CostFact]) -> (Vec<CostShare>, Column) {
    let len = channel.len();
    let (Data::Text(codes, texts), Data::Day(days)) = (channel.data(), day.data()) else {
        return (Vec::new(), Column::unknown(ValueType::Money, len));
    };
    let won = |i: usize| (codes[i] != NONE && day.known().holds(i)).then(|| (codes[i], days[i]));
    // the days on which each channel that has costs won somebody
    let mut by: HashMap<u32, Vec<i32>> = HashMap::new();
    let place = |name: &str| texts.binary_search_by(|t| t.as_str().cmp(name)).ok().map(|c| c as u32);
    for code in costs.iter().filter_map(|c| c.channel.as_deref()).filter_map(place) {
        by.entry(code).or_default();
    }
    if by.is_empty() {
        return (Vec::new(), Column::unknown(ValueType::Money, len));
    }
    for (code, day) in (0..len).filter_map(won) {
        if let Some(days) = by.get_mut(&code) {
            days.push(day);
        }
    }
    // any order: each channel's days are sorted by themselves
    by.values_mut().for_each(|days| days.sort_unstable());
    let shares = share_out(costs, |name, from, to| {
        let Some(days) = place(name).and_then(|code| by.get(&code)) else { return 0 };
        (days.partition_point(|d| *d <= to.0).saturating_sub(days.partition_point(|d| *d < from.0))) as u64
    });
    let mut borne: HashMap<(u32, i32), Option<i64>> = HashMap::new();
    let mut of = |(code, day): (u32, i32)| {
        by.get(&code)?;
        let name = texts.get(code as usize)?;
        *borne.entry((code, day)).or_insert_with(|| cost_of(&shares, name, Day(day)))
    };
    let values: Vec<Option<i64>> = (0..len).map(|i| won(i).and_then(&mut of)).collect();
    let known = Bits::from_words(super::column::words_of(len, |i| values[i].is_some()), len);
    let column = Column::new(Data::Money(values.into_iter().map(Option::unwrap_or_default).collect()), known);
    (shares, column)
}
