//! The values of all customers of a run, one of them asked about: from which `domain` finds what moves with that one.

use super::{Column, Data, Run, column::NONE, mask};
use domain::{
    CustomerKey,
    feature::{Everyone, Ordered},
    rule::compiled::Num,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

struct Asked<'a> {
    run: &'a Run,
    customer: CustomerKey,
}

impl Run {
    /// Everyone as of the day, with this customer asked about.
    pub fn everyone(&self, customer: CustomerKey) -> impl Everyone {
        Asked { run: self, customer }
    }
}

impl Asked<'_> {
    fn place(&self) -> usize {
        self.customer.0 as usize
    }
}

/// What was put in order for those who asked before: every question about a customer compares with the same others.
#[derive(Debug, Default)]
pub(super) struct Crowds(Mutex<Vec<(Crowd, Arc<Ordered>)>>, Mutex<BTreeMap<String, Arc<BTreeMap<String, u64>>>>);

/// Whose values, and which.
#[derive(Debug, Clone, PartialEq)]
enum Crowd {
    /// of a feature, among those for whom another is above 0
    Feature(String, Option<String>),
    /// of an expression
    Expression(Num),
}

/// Orders that are kept; the one made first goes first.
const KEEP: usize = 16;

impl Crowds {
    fn of(&self, crowd: Crowd, values: impl FnOnce() -> Vec<f64>) -> Arc<Ordered> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, ordered)) = kept.iter().find(|(of, _)| *of == crowd) {
            return Arc::clone(ordered);
        }
        // whoever asks the same meanwhile waits here
        let ordered = Arc::new(Ordered::new(values()));
        if kept.len() >= KEEP {
            kept.remove(0);
        }
        kept.push((crowd, Arc::clone(&ordered)));
        ordered
    }

    fn sizes(&self, of: &str, sizes: impl FnOnce() -> BTreeMap<String, u64>) -> Arc<BTreeMap<String, u64>> {
        let mut kept = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(of.to_owned()).or_insert_with(|| Arc::new(sizes())))
    }

    /// Gives back the memory.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.1.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Run {
    /// The values of a crowd; none where a feature is not there.
    fn crowd(&self, crowd: &Crowd) -> Vec<f64> {
        let (of, among) = match crowd {
            Crowd::Feature(of, among) => (of, among),
            Crowd::Expression(by) => return mask::known_values(by, self),
        };
        let among = among.as_ref().map(|among| self.column(among));
        let (Some(column), None | Some(Some(_))) = (self.column(of), among) else { return Vec::new() };
        let mut who = self.present().clone();
        if let Some(among) = among.flatten() {
            who.and(&among.positive());
        }
        column.numbers(Some(&who))
    }

    /// How many have each text of a feature.
    fn crowd_sizes(&self, of: &str) -> BTreeMap<String, u64> {
        let Some(Data::Text(codes, texts)) = self.column(of).map(Column::data) else { return BTreeMap::new() };
        let mut sizes = vec![0u64; texts.len()];
        let profiled = self.profiled();
        let there = profiled.iter().filter_map(|i| codes.get(i)).filter(|code| **code != NONE);
        there.filter_map(|code| usize::try_from(*code).ok()).for_each(|code| {
            if let Some(size) = sizes.get_mut(code) {
                *size += 1;
            }
        });
        texts.iter().cloned().zip(sizes).filter(|(_, size)| *size > 0).collect()
    }

    /// Puts in order what was put in order of another run.
    pub(super) fn gather_crowds(&self, before: &Run) {
        let asked: Vec<Crowd> = before.crowds.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(crowd, _)| crowd.clone()).collect();
        for crowd in asked {
            let values = self.crowd(&crowd);
            self.crowds.of(crowd, || values);
        }
        let asked: Vec<String> = before.crowds.1.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        for of in asked {
            self.crowds.sizes(&of, || self.crowd_sizes(&of));
        }
    }
}

impl Everyone for Asked<'_> {
    fn values(&self, of: &str, among: Option<&str>) -> (Arc<Ordered>, Option<f64>) {
        let Some(column) = self.run.column(of) else { return Default::default() };
        let counting = match among.map(|among| self.run.column(among)) {
            None => None,
            Some(Some(among)) => Some(among),
            Some(None) => return Default::default(),
        };
        let counts = self.run.present().holds(self.place()) && counting.is_none_or(|among| among.number(self.place()).is_some_and(|x| x > 0.0));
        let crowd = Crowd::Feature(of.to_owned(), among.map(str::to_owned));
        let all = self.run.crowds.of(crowd.clone(), || self.run.crowd(&crowd));
        (all, column.number(self.place()).filter(|_| counts))
    }

    fn worked_out(&self, by: &Num) -> (Arc<Ordered>, Option<f64>) {
        let own = by.eval(&self.run.row(self.customer)).filter(|_| self.run.present().holds(self.place()));
        let crowd = Crowd::Expression(by.clone());
        (self.run.crowds.of(crowd.clone(), || self.run.crowd(&crowd)), own)
    }

    fn sizes(&self, of: &str) -> (Arc<BTreeMap<String, u64>>, Option<String>) {
        if !matches!(self.run.column(of).map(Column::data), Some(Data::Text(..))) {
            return Default::default();
        }
        let sizes = self.run.crowds.sizes(of, || self.run.crowd_sizes(of));
        let own = self.run.column(of).and_then(|c| c.text(self.place()));
        (sizes, own.filter(|_| self.run.present().holds(self.place())).map(str::to_owned))
    }
}
