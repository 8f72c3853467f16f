//! Everyone at once, one customer after the other: the reference that `lake`'s columns are held against, and enough for a
//! handful of customers.

use super::{
    Base, Everyone, History, Ordered, Plan, Profile, share_out,
    evaluate::{Scoring, Step},
};
use crate::{
    classification::{self, By, Classifier, Outcome},
    fact::CostFact,
    period::Day,
    rule::{
        BaseKey, Compiled,
        compiled::{Num, Top},
        cut,
    },
    score::{cluster_cuts, quantile_cuts},
    segment::{self, Segmenter},
    value::Value,
};
use std::{collections::BTreeMap, sync::Arc};

/// Finds clusters on the number line: their (smallest, largest) values, ascending; at most five.
pub type Clusters<'c> = &'c dyn Fn(&[f64]) -> Vec<(f64, f64)>;

/// All customers of a small base with their values, and what only the whole base knows.
#[derive(Debug, Clone)]
pub struct Population<'f> {
    /// one a customer, in the order given
    pub profiles: Vec<Profile<'f>>,
    base: Arc<Base>,
}

impl<'f> Population<'f> {
    /// Computes every feature for everyone, base-wide relations first where they are needed; `costs` as known.
    pub fn compute(
        plan: &Plan,
        histories: impl IntoIterator<Item = History<'f>>,
        costs: &[CostFact],
        clusters: Clusters<'_>,
    ) -> Population<'f> {
        let base = Arc::new(Base::default());
        let profiles = histories.into_iter().map(|h| Profile::empty(h.in_currency(plan.currency), &base)).collect();
        let mut all = Population { profiles, base };
        for (key, ty, step) in &plan.steps {
            match step {
                Step::Formula(formula) => all.relate(&formula.needs().bases),
                Step::Share(of) => all.relate(&[Base::total(of)]),
                Step::CostShare { channel, day } => all.share(key, channel, day, costs),
                Step::Score { of, among, smaller, by } => all.score(key, of, among, *smaller, by, clusters),
                Step::Attribute(_) | Step::Aggregate(_) | Step::Derived(..) => {}
            }
            for profile in &mut all.profiles {
                let value = profile.step(key, *ty, step);
                profile.set(key, value);
            }
        }
        all
    }

    /// What only the whole base knows, so far.
    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// Classifies everyone; puts the classes as `class.<key>`.
    pub fn classify(&mut self, classifier: &Classifier) -> Vec<Outcome> {
        match &classifier.by {
            By::Rules(rules) => rules.iter().for_each(|(_, rule)| self.prepare(rule)),
            By::Values { feature, limit: Some(limit) } => {
                let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
                for profile in &self.profiles {
                    if let Value::Text(value) = profile.get(feature) {
                        *sizes.entry(value.clone()).or_default() += 1;
                    }
                }
                let kept = classification::keep(sizes.iter().map(|(value, n)| (value.as_str(), *n)), *limit);
                self.learn(|base| base.kept.insert(classifier.key.clone(), kept));
            }
            By::Values { limit: None, .. } => {}
        }
        self.profiles.iter_mut().map(|p| classification::assign(classifier, p)).collect()
    }

    /// Puts everyone into a segment who belongs there; `listed` says who is on the list of a static one.
    pub fn assign(&mut self, segmenter: &Segmenter, listed: impl Fn(usize) -> bool) -> Vec<bool> {
        if let Some(rule) = &segmenter.rule {
            self.prepare(rule);
        }
        self.profiles.iter_mut().enumerate().map(|(i, p)| segment::assign(segmenter, p, listed(i))).collect()
    }

    /// Finds everything a rule compares customers with.
    pub fn prepare(&mut self, rule: &Compiled) {
        for profile in &mut self.profiles {
            profile.prepare(rule.aggregates());
        }
        self.relate(rule.bases());
        for Top { key, percent, bottom, by } in rule.tops() {
            let mut values: Vec<f64> = self.profiles.iter().filter_map(|p| by.eval(p)).collect();
            if let Some(edge) = cut(&mut values, *percent, *bottom) {
                self.learn(|base| base.tops.insert(key.clone(), edge));
            }
        }
    }

    fn relate(&mut self, keys: &[BaseKey]) {
        for key in keys {
            let mut values = self.values(&key.of, key.among.as_deref());
            if let Some(statistic) = key.stat.of(&mut values) {
                self.learn(|base| base.stats.insert(key.clone(), statistic));
            }
        }
    }

    fn share(&mut self, key: &str, channel: &str, day: &str, costs: &[CostFact]) {
        let won = |by: &str, from: Day, to: Day| {
            let won = |p: &&Profile| matches!((p.get(channel), p.get(day)), (Value::Text(c), Value::Day(d)) if c == by && from <= *d && *d <= to);
            self.profiles.iter().filter(won).count() as u64
        };
        let shares = share_out(costs, won);
        self.learn(|base| base.costs.insert(key.to_owned(), shares));
    }

    fn score(&mut self, key: &str, of: &str, among: &str, smaller: bool, by: &Scoring, clusters: Clusters<'_>) {
        let mut values = self.values(of, Some(among));
        let cuts = match by {
            Scoring::Own(_) => return,
            Scoring::Quantile => quantile_cuts(&mut values, smaller),
            Scoring::Kmeans => cluster_cuts(&clusters(&values), smaller),
        };
        self.learn(|base| base.cuts.insert(key.to_owned(), cuts));
    }

    /// Known values of a feature, of everyone or of those for whom `among` is > 0.
    fn values(&self, of: &str, among: Option<&str>) -> Vec<f64> {
        let counts = |p: &&Profile| among.is_none_or(|a| p.get(a).as_f64().is_some_and(|x| x > 0.0));
        self.profiles.iter().filter(counts).filter_map(|p| p.get(of).as_f64()).collect()
    }

    /// All of them, one asked about.
    pub fn everyone(&self, customer: usize) -> impl Everyone {
        Asked { all: self, customer }
    }

    fn learn<T>(&mut self, change: impl FnOnce(&mut Base) -> T) {
        change(Arc::make_mut(&mut self.base));
        for profile in &mut self.profiles {
            profile.rebase(&self.base);
        }
    }
}

struct Asked<'a, 'f> {
    all: &'a Population<'f>,
    customer: usize,
}

impl Asked<'_, '_> {
    fn known(&self, value: impl Fn(&Profile<'_>) -> Option<f64>) -> (Arc<Ordered>, Option<f64>) {
        let own = self.all.profiles.get(self.customer).and_then(&value);
        (Arc::new(Ordered::new(self.all.profiles.iter().filter_map(value).collect())), own)
    }
}

impl Everyone for Asked<'_, '_> {
    fn values(&self, of: &str, among: Option<&str>) -> (Arc<Ordered>, Option<f64>) {
        let counts = |p: &Profile<'_>| among.is_none_or(|a| p.get(a).as_f64().is_some_and(|x| x > 0.0));
        self.known(|p| p.get(of).as_f64().filter(|_| counts(p)))
    }

    fn worked_out(&self, by: &Num) -> (Arc<Ordered>, Option<f64>) {
        self.known(|p| by.eval(p))
    }

    fn sizes(&self, of: &str) -> (Arc<BTreeMap<String, u64>>, Option<String>) {
        let text = |p: &Profile<'_>| p.get(of).as_text().map(str::to_owned);
        let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
        self.all.profiles.iter().filter_map(text).for_each(|text| *sizes.entry(text).or_default() += 1);
        (Arc::new(sizes), self.all.profiles.get(self.customer).and_then(text))
    }
}
