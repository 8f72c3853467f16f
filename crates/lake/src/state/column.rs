//! One value per customer, by column: what a run keeps of every feature.

use super::{Bits, bits::packed};
use domain::{Day, Value, ValueType};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::sync::Arc;

/// Code of a text that is not known.
pub(crate) const NONE: u32 = u32::MAX;

/// The different texts of a column, sorted by their bytes; a code is a place in it.
pub type Texts = Arc<Vec<String>>;

/// Are these the same texts, for sure?
pub(crate) fn same(a: &Texts, b: &Texts) -> bool {
    Arc::ptr_eq(a, b) || a.is_empty() && b.is_empty()
}

/// Values of a column, one per customer. Where a value is not known the slot holds 0 (texts: no code).
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// true / false
    Bool(Vec<bool>),
    /// whole numbers
    Int(Vec<i64>),
    /// numbers
    Number(Vec<f64>),
    /// minor units
    Money(Vec<i64>),
    /// days since 1970-01-01
    Day(Vec<i32>),
    /// texts by code
    Text(Vec<u32>, Texts),
}

/// A feature of all customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    data: Data,
    known: Bits,
}

impl Column {
    pub(crate) fn new(data: Data, known: Bits) -> Column {
        Column { data, known }
    }

    /// Nobody's value is known.
    /// The same, but nothing is known of these.
    pub(super) fn without(self, who: &Bits) -> Column {
        let mut known = self.known;
        known.and_not(who);
        Column { data: self.data, known }
    }

    pub(crate) fn unknown(ty: ValueType, len: usize) -> Column {
        Column { data: Data::of(ty, len, Texts::default()), known: Bits::none(len) }
    }

    /// From values, one per customer; values of another type count as not known.
    pub(crate) fn from_values(ty: ValueType, values: impl ExactSizeIterator<Item = Value>) -> Column {
        let len = values.len();
        if ty == ValueType::Text {
            let texts: Vec<Option<String>> =
                values.map(|v| if let Value::Text(t) = v { Some(t) } else { None }).collect();
            return Column::from_texts(len, |i| texts.get(i).and_then(Option::as_deref));
        }
        let mut column = Column::unknown(ty, len);
        for (i, v) in values.enumerate() {
            column.set(i, &v);
        }
        column
    }

    /// From values that are no texts, one per customer, found side by side; values of another type count as not known.
    pub(crate) fn of(ty: ValueType, len: usize, value: impl Fn(usize) -> Value + Sync) -> Column {
        const PIECE: usize = 4096;
        fn all<T: Send>(slots: &mut [T], known: &mut [u64], value: impl Fn(usize) -> Option<T> + Sync) {
            let pieces = slots.par_chunks_mut(PIECE).zip(known.par_chunks_mut(PIECE / 64)).enumerate();
            pieces.for_each(|(p, (slots, known))| {
                for (i, slot) in slots.iter_mut().enumerate() {
                    if let Some(v) = value(p * PIECE + i) {
                        *slot = v;
                        known[i / 64] |= 1 << (i % 64);
                    }
                }
            });
        }
        let Column { mut data, mut known } = Column::unknown(ty, len);
        let words = known.words_mut();
        match &mut data {
            Data::Bool(v) => all(v, words, |i| if let Value::Bool(x) = value(i) { Some(x) } else { None }),
            Data::Int(v) => all(v, words, |i| if let Value::Int(x) = value(i) { Some(x) } else { None }),
            Data::Number(v) => all(v, words, |i| if let Value::Number(x) = value(i) { Some(x) } else { None }),
            Data::Money(v) => all(v, words, |i| if let Value::Money(x) = value(i) { Some(x) } else { None }),
            Data::Day(v) => all(v, words, |i| if let Value::Day(x) = value(i) { Some(x.0) } else { None }),
            Data::Text(..) => {}
        }
        Column { data, known }
    }

