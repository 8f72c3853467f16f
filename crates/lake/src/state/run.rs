//! A run: definitions and facts in, one column per feature and classification and one set per segment out.

use super::{
    Bits, Column,
    apart::Crowds,
    attributes::Attributes,
    base::statistic,
    classify::{self, Classes},
    derived::{self, Argument},
    facts::TRACES,
    fold::Fold,
    gather::{Scope, gather},
    index::Indexes,
    mask,
    masks::Masks,
    on_demand::{self, OnDemand},
    present::present,
};
use crate::{Error, Lake, Result};
use domain::{
    Currency, CustomerKey, Day, Value, ValueType,
    classification::Classification,
    clock::Instant,
    feature::{Aggregate, Base, CostShare, Definition, Feature, Plan, SIGNUP, aggregate_type},
    rule::{BaseKey, Compiled, Names, TopKey, Vocabulary, compiled::Needs, cut},
    score::Cuts,
    segment::{self, Segment, Segmenter, Step},
};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::RangeInclusive,
    sync::Arc,
};

/// What to compute.
#[derive(Debug, Clone)]
pub struct Spec {
    /// the day
    pub as_of: Day,
    /// facts learnt later do not exist; [`Instant::MAX`] = as known today
    pub known_as_of: Instant,
    /// numbers given out: from 0 below this
    pub customers: u32,
    /// numbers nobody has any more: customers of undone imports
    pub gaps: Vec<RangeInclusive<u32>>,
    /// numbers below this had been given out by `known_as_of`
    pub recorded: u32,
    /// numbers below this had been given out by the end of the day and by `known_as_of`
    pub recorded_by_day: u32,
    /// reporting currency
    pub currency: Currency,
    /// features, in any order
    pub features: Vec<Feature>,
    /// classifications, in any order
    pub classifications: Vec<Classification>,
    /// segments, in any order
    pub segments: Vec<Segment>,
    /// members of static segments, by segment key
    pub statics: BTreeMap<String, Vec<CustomerKey>>,
    /// aggregates that rules to come ask for, by the key they have there: folded with the others, in one pass
    pub aggregates: Vec<(String, Aggregate)>,
    /// keep the facts at hand for rules nobody thought of yet; otherwise they are read again when one comes
    pub keep_facts: bool,
}

/// Features, classes and segments of all customers as of a day.
#[derive(Debug)]
pub struct Run {
    pub(super) lake: Lake,
    pub(super) as_of: Day,
    pub(super) known_as_of: Instant,
    pub(super) customers: u32,
    pub(super) present: Bits,
    /// who refuses to be profiled, of those
    pub(super) refused: Bits,
    pub(super) currency: Currency,
    pub(super) names: Vocabulary,
    pub(super) features: Vec<String>,
    /// by feature key, by `class.<key>`, by `agg:<text>`
    pub(super) columns: HashMap<String, Arc<Column>>,
    pub(super) classes: BTreeMap<String, Classes>,
    pub(super) segments: BTreeMap<String, Bits>,
    pub(super) base: Arc<Base>,
    pub(super) on_demand: OnDemand,
    pub(super) indexes: Indexes,
    pub(super) masks: Masks,
    pub(super) crowds: Crowds,
}

