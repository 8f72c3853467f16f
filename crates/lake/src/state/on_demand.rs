//! What a previewed rule needs beyond the run: aggregates folded from the facts, statistics, cuts. Kept for the next ask.

use super::{
    Bits, Column, Run,
    facts::{Facts, Wanted, amount_field},
    fold::{Fold, fold},
    gather::{Scope, gather},
    index::Index,
    mask,
    run::type_of,
};
use crate::Result;
use domain::{
    ValueType,
    feature::{Aggregate, Base, Measure},
    rule::{BaseKey, Compiled, TopKey, cut},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Bytes of columns kept for rules to come; more than this and they are dropped.
const KEEP: usize = 256 << 20;
/// Comparisons with a column before its index is made.
const COMPARISONS: u32 = 3;

/// Facts and columns a run keeps for rules that are not among its definitions.
#[derive(Debug, Default)]
pub(super) struct OnDemand(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    facts: Option<Arc<Facts>>,
    columns: BTreeMap<String, Made>,
}

/// An aggregate that is nobody's feature.
#[derive(Debug)]
struct Made {
    aggregate: Aggregate,
    column: Arc<Column>,
    /// did anybody ask for it of this run?
    asked: bool,
}

impl OnDemand {
    pub(super) fn new(facts: Option<Facts>) -> OnDemand {
        OnDemand(Mutex::new(Kept { facts: facts.map(Arc::new), columns: BTreeMap::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The columns of facts that these aggregates read.
pub(super) fn fields<'a>(aggregates: impl Iterator<Item = &'a Aggregate>) -> Wanted {
    let mut wanted = Wanted::default();
    for a in aggregates {
        wanted.kind(a.fact);
        if let Some(field) = a.measure.field() {
            wanted.field(a.fact, field);
        }
        a.filter.iter().for_each(|c| wanted.field(a.fact, c.field));
        if let (Measure::Top(_) | Measure::TopShare(_), Some(amount)) = (&a.measure, amount_field(a.fact)) {
            wanted.field(a.fact, amount);
        }
    }
    wanted
}

/// The aggregates that differ, with their types.
pub(super) fn different(wanted: &[(String, Aggregate)]) -> Vec<(&Aggregate, ValueType)> {
    let mut different: Vec<(&Aggregate, ValueType)> = Vec::new();
    for (_, a) in wanted {
        if let (Ok(ty), false) = (type_of(a), different.iter().any(|(b, _)| *b == a)) {
            different.push((a, ty));
        }
    }
    different
}

/// A column per key; equal aggregates share theirs.
pub(super) fn by_key(
    wanted: &[(String, Aggregate)],
    different: &[(&Aggregate, ValueType)],
    columns: Vec<Column>,
) -> Vec<(String, Arc<Column>)> {
    let columns: Vec<Arc<Column>> = columns.into_iter().map(Arc::new).collect();
    let column = |a: &Aggregate| different.iter().position(|(b, _)| *b == a).and_then(|i| columns.get(i)).cloned();
    wanted.iter().filter_map(|(key, a)| Some((key.clone(), column(a)?))).collect()
}

/// A run as one rule sees it.
pub(super) struct Prepared<'a> {
    run: &'a Run,
    columns: HashMap<String, Arc<Column>>,
    base: Base,
}

impl Prepared<'_> {
    pub(super) fn into_base(self) -> Base {
        let mut base = self.run.base.as_ref().clone();
        base.stats.extend(self.base.stats);
        base.tops.extend(self.base.tops);
        base
    }
}

impl Run {
    /// Makes ready what the rule needs and the run does not have.
    pub(super) fn prepare(&self, rule: &Compiled) -> Result<Prepared<'_>> {
        let needs = rule.needs();
        let wanted: Vec<(String, Aggregate)> = needs.aggregates.iter().filter(|(key, _)| !self.columns.contains_key(key)).cloned().collect();
        let mut columns = HashMap::new();
        if !wanted.is_empty() {
            let mut kept = self.on_demand.lock();
            self.make(&mut kept, &wanted)?;
            for (key, _) in &wanted {
                if let Some(made) = kept.columns.get_mut(key) {
                    made.asked = true;
                    columns.insert(key.clone(), Arc::clone(&made.column));
                }
            }
        }
        let mut seen = Prepared { run: self, columns, base: Base::default() };
        for key in needs.bases.iter().filter(|k| !self.base.stats.contains_key(k)) {
            if let Some(value) = self.compute(key) {
                seen.base.stats.insert(key.clone(), value);
            }
        }
        for top in needs.tops.iter().filter(|t| !self.base.tops.contains_key(&t.key)) {
            let mut values = mask::known_values(&top.by, &seen);
            if let Some(cut) = cut(&mut values, top.percent, top.bottom) {
                seen.base.tops.insert(top.key.clone(), cut);
            }
        }
        Ok(seen)
    }

    /// Folds those of these aggregates that are not at hand.
    fn make(&self, kept: &mut Kept, wanted: &[(String, Aggregate)]) -> Result<()> {
        let missing: Vec<(String, Aggregate)> = wanted.iter().filter(|(key, _)| !kept.columns.contains_key(key)).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let facts = self.facts(kept, &fields(missing.iter().map(|(_, a)| a)))?;
        let different = different(&missing);
        let folded = fold(&facts, &Fold::new(different.clone(), self.as_of, self.currency), self.customers as usize);
        let new = by_key(&missing, &different, folded);
        if (kept.columns.len() + new.len()).saturating_mul(8 * self.customers as usize) > KEEP {
            // what this rule needs stays
            kept.columns.retain(|key, _| wanted.iter().any(|(w, _)| w == key));
        }
        for (key, column) in new {
            if let Some((_, aggregate)) = missing.iter().find(|(k, _)| *k == key) {
                kept.columns.insert(key, Made { aggregate: aggregate.clone(), column, asked: false });
            }
        }
        Ok(())
    }

    /// Makes ready what was asked of the run before this one, so that whoever goes on asking waits for none of it.
    ///
    /// # Errors
    /// When facts that have to be read again cannot be.
    pub fn follow(&self, before: &Run) -> Result<()> {
        let asked: Vec<(String, Aggregate)> = {
            let kept = before.on_demand.lock();
            // any order: they are kept by their keys
            let asked = kept.columns.iter().filter(|(key, made)| made.asked && !self.columns.contains_key(*key));
            asked.map(|(key, made)| (key.clone(), made.aggregate.clone())).collect()
        };
        self.make(&mut self.on_demand.lock(), &asked)?;
        for key in before.indexes.asked() {
            if let Some(column) = self.column(&key) {
                self.indexes.make(&key, column);
            }
        }
        self.gather_crowds(before);
        Ok(())
    }

    /// The facts kept, or those and what is wanted besides, read again.
    fn facts(&self, kept: &mut Kept, wanted: &Wanted) -> Result<Arc<Facts>> {
        let mut all = wanted.clone();
        if let Some(facts) = &kept.facts {
            if facts.wanted.covers(wanted) {
                return Ok(facts.clone());
            }
            all.add(&facts.wanted);
        }
        // the old ones go first: two sets of facts need twice the memory
        kept.facts = None;
        let scope = Scope { customers: self.customers, as_of: self.as_of, known: self.known_as_of };
        let nothing = Fold::new(Vec::new(), self.as_of, self.currency);
        let facts = gather(&self.lake, scope, &all, &nothing, true)?.facts.map(Arc::new).unwrap_or_default();
        kept.facts = Some(facts.clone());
        Ok(facts)
    }

    /// The facts with at least these columns.
    pub(super) fn facts_with(&self, wanted: &Wanted) -> Result<Arc<Facts>> {
        self.facts(&mut self.on_demand.lock(), wanted)
    }

    /// Gives back the memory of the facts and of what was made of them for those who ask. They are read again when a rule asks
    /// for something new.
    pub fn release(&self) {
        *self.on_demand.lock() = Kept::default();
        self.indexes.forget();
        self.masks.forget();
        self.crowds.forget();
    }
}

impl mask::View for Prepared<'_> {
    fn customers(&self) -> usize {
        self.run.customers as usize
    }
    fn present(&self) -> &Bits {
        &self.run.present
    }
    fn column(&self, key: &str) -> Option<&Column> {
        self.columns.get(key).map(Arc::as_ref).or_else(|| self.run.column(key))
    }
    fn segment(&self, key: &str) -> Option<&Bits> {
        self.run.segments.get(key)
    }
    fn index(&self, key: &str) -> Option<Arc<Index>> {
        self.run.column(key).and_then(|column| self.run.indexes.of(key, column, COMPARISONS))
    }
    fn base(&self, key: &BaseKey) -> Option<f64> {
        self.base.stats.get(key).or_else(|| self.run.base.stats.get(key)).copied()
    }
    fn cut(&self, key: &TopKey) -> Option<f64> {
        self.base.tops.get(key).or_else(|| self.run.base.tops.get(key)).copied()
    }
}
