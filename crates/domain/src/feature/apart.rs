//! What all are compared with, as one customer alone moves it: the others stand still.
//!
//! A mean moves with the customer's own value. A place in the order (top n %, quantile scores, the largest values of a text)
//! needs no moving: whether the customer is before it depends on the others alone, so it becomes a fixed edge among them.

use super::{
    Base, Plan,
    evaluate::{Scoring, Step},
};
use crate::{
    rule::{
        BaseKey, Stat, Top,
        compiled::{Needs, Num},
        cut_place, nth,
        span::Line,
    },
    score::{Cuts, quantile_places},
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A statistic over all customers that moves with one of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Moved {
    /// a sum or a mean
    Total {
        /// of all
        total: f64,
        /// the customer's part in it
        own: f64,
        /// how many others count
        others: usize,
        /// a mean
        mean: bool,
    },
    /// a value in the order of all
    Place {
        /// without the customer
        without: Option<f64>,
        /// with the customer it is the own value, but no less than this
        low: f64,
        /// and no more than this
        high: f64,
    },
}

impl Moved {
    /// Of the values of all; `own` is the customer's, if it is one of them. Reorders the values.
    pub fn of(stat: Stat, values: &mut Vec<f64>, own: Option<f64>) -> Moved {
        if let Stat::Sum | Stat::Mean = stat {
            let total = values.iter().sum();
            let others = values.len() - usize::from(own.is_some());
            return Moved::Total { total, own: own.unwrap_or(0.0), others, mean: stat == Stat::Mean };
        }
        without(values, own);
        let (with, place) = (stat.place(values.len() + 1), stat.place(values.len()));
        let (low, high) = with.map_or((f64::NEG_INFINITY, f64::INFINITY), |with| around(values, with));
        Moved::Place { without: place.and_then(|place| nth(values, place)), low, high }
    }

    /// With this value of the customer; `None`: who does not count.
    pub fn with(&self, value: Option<f64>) -> Option<f64> {
        match *self {
            Moved::Total { total, own, others, mean } => {
                let sum = total + (value.unwrap_or(0.0) - own);
                match (mean, others + usize::from(value.is_some())) {
                    (false, _) => Some(sum),
                    (true, 0) => None,
                    (true, count) => Some(sum / count as f64),
                }
            }
            Moved::Place { without, low, high } => value.map_or(without, |x| Some(x.max(low).min(high))),
        }
    }

    /// With values of the customer on a line.
    pub(super) fn line(&self, own: Line) -> Option<Line> {
        let Moved::Total { total, own: before, mean, .. } = *self else { return None };
        let ends = (self.with(Some(own.low))?, self.with(Some(own.high))?);
        let line = Line::made(ends.0, ends.1, &[own, Line::flat(total), Line::flat(before)], own.slack)?;
        let rounded = if mean { 8.0 * f64::EPSILON * line.reach() } else { 0.0 };
        Some(Line { slack: line.slack.max(rounded), ..line })
    }
}

/// Takes the customer's own value out.
fn without(values: &mut Vec<f64>, own: Option<f64>) {
    if let Some(i) = own.and_then(|own| values.iter().position(|x| x.total_cmp(&own).is_eq())) {
        values.swap_remove(i);
    }
}

/// The others between whom one more value has this place in the order; without one on a side, infinity.
fn around(others: &mut [f64], place: usize) -> (f64, f64) {
    let above = nth(others, place);
    let below = others.iter().take(place).copied().max_by(f64::total_cmp);
    (below.unwrap_or(f64::NEG_INFINITY), above.unwrap_or(f64::INFINITY))
}

/// The values of all customers, one of them asked about. With each the customer's own, if it is one of them.
pub trait Everyone {
    /// Known values of a feature, of everyone or of those for whom `among` is > 0.
    fn values(&self, of: &str, among: Option<&str>) -> (Vec<f64>, Option<f64>);
    /// Known values of an expression.
    fn worked_out(&self, by: &Num) -> (Vec<f64>, Option<f64>);
    /// How many have each text.
    fn sizes(&self, of: &str) -> (BTreeMap<String, u64>, Option<String>);
}

/// What features, classes and segments compare all customers by.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    stats: BTreeSet<BaseKey>,
    tops: Vec<Top>,
    scores: Vec<Score>,
    kept: Vec<Kept>,
    /// features whose value for one customer depends on others
    relative: HashSet<String>,
    /// edges between clusters, or shared costs
    still: bool,
}

#[derive(Debug, Clone)]
struct Score {
    key: String,
    of: String,
    among: String,
    smaller: bool,
}

/// A classification by value with a limit.
#[derive(Debug, Clone)]
struct Kept {
    key: String,
    of: String,
    limit: u32,
}