impl Lake {
    /// Computes everything the definitions say, for every customer.
    pub fn run(&self, spec: &Spec) -> Result<Run> {
        let plan = Plan::new(&spec.features, spec.currency)?;
        let names = Vocabulary::new(spec.currency)
            .features(&spec.features)
            .classifications(&spec.classifications)
            .segments(&spec.segments);
        let steps = segment::plan(&spec.classifications, &spec.segments).map_err(segment::Error::from)?;
        let classifiers = classify::check_all(&spec.classifications, &names)?;
        let segmenters =
            spec.segments.iter().map(|s| Ok(s.check(&spec.segments, &names)?)).collect::<Result<Vec<Segmenter>>>()?;

        let mut wanted: Vec<(String, Aggregate)> = Vec::new();
        for f in &spec.features {
            match &f.definition {
                Definition::Aggregate(a) => wanted.push((f.key.clone(), a.clone())),
                Definition::Formula { .. } => {
                    let needs = plan.formula(&f.key).map(|f| f.needs().aggregates.clone());
                    wanted.extend(needs.unwrap_or_default());
                }
                _ => {}
            }
        }
        let rules = classifiers.iter().flat_map(|c| c.rules()).chain(segmenters.iter().filter_map(|s| s.rule.as_ref()));
        wanted.extend(rules.flat_map(|r| r.aggregates().iter().cloned()));
        wanted.extend(spec.aggregates.iter().cloned());

        let scope = Scope { customers: spec.customers, as_of: spec.as_of, known: spec.known_as_of };
        let mut fields = on_demand::fields(wanted.iter().map(|(_, a)| a));
        TRACES.into_iter().for_each(|kind| fields.kind(kind));
        let different = on_demand::different(&wanted);
        let fold = Fold::new(different.clone(), spec.as_of, spec.currency);
        let (gathered, attributes) = rayon::join(
            || gather(self, scope, &fields, &fold, spec.keep_facts),
            || Attributes::load(self, scope, &attribute_keys(&spec.features)),
        );
        let (gathered, attributes) = (gathered?, attributes?);

        let present = present(spec, self.aliases(), &gathered.seen, &gathered.later, &attributes);
        let mut refused = attributes.refused().clone();
        refused.and(&present);
        let mut run = Run {
            lake: self.clone(),
            as_of: spec.as_of,
            known_as_of: spec.known_as_of,
            customers: spec.customers,
            present,
            refused,
            currency: spec.currency,
            names,
            features: spec.features.iter().map(|f| f.key.clone()).collect(),
            columns: HashMap::new(),
            classes: BTreeMap::new(),
            segments: BTreeMap::new(),
            base: Arc::default(),
            on_demand: OnDemand::default(),
            indexes: Indexes::default(),
            masks: Masks::default(),
            crowds: Crowds::default(),
        };
        run.columns.extend(on_demand::by_key(&wanted, &different, gathered.columns));
        run.on_demand = OnDemand::new(gathered.facts);
        run.derive(spec, &plan, &attributes)?;
        drop(attributes);
        for step in steps {
            match step {
                Step::Classification(i) => {
                    if let (Some(c), Some(definition)) = (classifiers.get(i), spec.classifications.get(i)) {
                        run.classify(c, definition);
                    }
                }
                Step::Segment(i) => {
                    if let Some(s) = segmenters.get(i) {
                        run.segment(s, spec.statics.get(&s.key).map_or(&[], Vec::as_slice));
                    }
                }
            }
        }
        Ok(run)
    }
}