    /// From texts, one per customer.
    pub(crate) fn from_texts<'t>(len: usize, text: impl Fn(usize) -> Option<&'t str>) -> Column {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let mut codes = Vec::with_capacity(len);
        for i in 0..len {
            let next = seen.len() as u32;
            codes.push(text(i).map_or(NONE, |t| *seen.entry(t).or_insert(next)));
        }
        let mut texts: Vec<(&str, u32)> = seen.into_iter().collect();
        texts.sort_unstable();
        let mut rank = vec![NONE; texts.len()];
        for (new, (_, old)) in texts.iter().enumerate() {
            rank[*old as usize] = new as u32;
        }
        codes.iter_mut().filter(|c| **c != NONE).for_each(|c| *c = rank[*c as usize]);
        let known = Bits::from_words(words_of(len, |i| codes[i] != NONE), len);
        Column { data: Data::Text(codes, Arc::new(texts.into_iter().map(|(t, _)| t.to_string()).collect())), known }
    }

    fn set(&mut self, i: usize, value: &Value) {
        fn put<T: Copy>(slots: &mut [T], i: usize, v: T) -> bool {
            slots.get_mut(i).map(|s| *s = v).is_some()
        }
        let fits = match (&mut self.data, value) {
            (Data::Bool(v), Value::Bool(x)) => put(v, i, *x),
            (Data::Int(v), Value::Int(x)) => put(v, i, *x),
            (Data::Number(v), Value::Number(x)) => put(v, i, *x),
            (Data::Money(v), Value::Money(x)) => put(v, i, *x),
            (Data::Day(v), Value::Day(x)) => put(v, i, x.0),
            _ => false,
        };
        if fits {
            self.known.insert(i);
        }
    }

    /// Type of its values.
    pub fn value_type(&self) -> ValueType {
        match self.data {
            Data::Bool(_) => ValueType::Bool,
            Data::Int(_) => ValueType::Int,
            Data::Number(_) => ValueType::Number,
            Data::Money(_) => ValueType::Money,
            Data::Day(_) => ValueType::Day,
            Data::Text(..) => ValueType::Text,
        }
    }

    /// The values.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// For whom the value is known.
    pub fn known(&self) -> &Bits {
        &self.known
    }

    /// Customers.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Are there no customers?
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The value of one customer.
    pub fn value(&self, i: usize) -> Value {
        if !self.known.holds(i) {
            return Value::Null;
        }
        let value = match &self.data {
            Data::Bool(v) => v.get(i).map(|x| Value::Bool(*x)),
            Data::Int(v) => v.get(i).map(|x| Value::Int(*x)),
            Data::Number(v) => v.get(i).map(|x| Value::Number(*x)),
            Data::Money(v) => v.get(i).map(|x| Value::Money(*x)),
            Data::Day(v) => v.get(i).map(|x| Value::Day(Day(*x))),
            Data::Text(..) => self.text(i).map(|t| Value::Text(t.to_string())),
        };
        value.unwrap_or_default()
    }

    /// The text of one customer.
    pub fn text(&self, i: usize) -> Option<&str> {
        match &self.data {
            Data::Text(codes, texts) => texts.get(*codes.get(i)? as usize).map(String::as_str),
            _ => None,
        }
    }

    /// Place on the number line, as `Value::as_f64`.
    pub fn number(&self, i: usize) -> Option<f64> {
        if !self.known.holds(i) {
            return None;
        }
        match &self.data {
            Data::Bool(v) => v.get(i).map(|x| f64::from(u8::from(*x))),
            Data::Int(v) | Data::Money(v) => v.get(i).map(|x| *x as f64),
            Data::Number(v) => v.get(i).copied(),
            Data::Day(v) => v.get(i).map(|x| f64::from(*x)),
            Data::Text(..) => None,
        }
    }

    /// Whole minor units or whole numbers, without a detour over floats.
    pub fn whole(&self, i: usize) -> Option<i64> {
        match &self.data {
            Data::Int(v) | Data::Money(v) if self.known.holds(i) => v.get(i).copied(),
            _ => None,
        }
    }

    /// The known numbers of these customers.
    pub(crate) fn numbers(&self, among: Option<&Bits>) -> Vec<f64> {
        let mut who = self.known.clone();
        if let Some(among) = among {
            who.and(among);
        }
        match &self.data {
            Data::Int(v) | Data::Money(v) => who.iter().filter_map(|i| v.get(i)).map(|x| *x as f64).collect(),
            Data::Number(v) => who.iter().filter_map(|i| v.get(i)).copied().collect(),
            _ => who.iter().filter_map(|i| self.number(i)).collect(),
        }
    }

    /// Exact sum of whole values of these customers and how many they are.
    pub(crate) fn exact(&self, among: Option<&Bits>) -> Option<(i128, u64)> {
        let (Data::Int(v) | Data::Money(v)) = &self.data else { return None };
        let mut who = self.known.clone();
        if let Some(among) = among {
            who.and(among);
        }
        Some((who.iter().filter_map(|i| v.get(i)).map(|x| i128::from(*x)).sum(), who.count()))
    }

    /// Adds all values to a checksum.
    pub(crate) fn digest(&self, sum: &mut xxhash_rust::xxh3::Xxh3) {
        self.known.words().iter().for_each(|w| sum.update(&w.to_le_bytes()));
        match &self.data {
            Data::Bool(v) => v.iter().for_each(|x| sum.update(&[u8::from(*x)])),
            Data::Int(v) | Data::Money(v) => v.iter().for_each(|x| sum.update(&x.to_le_bytes())),
            Data::Number(v) => v.iter().for_each(|x| sum.update(&x.to_bits().to_le_bytes())),
            Data::Day(v) => v.iter().for_each(|x| sum.update(&x.to_le_bytes())),
            Data::Text(codes, texts) => {
                codes.iter().for_each(|x| sum.update(&x.to_le_bytes()));
                texts.iter().for_each(|t| sum.update(t.as_bytes()));
            }
        }
    }

    /// For whom the number is above 0.
    pub fn positive(&self) -> Bits {
        let len = self.len();
        let words = match &self.data {
            Data::Int(v) | Data::Money(v) => words_of(len, |i| v.get(i).is_some_and(|x| *x > 0)),
            Data::Number(v) => words_of(len, |i| v.get(i).is_some_and(|x| *x > 0.0)),
            Data::Bool(v) => words_of(len, |i| v.get(i).copied().unwrap_or(false)),
            Data::Day(v) => words_of(len, |i| v.get(i).is_some_and(|x| *x > 0)),
            Data::Text(..) => Vec::new(),
        };
        let mut bits = Bits::from_words(words, len);
        bits.and(&self.known);
        bits
    }
}

impl Data {
    /// `len` empty slots.
    pub(crate) fn of(ty: ValueType, len: usize, texts: Texts) -> Data {
        match ty {
            ValueType::Bool => Data::Bool(vec![false; len]),
            ValueType::Int => Data::Int(vec![0; len]),
            ValueType::Number => Data::Number(vec![0.0; len]),
            ValueType::Money => Data::Money(vec![0; len]),
            ValueType::Day => Data::Day(vec![0; len]),
            ValueType::Text => Data::Text(vec![NONE; len], texts),
        }
    }
}

/// Bits of a test over `len` customers.
pub(crate) fn words_of(len: usize, test: impl Fn(usize) -> bool) -> Vec<u64> {
    (0..len).step_by(64).map(|from| packed((from..len.min(from + 64)).map(&test))).collect()
}
