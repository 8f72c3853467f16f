//! Classes of all customers: the first rule that holds, or the value of a text.

use super::{Bits, Column, Data, Run, column::NONE, column::words_of, mask};
use crate::{Error, Result};
use domain::{
    classification::{By, Classification, Classifier, OTHER_VALUES, keep},
    profiling::NOT_PROFILED,
    rule::{Compiled, Names},
};
use std::{collections::BTreeSet, sync::Arc};

/// One class per customer.
#[derive(Debug, Clone)]
pub struct Classes {
    pub(super) keys: Arc<Vec<String>>,
    pub(super) column: Arc<Column>,
    pub(super) sizes: Vec<u64>,
}

impl Classes {
    /// Class keys: in the order of the rules; of values by size. The class of the rest is last.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Per customer the place of the class in `keys`; a number beyond it for a gap.
    pub fn codes(&self) -> &[u32] {
        match self.column.data() {
            Data::Text(codes, _) => codes,
            _ => &[],
        }
    }

    /// Customers per class.
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Customers per class, of these only.
    pub fn sizes_among(&self, among: &Bits) -> Vec<u64> {
        let codes = self.codes();
        let mut sizes = vec![0u64; self.keys.len()];
        for i in among.iter() {
            if let Some(size) = codes.get(i).and_then(|c| sizes.get_mut(*c as usize)) {
                *size += 1;
            }
        }
        sizes
    }

    /// Key of a customer's class.
    pub fn of(&self, customer: usize) -> Option<&str> {
        self.column.text(customer)
    }

    /// The customers of a class.
    pub fn members(&self, class: &str) -> Bits {
        let len = self.column.len();
        let Some(code) = self.keys.iter().position(|k| k == class) else { return Bits::none(len) };
        let codes = self.codes();
        Bits::from_words(words_of(len, |i| codes[i] as usize == code), len)
    }
}

/// A classifier and the rules it evaluates.
pub(super) struct Checked(Classifier);

impl Checked {
    pub(super) fn rules(&self) -> impl Iterator<Item = &Compiled> {
        let rules = match &self.0.by {
            By::Rules(rules) => rules.as_slice(),
            By::Values { .. } => &[],
        };
        rules.iter().map(|(_, rule)| rule)
    }
}

pub(super) fn check_all(all: &[Classification], names: &dyn Names) -> Result<Vec<Checked>> {
    let check = |c: &Classification| match c.check(names) {
        Ok(classifier) => Ok(Checked(classifier)),
        Err(source) => Err(Error::Classification { key: c.key.clone(), source }),
    };
    all.iter().map(check).collect()
}

impl Run {
    pub(super) fn classify(&mut self, checked: &Checked, definition: &Classification) {
        let classifier = &checked.0;
        let classes = match &classifier.by {
            By::Rules(rules) => {
                let keys: Vec<String> = definition.named().into_iter().map(|n| n.key).collect();
                let codes = self.first_match(rules, keys.len() as u32 - 1);
                self.classes_of(keys, codes)
            }
            By::Values { feature, limit } => {
                let (keys, codes, kept) = self.by_value(feature, *limit, &classifier.otherwise);
                if let Some(kept) = kept {
                    Arc::make_mut(&mut self.base).kept.insert(classifier.key.clone(), kept);
                }
                self.classes_of(keys, codes)
            }
        };
        self.columns.insert(format!("class.{}", classifier.key), classes.column.clone());
        self.classes.insert(classifier.key.clone(), classes);
    }

    /// The classes that a classification would give which is not among the run's definitions.
    ///
    /// # Errors
    /// When it does not fit the names, or the lake refuses.
    pub fn classes_by(&self, definition: &Classification, names: &dyn Names) -> Result<Classes> {
        let classifier = definition.check(names).map_err(|source| Error::Classification { key: definition.key.clone(), source })?;
        let (keys, codes) = match &classifier.by {
            By::Rules(rules) => {
                let keys: Vec<String> = definition.named().into_iter().map(|n| n.key).collect();
                let mut codes = vec![keys.len() as u32 - 1; self.customers as usize];
                let mut free = self.present.clone();
                for (place, (_, rule)) in (0..).zip(rules) {
                    let mut who = self.mask(rule)?;
                    who.and(&free);
                    who.iter().for_each(|i| codes[i] = place);
                    free.and_not(&who);
                }
                (keys, codes)
            }
            By::Values { feature, limit } => {
                let (keys, codes, _) = self.by_value(feature, *limit, &classifier.otherwise);
                (keys, codes)
            }
        };
        Ok(self.classes_of(keys, codes))
    }