/// Raw attributes the features read, and the one that says since when somebody is a customer.
fn attribute_keys(features: &[Feature]) -> Vec<String> {
    let mut keys: Vec<String> = vec![SIGNUP.to_owned()];
    for f in features {
        match &f.definition {
            Definition::Attribute { key } => keys.push(key.clone()),
            Definition::Derived { of, .. } => {
                keys.extend(of.iter().filter_map(|name| name.strip_prefix("attribute.")).map(str::to_string));
            }
            _ => {}
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A feature that was computed, and what it says about the base.
struct Derived {
    column: Column,
    cuts: Option<Cuts>,
    costs: Option<Vec<CostShare>>,
}

/// The features a feature is made of.
fn arguments_of<'f>(f: &'f Feature, plan: &'f Plan) -> Vec<&'f str> {
    match &f.definition {
        Definition::Aggregate(_) | Definition::Attribute { .. } => Vec::new(),
        Definition::Derived { of, .. } => of.iter().map(String::as_str).collect(),
        Definition::Formula { .. } => {
            plan.formula(&f.key).map_or(Vec::new(), |p| p.needs().features.iter().map(String::as_str).collect())
        }
        Definition::Score { of, among, .. } => vec![of, among],
        Definition::Share { of } => vec![of],
        Definition::CostShare { channel, day } => vec![channel, day],
    }
}

impl Run {
    /// Computes the features that are no aggregates: in waves, each all features whose arguments are there.
    fn derive(&mut self, spec: &Spec, plan: &Plan, attributes: &Attributes) -> Result<()> {
        let by_key: HashMap<&str, &Feature> = spec.features.iter().map(|f| (f.key.as_str(), f)).collect();
        // the same argument often serves several functions: city, province, birthday
        let mut arguments: HashMap<String, Arc<Argument>> = HashMap::new();
        let mut open: Vec<&Feature> = plan.keys().filter_map(|key| by_key.get(key).copied()).collect();
        open.retain(|f| !matches!(f.definition, Definition::Aggregate(_)));
        while !open.is_empty() {
            let waiting: HashSet<&str> = open.iter().map(|f| f.key.as_str()).collect();
            let waits = |f: &Feature| arguments_of(f, plan).iter().any(|of| waiting.contains(of));
            let (later, now): (Vec<&Feature>, Vec<&Feature>) = open.iter().copied().partition(|f| waits(f));
            for f in &now {
                match &f.definition {
                    Definition::Formula { .. } => plan.formula(&f.key).into_iter().for_each(|p| self.learn(p.needs())),
                    Definition::Share { of } => drop(self.statistic(&Base::total(of))),
                    _ => {}
                }
            }
            self.arguments(&now, attributes, &mut arguments);
            let made = now.par_iter().with_max_len(1).map(|f| self.derived(f, plan, attributes, &arguments));
            let made: Vec<Option<Derived>> = made.collect::<Result<_>>()?;
            for (f, made) in now.iter().zip(made) {
                let Some(made) = made else { continue };
                if let Some(cuts) = made.cuts {
                    Arc::make_mut(&mut self.base).cuts.insert(f.key.clone(), cuts);
                }
                if let Some(costs) = made.costs {
                    Arc::make_mut(&mut self.base).costs.insert(f.key.clone(), costs);
                }
                self.columns.insert(f.key.clone(), Arc::new(made.column));
            }
            open = if now.is_empty() { Vec::new() } else { later };
        }
        Ok(())
    }

    /// Makes the arguments of built-in functions ready that are not.
    fn arguments(&self, features: &[&Feature], attributes: &Attributes, ready: &mut HashMap<String, Arc<Argument>>) {
        let mut names: Vec<&String> = Vec::new();
        for f in features {
            if let Definition::Derived { of, .. } = &f.definition {
                names.extend(of.iter().filter(|name| !ready.contains_key(*name)));
            }
        }
        names.sort_unstable();
        names.dedup();
        let make = |name: &String| match name.strip_prefix("attribute.") {
            Some(key) => Argument::of_attribute(attributes, key),
            None => self.get(name).map_or_else(
                || Argument::of_column(&Column::unknown(ValueType::Text, self.customers as usize)),
                Argument::of_column,
            ),
        };
        let made: Vec<Argument> = names.par_iter().with_max_len(1).map(|name| make(name)).collect();
        ready.extend(names.into_iter().cloned().zip(made.into_iter().map(Arc::new)));
    }

    /// One feature whose arguments are there.
    fn derived(
        &self,
        f: &Feature,
        plan: &Plan,
        attributes: &Attributes,
        arguments: &HashMap<String, Arc<Argument>>,
    ) -> Result<Option<Derived>> {
        let customers = self.customers as usize;
        let only = |column| Ok(Some(Derived { column, cuts: None, costs: None }));
        match &f.definition {
            Definition::Aggregate(_) => Ok(None),
            Definition::Attribute { key } => only(attributes.column(key, f.value, self.currency)),
            Definition::Derived { function, of } => {
                let args: Vec<Arc<Argument>> = of.iter().filter_map(|name| arguments.get(name)).cloned().collect();
                only(derived::derived(*function, f.value, &args, customers, self.as_of))
            }
            Definition::Formula { .. } => match plan.formula(&f.key) {
                Some(formula) => only(mask::column(&formula.scalar, formula.ty, self)),
                None => Ok(None),
            },
            Definition::Score { of, among, method, smaller_is_better } => {
                let (Some(of), Some(among)) = (self.get(of), self.get(among)) else { return Ok(None) };
                let mut among = among.positive();
                among.and(&self.present);
                let cuts = derived::cuts(of, &among, method, *smaller_is_better, self.currency);
                // a score is an opinion of somebody: there is none of whoever refuses to be profiled
                let column = derived::score(of, &among, &cuts).without(&self.refused);
                Ok(Some(Derived { column, cuts: Some(cuts), costs: None }))
            }
            Definition::Share { of } => {
                let total = self.base.stats.get(&Base::total(of)).copied();
                only(match self.get(of) {
                    Some(of) => derived::share(of, total),
                    None => Column::unknown(ValueType::Number, customers),
                })
            }
            Definition::CostShare { channel, day } => {
                let (Some(channel), Some(day)) = (self.get(channel), self.get(day)) else { return Ok(None) };
                let (shares, column) = derived::cost_share(channel, day, &self.lake.costs(self.known_as_of)?);
                Ok(Some(Derived { column, cuts: None, costs: Some(shares) }))
            }
        }
    }

    /// Finds the statistics and cuts a rule or formula compares with.
    pub(super) fn learn(&mut self, needs: &Needs) {
        for key in &needs.bases {
            self.statistic(key);
        }
        for top in &needs.tops {
            if !self.base.tops.contains_key(&top.key) {
                let mut values = mask::known_values(&top.by, self);
                if let Some(cut) = cut(&mut values, top.percent, top.bottom) {
                    Arc::make_mut(&mut self.base).tops.insert(top.key.clone(), cut);
                }
            }
        }
    }

    fn statistic(&mut self, key: &BaseKey) -> Option<f64> {
        if let Some(known) = self.base.stats.get(key) {
            return Some(*known);
        }
        let value = self.compute(key)?;
        Arc::make_mut(&mut self.base).stats.insert(key.clone(), value);
        Some(value)
    }

    /// A statistic over all customers.
    pub(super) fn compute(&self, key: &BaseKey) -> Option<f64> {
        let of = self.get(&key.of)?;
        let mut who = match &key.among {
            None => Bits::all(self.customers as usize),
            Some(among) => self.get(among)?.positive(),
        };
        who.and(&self.present);
        statistic(key, of, &who)
    }

    fn segment(&mut self, s: &Segmenter, listed: &[CustomerKey]) {
        let mut members = match &s.rule {
            Some(rule) => {
                self.learn(rule.needs());
                let mut who = mask::mask(rule.pred(), self);
                who.and_not(&self.refused);
                who
            }
            None => Bits::of(listed.iter().copied(), self.customers as usize),
        };
        for other in s.without.iter().filter_map(|key| self.segments.get(key)) {
            members.and_not(other);
        }
        members.and(&self.present);
        self.segments.insert(s.key.clone(), members);
    }

    fn get(&self, key: &str) -> Option<&Column> {
        self.columns.get(key).map(Arc::as_ref)
    }

    /// The day.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// Facts learnt later do not exist in it.
    pub fn known_as_of(&self) -> Instant {
        self.known_as_of
    }

    /// How many numbers were given out; not every one need be somebody's, see [`Run::present`].
    pub fn customers(&self) -> u32 {
        self.customers
    }

    /// The customers who are there as of the day.
    pub fn present(&self) -> &Bits {
        &self.present
    }

    /// Who refuses to be profiled: in the neutral class of every classification, and taken in by no rule.
    pub fn refused(&self) -> &Bits {
        &self.refused
    }

    /// Those who are there and do not.
    pub(super) fn profiled(&self) -> Bits {
        let mut who = self.present.clone();
        who.and_not(&self.refused);
        who
    }

    /// The lake it was computed from.
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// The names its rules may use.
    pub fn names(&self) -> &Vocabulary {
        &self.names
    }

    /// Feature keys, in the order of the spec.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// A feature, or a classification's classes as `class.<key>`.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.get(key)
    }

    /// A classification's classes, by its key.
    pub fn classes(&self, classification: &str) -> Option<&Classes> {
        self.classes.get(classification)
    }

    /// Members of a segment.
    pub fn segment_members(&self, segment: &str) -> Option<&Bits> {
        self.segments.get(segment)
    }

    /// Statistics, cuts and kept values of the base: what `domain::feature::Plan` needs to say the same for one customer.
    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// The value of a feature of a customer.
    pub fn value(&self, key: &str, customer: CustomerKey) -> Value {
        self.get(key).map_or(Value::Null, |c| c.value(customer.0 as usize))
    }

    /// Who fulfils the rule. Aggregates it writes in place that no feature has are folded from the facts, once.
    pub fn mask(&self, rule: &Compiled) -> Result<Bits> {
        if let Some(who) = self.masks.get(rule.pred()) {
            return Ok(who.as_ref().clone());
        }
        let seen = self.prepare(rule)?;
        let mut who = mask::mask(rule.pred(), &seen);
        who.and(&self.present).and_not(&self.refused);
        self.masks.keep(rule.pred(), &who);
        Ok(who)
    }

    /// How many fulfil the rule.
    pub fn count(&self, rule: &Compiled) -> Result<u64> {
        Ok(self.mask(rule)?.count())
    }

    /// How many fulfil each of the rules: the conditions of a rule, one by one.
    pub fn counts<'a>(&self, rules: impl IntoIterator<Item = &'a Compiled>) -> Result<Vec<u64>> {
        rules.into_iter().map(|r| self.count(r)).collect()
    }

    /// Statistics and cuts of the base, with those this rule compares with.
    pub fn base_for(&self, rule: &Compiled) -> Result<Base> {
        Ok(self.prepare(rule)?.into_base())
    }

    /// The same for equal inputs, whatever the number of threads: over every column, class and segment.
    pub fn digest(&self) -> u64 {
        let mut keys: Vec<&String> = self.columns.keys().collect();
        keys.sort_unstable();
        let mut sum = xxhash_rust::xxh3::Xxh3::new();
        for key in keys {
            sum.update(key.as_bytes());
            if let Some(column) = self.get(key) {
                column.digest(&mut sum);
            }
        }
        for (key, members) in &self.segments {
            sum.update(key.as_bytes());
            members.words().iter().for_each(|w| sum.update(&w.to_le_bytes()));
        }
        sum.digest()
    }
}

impl mask::View for Run {
    fn customers(&self) -> usize {
        self.customers as usize
    }
    fn present(&self) -> &Bits {
        &self.present
    }
    fn column(&self, key: &str) -> Option<&Column> {
        self.get(key)
    }
    fn segment(&self, key: &str) -> Option<&Bits> {
        self.segments.get(key)
    }
    fn base(&self, key: &BaseKey) -> Option<f64> {
        self.base.stats.get(key).copied()
    }
    fn cut(&self, key: &TopKey) -> Option<f64> {
        self.base.tops.get(key).copied()
    }
}

/// Runs answer what rules may name.
impl Names for Run {
    fn feature(&self, key: &str) -> Option<ValueType> {
        Names::feature(&self.names, key)
    }
    fn has_segment(&self, key: &str) -> bool {
        Names::has_segment(&self.names, key)
    }
    fn currency(&self) -> Currency {
        self.currency
    }
}

/// The type of an aggregate that has been checked.
pub(super) fn type_of(a: &Aggregate) -> Result<ValueType> {
    aggregate_type(a).ok_or_else(|| Error::Query(format!("an aggregate that makes no sense: {a:?}")))
}
