//! Attributes of customers as of a day: of the rows of one key the one that holds from the latest day counts; of one day
//! the one learnt last; of equal ones the later row.

use super::{
    Bits, Column, Data,
    column::NONE,
    gather::Scope,
    load::{NULL, Raw, Source, Which},
};
use crate::{Lake, Result};
use domain::{Currency, Day, Value, ValueType, clock::Instant, feature::fit, profiling, table::Table};
use rayon::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

/// The attributes wanted, row by row.
pub(super) struct Attributes {
    raw: Vec<Raw>,
    /// Per attribute key and customer the row that counts, `NONE` if there is none.
    rows: BTreeMap<String, Vec<u32>>,
    /// who refuses to be profiled
    refused: Bits,
    customers: usize,
}

const DAY: usize = 0;
const RECORDED: usize = 1;
const KEY: usize = 2;
const TEXT: usize = 3;
const NUMBER: usize = 4;
const WHOLE: usize = 5;
const MONEY: usize = 6;
const DATE: usize = 7;
/// 1 = true, 0 = false
const FLAG: usize = 8;

impl Attributes {
    /// Loads these keys.
    pub(super) fn load(lake: &Lake, scope: Scope, keys: &[String]) -> Result<Attributes> {
        let customers = scope.customers as usize;
        if keys.is_empty() {
            return Ok(Attributes { raw: Vec::new(), rows: BTreeMap::new(), refused: Bits::none(customers), customers });
        }
        let columns = [
            ("day", true),
            ("recorded_at", true),
            ("key", true),
            ("text", true),
            ("number", true),
            ("whole", true),
            ("money", true),
            ("date", true),
            ("flag", true),
        ];
        let source = Source::whole(lake, Table::Attributes, Which::Seen, scope)?;
        let (layout, raw) = source.feed(0, 0..scope.customers, &columns)?.next(scope.customers)?;
        let Raw::Text(codes, texts) = &raw[KEY] else {
            let rows = keys.iter().map(|k| (k.clone(), vec![NONE; customers])).collect();
            return Ok(Attributes { raw, rows, refused: Bits::none(customers), customers });
        };
        let rank = |i: u32| (raw[DAY].day(i as usize), raw[RECORDED].whole(i as usize));
        let rows = keys
            .par_iter()
            .map(|key| {
                let mut best = vec![NONE; customers];
                if let Ok(code) = texts.binary_search(key) {
                    for (c, best) in best.iter_mut().enumerate() {
                        for i in layout.of(c).filter(|i| codes[*i] == code as u32) {
                            let i = i as u32;
                            if *best == NONE || rank(i) >= rank(*best) {
                                *best = i;
                            }
                        }
                    }
                }
                (key.clone(), best)
            })
            .collect();
        let said = texts.binary_search_by(|t| t.as_str().cmp(profiling::ATTRIBUTE)).ok().map(|code| code as u32);
        let of_refusals: Vec<(usize, Vec<u32>)> = match said {
            Some(code) => (0..customers).map(|c| (c, layout.of(c).filter(|i| codes[*i] == code).map(|i| i as u32).collect::<Vec<_>>())).filter(|(_, rows)| !rows.is_empty()).collect(),
            None => Vec::new(),
        };
        let mut all = Attributes { raw, rows, refused: Bits::none(customers), customers };
        let stands = |rows: &[u32]| {
            let said = rows.iter().filter_map(|i| profiling::Said::read(&all.value(*i), Day(all.raw[DAY].day(*i as usize)), Instant(all.raw[RECORDED].whole(*i as usize))));
            profiling::standing(said).is_some()
        };
        let refused: Vec<usize> = of_refusals.iter().filter(|(_, rows)| stands(rows)).map(|(c, _)| *c).collect();
        refused.into_iter().for_each(|c| all.refused.insert(c));
        Ok(all)
    }

    /// Who refuses to be profiled.
    pub(super) fn refused(&self) -> &Bits {
        &self.refused
    }