    fn first_match(&mut self, rules: &[(String, Compiled)], otherwise: u32) -> Vec<u32> {
        rules.iter().for_each(|(_, rule)| self.learn(rule.needs()));
        let preds: Vec<_> = rules.iter().map(|(_, rule)| rule.pred()).collect();
        mask::first_match(&preds, &*self, otherwise)
    }

    fn by_value(
        &self,
        feature: &str,
        limit: Option<u32>,
        otherwise: &str,
    ) -> (Vec<String>, Vec<u32>, Option<BTreeSet<String>>) {
        let len = self.customers as usize;
        let column = self.columns.get(feature).map(|c| c.data());
        let Some(Data::Text(own, texts)) = column else {
            return (vec![otherwise.to_string()], vec![0; len], limit.map(|_| BTreeSet::new()));
        };
        let mut sizes = vec![0u64; texts.len()];
        let profiled = self.profiled();
        let there = profiled.iter().filter_map(|i| own.get(i)).filter(|c| **c != NONE);
        there.for_each(|c| sizes[*c as usize] += 1);
        let sized = || texts.iter().map(String::as_str).zip(sizes.iter().copied()).filter(|(_, n)| *n > 0);
        let kept = limit.map(|n| keep(sized(), n));
        let mut shown: Vec<(&str, u64)> =
            sized().filter(|(t, _)| !t.is_empty() && kept.as_ref().is_none_or(|k| k.contains(*t))).collect();
        shown.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let mut keys: Vec<String> = shown.into_iter().map(|(t, _)| t.to_string()).collect();
        let mut place = |key: &str| match keys.iter().position(|k| k == key) {
            Some(i) => i as u32,
            None => {
                keys.push(key.to_string());
                keys.len() as u32 - 1
            }
        };
        let other = limit.map(|_| place(OTHER_VALUES));
        let rest = place(otherwise);
        let class_of: Vec<u32> = texts
            .iter()
            .zip(&sizes)
            .map(|(t, n)| match &kept {
                _ if *n == 0 => rest,
                Some(kept) if !kept.contains(t) => other.unwrap_or(rest),
                _ if t.is_empty() => rest,
                _ => keys.iter().position(|k| k == t).map_or(rest, |i| i as u32),
            })
            .collect();
        let codes = own.iter().map(|c| class_of.get(*c as usize).copied().unwrap_or(rest)).collect();
        (keys, codes, kept)
    }

    /// Exactly one class for every customer there is; none for a gap.
    ///
    /// Whoever refuses to be profiled is in the neutral class, which stands behind all others, and is there only if anybody is in it.
    fn classes_of(&self, mut keys: Vec<String>, mut codes: Vec<u32>) -> Classes {
        if self.refused.count() > 0 {
            let neutral = keys.iter().position(|k| k == NOT_PROFILED).unwrap_or_else(|| {
                keys.push(NOT_PROFILED.to_owned());
                keys.len() - 1
            });
            self.refused.iter().for_each(|i| codes[i] = neutral as u32);
        }
        let mut gone = Bits::all(codes.len());
        gone.and_not(&self.present);
        gone.iter().for_each(|i| codes[i] = NONE);
        let mut sizes = vec![0u64; keys.len()];
        codes.iter().filter(|c| **c != NONE).for_each(|c| sizes[*c as usize] += 1);
        let keys = Arc::new(keys);
        let column = Column::new(Data::Text(codes, keys.clone()), self.present.clone());
        Classes { keys, column: Arc::new(column), sizes }
    }
}