impl Plan {
    /// What the features compare by, over this base.
    pub fn compared(&self, base: &Base) -> Compared {
        let mut all = Compared::default();
        for (key, _, step) in &self.steps {
            let relative = match step {
                Step::Attribute(_) | Step::Aggregate(_) => false,
                Step::Derived(_, of) => of.iter().any(|of| all.relative.contains(of)),
                Step::Formula(formula) => {
                    let needs = formula.needs();
                    all.rule(needs);
                    !needs.bases.is_empty() || needs.features.iter().any(|of| all.relative.contains(of))
                }
                Step::Share(of) => {
                    all.stats.insert(Base::total(of));
                    true
                }
                // costs that are there are shared with others
                Step::CostShare { .. } => {
                    let shared = base.costs.get(key).is_some_and(|shares| !shares.is_empty());
                    all.still |= shared;
                    shared
                }
                Step::Score { of, by: Scoring::Own(_), .. } => all.relative.contains(of),
                Step::Score { of, among, smaller, by: Scoring::Quantile } => {
                    all.scores.push(Score { key: key.clone(), of: of.clone(), among: among.clone(), smaller: *smaller });
                    true
                }
                Step::Score { by: Scoring::Kmeans, .. } => {
                    all.still = true;
                    true
                }
            };
            if relative {
                all.relative.insert(key.clone());
            }
        }
        all
    }
}

impl Compared {
    /// A rule besides.
    pub fn rule(&mut self, needs: &Needs) {
        self.stats.extend(needs.bases.iter().cloned());
        self.tops.extend(needs.tops.iter().cloned());
    }

    /// A classification by the values of a text, the largest of which keep a class of their own, besides.
    pub fn values(&mut self, key: &str, of: &str, limit: u32) {
        self.kept.push(Kept { key: key.to_owned(), of: of.to_owned(), limit });
    }

    /// Is anybody compared with anybody at all?
    pub fn any(&self) -> bool {
        self.still || !(self.stats.is_empty() && self.tops.is_empty() && self.scores.is_empty() && self.kept.is_empty())
    }

    /// Does something stay as it stands although the customer may move it: edges between clusters, costs that are shared, what
    /// others have only in relation to all?
    pub fn held(&self) -> bool {
        let named = |of: &str| self.relative.contains(of) || of.starts_with("class.");
        let stats = self.stats.iter().any(|key| named(&key.of) || key.among.as_deref().is_some_and(named));
        let scores = self.scores.iter().any(|score| named(&score.of) || named(&score.among));
        let tops = self.tops.iter().any(|top| rests(&top.by, &named));
        self.still || stats || scores || tops || self.kept.iter().any(|kept| named(&kept.of))
    }

    /// The base as this customer meets it, all others as they stand; `texts` are those only this customer may come to.
    pub fn apart(&self, base: &Base, all: &dyn Everyone, texts: &[String]) -> Base {
        let mut apart = base.clone();
        for key in &self.stats {
            let (mut values, own) = all.values(&key.of, key.among.as_deref());
            apart.moved.insert(key.clone(), Moved::of(key.stat, &mut values, own));
        }
        for top in &self.tops {
            let (mut values, own) = all.worked_out(&top.by);
            without(&mut values, own);
            apart.tops.remove(&top.key);
            if let Some(place) = cut_place(top.percent, values.len() + 1, top.bottom) {
                let (low, high) = around(&mut values, place);
                apart.tops.insert(top.key.clone(), if top.bottom { high } else { low });
            }
        }
        for score in &self.scores {
            let (mut values, own) = all.values(&score.of, Some(&score.among));
            without(&mut values, own);
            let places = quantile_places(values.len() + 1, score.smaller);
            let mut edge = |place| {
                let (low, high) = around(&mut values, place);
                if score.smaller { low } else { high }
            };
            let edges = places.map(&mut edge).collect();
            apart.cuts.insert(score.key.clone(), Cuts { edges, strict: true, smaller_is_better: score.smaller });
        }
        for kept in &self.kept {
            let (mut sizes, own) = all.sizes(&kept.of);
            for text in texts {
                sizes.entry(text.clone()).or_default();
            }
            apart.kept.insert(kept.key.clone(), kept_with(sizes, own.as_deref(), kept.limit));
        }
        apart
    }
}

/// The texts that keep a class of their own once the customer has them: fewer than `limit` others are before them then.
fn kept_with(mut sizes: BTreeMap<String, u64>, own: Option<&str>, limit: u32) -> BTreeSet<String> {
    let here: Vec<String> = sizes.keys().filter(|text| !text.is_empty()).cloned().collect();
    if let Some(size) = own.and_then(|own| sizes.get_mut(own)) {
        *size = size.saturating_sub(1);
    }
    let mut order: Vec<(u64, &str)> = sizes.iter().filter(|(text, size)| !text.is_empty() && **size > 0).map(|(text, size)| (*size, text.as_str())).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let before = |text: &str| {
        let size = sizes.get(text).copied().unwrap_or(0) + 1;
        let ahead = |other: &&(u64, &str)| other.1 != text && (other.0 > size || other.0 == size && other.1 < text);
        // those ahead of it are the first of the order, but for itself
        order.iter().take(limit as usize + 1).filter(ahead).count()
    };
    here.iter().filter(|text| before(text) < limit as usize).cloned().collect()
}

/// Does it rest on such a feature, or on a statistic?
fn rests(num: &Num, named: &dyn Fn(&str) -> bool) -> bool {
    match num {
        Num::Literal(_) => false,
        Num::Column(key) => named(key),
        Num::Base(_) => true,
        Num::Neg(num) | Num::Abs(num) | Num::Round { num, .. } => rests(num, named),
        Num::Binary { left, right, .. } => rests(left, named) || rests(right, named),
        Num::Max(nums) | Num::Min(nums) | Num::Coalesce(nums) => nums.iter().any(|num| rests(num, named)),
    }
}
