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
        cut_place,
        span::Line,
    },
    score::{Cuts, quantile_places},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

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
    /// Of the values of all; `own` is the customer's, if it is one of them.
    pub fn of(stat: Stat, values: &Ordered, own: Option<f64>) -> Moved {
        let others = values.others(own);
        if let Stat::Sum | Stat::Mean = stat {
            return Moved::Total { total: values.total, own: own.unwrap_or(0.0), others: others.len(), mean: stat == Stat::Mean };
        }
        let (with, place) = (stat.place(others.len() + 1), stat.place(others.len()));
        let (low, high) = with.map_or((f64::NEG_INFINITY, f64::INFINITY), |with| others.around(with));
        Moved::Place { without: place.and_then(|place| others.nth(place)), low, high }
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

/// Values of all customers who have one: in order, and their total. Made once for all who ask.
#[derive(Debug, Clone, Default)]
pub struct Ordered {
    values: Vec<f64>,
    total: f64,
}

impl Ordered {
    /// Of values one customer after the other: the total is summed up in that order.
    pub fn new(mut values: Vec<f64>) -> Ordered {
        let total = values.iter().sum();
        values.sort_unstable_by(f64::total_cmp);
        Ordered { values, total }
    }

    /// How many have one.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Has nobody one?
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Without the customer's own, if it is among them.
    fn others(&self, own: Option<f64>) -> Others<'_> {
        let left_out = own.and_then(|own| self.values.binary_search_by(|x| x.total_cmp(&own)).ok());
        Others { values: &self.values, left_out }
    }
}

/// The values of the others, in order.
struct Others<'a> {
    values: &'a [f64],
    left_out: Option<usize>,
}

impl Others<'_> {
    fn len(&self) -> usize {
        self.values.len() - usize::from(self.left_out.is_some())
    }

    /// The value in this place.
    fn nth(&self, place: usize) -> Option<f64> {
        let behind = self.left_out.is_some_and(|out| out <= place);
        self.values.get(place + usize::from(behind)).copied()
    }

    /// Between whom one more value has this place in the order; without one on a side, infinity.
    fn around(&self, place: usize) -> (f64, f64) {
        let below = place.min(self.len()).checked_sub(1).and_then(|before| self.nth(before));
        (below.unwrap_or(f64::NEG_INFINITY), self.nth(place).unwrap_or(f64::INFINITY))
    }
}

/// The values of all customers, one of them asked about. With each the customer's own, if it is one of them.
pub trait Everyone {
    /// Known values of a feature, of everyone or of those for whom `among` is > 0.
    fn values(&self, of: &str, among: Option<&str>) -> (Arc<Ordered>, Option<f64>);
    /// Known values of an expression.
    fn worked_out(&self, by: &Num) -> (Arc<Ordered>, Option<f64>);
    /// How many have each text.
    fn sizes(&self, of: &str) -> (Arc<BTreeMap<String, u64>>, Option<String>);
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
            let (values, own) = all.values(&key.of, key.among.as_deref());
            apart.moved.insert(key.clone(), Moved::of(key.stat, &values, own));
        }
        for top in &self.tops {
            let (values, own) = all.worked_out(&top.by);
            let others = values.others(own);
            apart.tops.remove(&top.key);
            if let Some(place) = cut_place(top.percent, others.len() + 1, top.bottom) {
                let (low, high) = others.around(place);
                apart.tops.insert(top.key.clone(), if top.bottom { high } else { low });
            }
        }
        for score in &self.scores {
            let (values, own) = all.values(&score.of, Some(&score.among));
            let others = values.others(own);
            let places = quantile_places(others.len() + 1, score.smaller);
            let edge = |place| {
                let (low, high) = others.around(place);
                if score.smaller { low } else { high }
            };
            let edges = places.map(edge).collect();
            apart.cuts.insert(score.key.clone(), Cuts { edges, strict: true, smaller_is_better: score.smaller });
        }
        for kept in &self.kept {
            let (sizes, own) = all.sizes(&kept.of);
            apart.kept.insert(kept.key.clone(), kept_with(&sizes, texts, own.as_deref(), kept.limit));
        }
        apart
    }
}

/// The texts that keep a class of their own once the customer has them: fewer than `limit` others are before them then.
fn kept_with(sizes: &BTreeMap<String, u64>, texts: &[String], own: Option<&str>, limit: u32) -> BTreeSet<String> {
    // the customer's own part in a size is taken out
    let of = |text: &str| sizes.get(text).map_or(0, |size| size.saturating_sub(u64::from(own == Some(text))));
    let ahead = |a: &(u64, &str), b: &(u64, &str)| b.0.cmp(&a.0).then(a.1.cmp(b.1));
    let mut order: Vec<(u64, &str)> = sizes.keys().filter(|text| !text.is_empty()).map(|text| (of(text), text.as_str())).filter(|o| o.0 > 0).collect();
    // of those that are before another, no more than the limit and one are asked for
    let first = limit as usize + 1;
    if order.len() > first {
        order.select_nth_unstable_by(first, ahead);
        order.truncate(first);
    }
    order.sort_unstable_by(ahead);
    let before = |text: &str| {
        let size = of(text) + 1;
        let ahead = |other: &&(u64, &str)| other.1 != text && (other.0 > size || other.0 == size && other.1 < text);
        // those ahead of it are the first of the order, but for itself
        order.iter().filter(ahead).count()
    };
    let here = sizes.keys().chain(texts).filter(|text| !text.is_empty());
    here.filter(|text| before(text) < limit as usize).cloned().collect()
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