    fn value(&self, row: u32) -> Value {
        let i = row as usize;
        let raw = &self.raw;
        if row == NONE {
            return Value::Null;
        }
        if let (Raw::Text(codes, texts), false) = (&raw[TEXT], raw[TEXT].code(i) == NONE) {
            return texts.get(codes[i] as usize).map_or(Value::Null, |t| Value::Text(t.clone()));
        }
        let number = raw[NUMBER].number(i);
        let (whole, money, date) = (raw[WHOLE].whole(i), raw[MONEY].whole(i), raw[DATE].date(i));
        if !number.is_nan() {
            Value::Number(number)
        } else if whole != NULL {
            Value::Int(whole)
        } else if money != NULL {
            Value::Money(money)
        } else if let Some(date) = date {
            Value::Day(Day(date))
        } else {
            raw[FLAG].maybe_flag(i).map_or(Value::Null, Value::Bool)
        }
    }

    fn rows(&self, key: &str) -> &[u32] {
        self.rows.get(key).map_or(&[], Vec::as_slice)
    }

    /// The attribute in the type its feature declares.
    pub(super) fn column(&self, key: &str, ty: ValueType, currency: Currency) -> Column {
        let rows = self.rows(key);
        if rows.is_empty() {
            return Column::unknown(ty, self.customers);
        }
        let texts_only = rows.iter().all(|r| *r == NONE || self.raw[TEXT].code(*r as usize) != NONE);
        if ty == ValueType::Text && texts_only {
            return self.texts(rows);
        }
        if ty != ValueType::Text {
            return Column::of(ty, rows.len(), |c| fit(self.value(rows[c]), ty, currency));
        }
        let values: Vec<Value> = rows.par_iter().map(|r| fit(self.value(*r), ty, currency)).collect();
        Column::from_values(ty, values.into_iter())
    }

    /// Each customer's raw value as a number of a list of different values.
    pub(super) fn ids(&self, key: &str) -> (Vec<u32>, Vec<Value>) {
        let rows = self.rows(key);
        if rows.is_empty() {
            return (vec![0; self.customers], vec![Value::Null]);
        }
        let mut seen: hashbrown::HashMap<(u8, u64), u32> = hashbrown::HashMap::new();
        let mut values: Vec<Value> = Vec::new();
        let ids = rows
            .iter()
            .map(|row| {
                let code = if *row == NONE { NONE } else { self.raw[TEXT].code(*row as usize) };
                let value = if code == NONE { self.value(*row) } else { Value::Null };
                let identity = if code == NONE { identity(&value) } else { (9, u64::from(code)) };
                *seen.entry(identity).or_insert_with(|| {
                    values.push(if code == NONE { value } else { self.value(*row) });
                    values.len() as u32 - 1
                })
            })
            .collect();
        (ids, values)
    }

    fn texts(&self, rows: &[u32]) -> Column {
        let Raw::Text(codes, texts) = &self.raw[TEXT] else {
            return Column::unknown(ValueType::Text, self.customers);
        };
        // keep only the texts this attribute uses, in their order
        let mut used = vec![false; texts.len()];
        rows.iter().filter(|r| **r != NONE).for_each(|r| used[codes[*r as usize] as usize] = true);
        let mut new = vec![NONE; texts.len()];
        let mut kept = Vec::new();
        for (i, text) in texts.iter().enumerate().filter(|(i, _)| used[*i]) {
            new[i] = kept.len() as u32;
            kept.push(text.clone());
        }
        let codes: Vec<u32> =
            rows.iter().map(|r| if *r == NONE { NONE } else { new[codes[*r as usize] as usize] }).collect();
        let known = Bits::from_words(super::column::words_of(codes.len(), |i| codes[i] != NONE), codes.len());
        Column::new(Data::Text(codes, Arc::new(kept)), known)
    }
}

/// Two values are the same if these are.
pub(super) fn identity(value: &Value) -> (u8, u64) {
    match value {
        Value::Null | Value::Text(_) => (0, 0),
        Value::Bool(b) => (1, u64::from(*b)),
        Value::Int(i) => (2, *i as u64),
        Value::Number(x) => (3, x.to_bits()),
        Value::Money(m) => (4, *m as u64),
        Value::Day(d) => (5, d.0 as u64),
    }
}
