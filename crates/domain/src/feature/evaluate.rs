//! Definitions evaluated for one customer: the meaning that `lake` computes for all at once.

use super::{
    Aggregate, AggregateError, CostShare, Cycle, Definition, Derivation, Feature, History, Moved, ScoreMethod, check_aggregate,
    cost_of, derive, fit, order,
};
use crate::{
    label::Label,
    money::Currency,
    period::Day,
    rule::{self, BaseKey, Compiled, Formula, Row, Stat, TopKey, Vocabulary},
    score::{Cuts, bin_cuts},
    value::{Value, ValueType},
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// Why a set of feature definitions cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// two features of one key
    #[error("there are two features `{key}`")]
    Twice {
        /// the key
        key: String,
    },
    /// a key that rules could not name
    #[error("`{key}` is no key: lower-case letters, digits, `_`; dots between parts; a letter first")]
    Key {
        /// the key
        key: String,
    },
    /// needs a feature that does not exist
    #[error("feature `{key}` needs `{needs}`, which does not exist")]
    Unknown {
        /// the feature
        key: String,
        /// what it needs
        needs: String,
    },
    /// definitions need each other
    #[error(transparent)]
    Cycle(#[from] Cycle),
    /// an aggregate makes no sense
    #[error("feature `{key}`: {error}")]
    Aggregate {
        /// the feature
        key: String,
        /// why
        error: AggregateError,
    },
    /// a formula does not check
    #[error("feature `{key}`: {error}")]
    Formula {
        /// the feature
        key: String,
        /// why
        error: rule::Error,
    },
    /// something that must be of one type is of another
    #[error("feature `{key}` needs a {wanted:?}, `{of}` is {ty:?}")]
    Needs {
        /// the feature
        key: String,
        /// what it reads
        of: String,
        /// type of that
        ty: ValueType,
        /// type it must have
        wanted: ValueType,
    },
    /// declared with another type than its values have
    #[error("feature `{key}` is declared {declared:?} but its values are {actual:?}")]
    Type {
        /// the feature
        key: String,
        /// declared
        declared: ValueType,
        /// actual
        actual: ValueType,
    },
    /// a score or share of something that is no number
    #[error("feature `{key}` needs a number, `{of}` is {ty:?}")]
    NotNumeric {
        /// the feature
        key: String,
        /// what it measures
        of: String,
        /// type of that
        ty: ValueType,
    },
    /// wrong number of arguments of a built-in function, or of edges
    #[error("feature `{key}` needs {wanted} arguments, not {given}")]
    Arguments {
        /// the feature
        key: String,
        /// how many it needs
        wanted: usize,
        /// how many it has
        given: usize,
    },
}

impl Error {
    /// Machine name for problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Twice { .. } => "feature.twice",
            Error::Key { .. } => "feature.key",
            Error::Unknown { .. } => "feature.unknown",
            Error::Cycle(_) => "feature.cycle",
            Error::Aggregate { error, .. } => error.code(),
            Error::Formula { error, .. } => error.code.as_str(),
            Error::Type { .. } => "feature.type",
            Error::NotNumeric { .. } => "feature.not_numeric",
            Error::Needs { .. } => "feature.type",
            Error::Arguments { .. } => "feature.arguments",
        }
    }

    /// The feature that cannot be computed; of a ring its first.
    pub fn key(&self) -> &str {
        match self {
            Error::Twice { key }
            | Error::Key { key }
            | Error::Unknown { key, .. }
            | Error::Aggregate { key, .. }
            | Error::Formula { key, .. }
            | Error::Needs { key, .. }
            | Error::Type { key, .. }
            | Error::NotNumeric { key, .. }
            | Error::Arguments { key, .. } => key,
            Error::Cycle(cycle) => cycle.keys.first().map_or("", String::as_str),
        }
    }

    /// For people.
    pub fn message(&self) -> Label {
        match self {
            Error::Twice { key } => Label::new(format!("有两个特征都叫 {key}。"), format!("There are two features {key}.")),
            Error::Key { key } => {
                Label::new(format!("“{key}”不能作为代号：请用小写字母、数字和下划线，以字母开头。"), format!("{key} cannot be a key: use lower-case letters, digits and _, a letter first."))
            }
            Error::Unknown { key, needs } => {
                Label::new(format!("特征 {key} 用到了不存在的 {needs}。"), format!("Feature {key} needs {needs}, which does not exist."))
            }
            Error::Cycle(cycle) => {
                let ring = cycle.keys.join(" → ");
                Label::new(format!("这些定义互相依赖，成了环：{ring}"), format!("These definitions need each other in a ring: {ring}"))
            }
            Error::Aggregate { key, error } => {
                let why = error.message();
                Label::new(format!("特征 {key}：{}", why.zh), format!("Feature {key}: {}", why.en))
            }
            Error::Formula { key, error } => Label::new(
                format!("特征 {key}：{}", error.message(crate::Lang::Zh)),
                format!("Feature {key}: {}", error.message(crate::Lang::En)),
            ),
            Error::Needs { key, of, .. } => {
                Label::new(format!("特征 {key} 用到的 {of} 类型不合。"), format!("Feature {key} cannot use {of}: it is of another type."))
            }
            Error::Type { key, .. } => {
                Label::new(format!("特征 {key} 声明的类型与算出的不符。"), format!("Feature {key} is declared with another type than its values have."))
            }
            Error::NotNumeric { key, of, .. } => {
                Label::new(format!("特征 {key} 需要数字，{of} 不是。"), format!("Feature {key} needs a number, {of} is none."))
            }
            Error::Arguments { key, wanted, given } => Label::new(
                format!("特征 {key} 需要 {wanted} 个参数，现有 {given} 个。"),
                format!("Feature {key} needs {wanted} arguments, not {given}."),
            ),
        }
    }
}

/// What only the whole base knows, found once per run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Base {
    /// statistics over all customers
    pub stats: HashMap<BaseKey, f64>,
    /// cuts of `top n %`
    pub tops: HashMap<TopKey, f64>,
    /// borders of scored features, by feature key
    pub cuts: HashMap<String, Cuts>,
    /// costs shared out, by feature key
    pub costs: HashMap<String, Vec<CostShare>>,
    /// the values that keep their own class, by key of classifications by value with a limit
    pub kept: HashMap<String, BTreeSet<String>>,
    /// statistics that move with one customer: only of a base that is apart from that customer ([`Compared::apart`])
    pub moved: HashMap<BaseKey, Moved>,
}

impl Base {
    /// Key of the sum that a share divides by.
    pub fn total(of: &str) -> BaseKey {
        BaseKey { stat: Stat::Sum, of: of.to_owned(), among: None }
    }
}

/// Where a score's borders come from.
#[derive(Debug, Clone)]
pub(super) enum Scoring {
    /// the definition
    Own(Cuts),
    /// ranks over the base
    Quantile,
    /// clusters over the base
    Kmeans,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Attribute(String),
    Aggregate(Aggregate),
    Derived(Derivation, Vec<String>),
    Formula(Formula),
    Score { of: String, among: String, smaller: bool, by: Scoring },
    Share(String),
    CostShare { channel: String, day: String },
}

/// Checked feature definitions in dependency order, ready to be evaluated for one customer at a time.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) currency: Currency,
    pub(super) steps: Vec<(String, ValueType, Step)>,
}

impl Plan {
    /// Checks the definitions and puts them in order.
    pub fn new(features: &[Feature], currency: Currency) -> Result<Plan, Error> {
        let mut types: HashMap<&str, ValueType> = HashMap::new();
        for f in features {
            if !is_key(&f.key) {
                return Err(Error::Key { key: f.key.clone() });
            }
            if types.insert(&f.key, f.value).is_some() {
                return Err(Error::Twice { key: f.key.clone() });
            }
        }
        for f in features {
            if let Some(needs) = f.definition.needs().into_iter().find(|n| !types.contains_key(n.as_str())) {
                // an unknown name inside a formula is reported by its check, with its place
                if !matches!(f.definition, Definition::Formula { .. }) {
                    return Err(Error::Unknown { key: f.key.clone(), needs });
                }
            }
        }
        let names = Vocabulary::new(currency).features(features);
        let mut steps = Vec::with_capacity(features.len());
        for index in order(features)? {
            let Some(feature) = features.get(index) else { continue };
            steps.push((feature.key.clone(), feature.value, step(feature, &types, &names)?));
        }
        Ok(Plan { currency, steps })
    }

    /// Keys in the order of computation.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|(key, _, _)| key.as_str())
    }

    /// A checked formula, for evaluating it over columns.
    pub fn formula(&self, key: &str) -> Option<&Formula> {
        self.steps.iter().find(|(k, _, _)| k == key).and_then(|(_, _, step)| match step {
            Step::Formula(formula) => Some(formula),
            _ => None,
        })
    }

    /// Statistics over all customers that the definitions need.
    pub fn bases(&self) -> BTreeSet<BaseKey> {
        let mut all = BTreeSet::new();
        for (_, _, step) in &self.steps {
            match step {
                Step::Formula(formula) => all.extend(formula.needs().bases.iter().cloned()),
                Step::Share(of) => {
                    all.insert(Base::total(of));
                }
                _ => {}
            }
        }
        all
    }

    /// All features of one customer.
    pub fn evaluate<'f>(&self, history: History<'f>, base: &Arc<Base>) -> Profile<'f> {
        let mut profile = Profile::empty(history.in_currency(self.currency), base);
        for (key, ty, step) in &self.steps {
            let value = profile.step(key, *ty, step);
            profile.values.insert(key.clone(), value);
        }
        profile
    }
}

fn step(feature: &Feature, types: &HashMap<&str, ValueType>, names: &Vocabulary) -> Result<Step, Error> {
    let key = || feature.key.clone();
    let numeric = |of: &String| match types.get(of.as_str()) {
        Some(ValueType::Text) => Err(Error::NotNumeric { key: key(), of: of.clone(), ty: ValueType::Text }),
        _ => Ok(()),
    };
    let (step, actual) = match &feature.definition {
        Definition::Attribute { key } => (Step::Attribute(key.clone()), feature.value),
        Definition::Aggregate(aggregate) => {
            let ty = check_aggregate(aggregate).map_err(|error| Error::Aggregate { key: key(), error })?;
            (Step::Aggregate(aggregate.clone()), ty)
        }
        Definition::Derived { function, of } => {
            if of.len() != function.arguments() {
                return Err(Error::Arguments { key: key(), wanted: function.arguments(), given: of.len() });
            }
            (Step::Derived(*function, of.clone()), function.value_type())
        }
        Definition::Formula { expr } => {
            let formula = rule::check_formula(expr, feature.value, names).map_err(|error| Error::Formula { key: key(), error })?;
            let ty = formula.ty;
            (Step::Formula(formula), ty)
        }
        Definition::Score { of, among, method, smaller_is_better } => {
            numeric(of)?;
            numeric(among)?;
            let by = match method {
                ScoreMethod::Bins { edges } if edges.len() != 4 || edges.iter().any(|e| !e.is_finite()) => {
                    return Err(Error::Arguments { key: key(), wanted: 4, given: edges.len() });
                }
                ScoreMethod::Bins { .. } => {
                    let of = types.get(of.as_str()).copied().unwrap_or(ValueType::Number);
                    Scoring::Own(bin_cuts(&method.points(of, rule::Names::currency(names)), *smaller_is_better))
                }
                ScoreMethod::Quantile => Scoring::Quantile,
                ScoreMethod::Kmeans => Scoring::Kmeans,
            };
            (Step::Score { of: of.clone(), among: among.clone(), smaller: *smaller_is_better, by }, ValueType::Int)
        }
        Definition::Share { of } => {
            numeric(of)?;
            (Step::Share(of.clone()), ValueType::Number)
        }
        Definition::CostShare { channel, day } => {
            for (of, wanted) in [(channel, ValueType::Text), (day, ValueType::Day)] {
                if let Some(ty) = types.get(of.as_str()).copied().filter(|ty| *ty != wanted) {
                    return Err(Error::Needs { key: key(), of: of.clone(), ty, wanted });
                }
            }
            (Step::CostShare { channel: channel.clone(), day: day.clone() }, ValueType::Money)
        }
    };
    if actual == feature.value {
        Ok(step)
    } else {
        Err(Error::Type { key: key(), declared: feature.value, actual })
    }
}

/// One name a rule can write: lower-case ASCII letters, digits and `_`, or letters of other scripts; parts joined by dots.
pub(crate) fn is_key(key: &str) -> bool {
    let part = |p: &str| {
        let good = |c: char| c == '_' || c.is_ascii_digit() || (c.is_alphabetic() && !c.is_uppercase());
        p.chars().next().is_some_and(|c| c == '_' || (c.is_alphabetic() && !c.is_uppercase())) && p.chars().all(good)
    };
    key.len() <= 120 && key.split('.').all(part)
}

/// One customer with all computed values: what rules are evaluated over.
#[derive(Debug, Clone)]
pub struct Profile<'f> {
    history: History<'f>,
    base: Arc<Base>,
    values: HashMap<String, Value>,
    members: HashSet<String>,
    /// statistics as this customer moves them
    pub(super) own: HashMap<BaseKey, Option<f64>>,
}

impl<'f> Profile<'f> {
    pub(super) fn empty(history: History<'f>, base: &Arc<Base>) -> Profile<'f> {
        Profile { history, base: base.clone(), values: HashMap::new(), members: HashSet::new(), own: HashMap::new() }
    }

    /// The as-of day.
    pub fn day(&self) -> Day {
        self.history.day()
    }

    /// The facts behind it.
    pub fn history(&self) -> &History<'f> {
        &self.history
    }

    /// What the whole base knows.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// A computed value; `Null` if unknown.
    pub fn get(&self, key: &str) -> &Value {
        self.values.get(key).unwrap_or(&Value::Null)
    }

    /// The facts behind it, for another day.
    pub fn into_history(self) -> History<'f> {
        self.history
    }

    /// Everything computed, by key.
    pub fn into_values(self) -> HashMap<String, Value> {
        self.values
    }

    pub(super) fn rebase(&mut self, base: &Arc<Base>) {
        self.base = base.clone();
    }

    /// Puts a value, e.g. a class as `class.<key>`.
    pub fn set(&mut self, key: &str, value: Value) {
        self.values.insert(key.to_owned(), value);
    }

    /// Makes the customer a member of a segment.
    pub fn join(&mut self, segment: &str) {
        self.members.insert(segment.to_owned());
    }

    /// Computes the aggregates a rule has written in place, so that the rule can be evaluated over this profile.
    pub fn prepare(&mut self, aggregates: &[(String, Aggregate)]) {
        for (key, aggregate) in aggregates {
            if !self.values.contains_key(key) {
                let value = self.history.aggregate_today(aggregate);
                self.values.insert(key.clone(), value);
            }
        }
    }

    /// Does a rule hold?
    pub fn holds(&mut self, rule: &Compiled) -> bool {
        self.prepare(rule.aggregates());
        rule.holds(self)
    }

    pub(super) fn step(&mut self, key: &str, ty: ValueType, step: &Step) -> Value {
        match step {
            Step::Attribute(attribute) => fit(self.history.attribute(attribute), ty, self.history.currency),
            Step::Aggregate(aggregate) => self.history.aggregate_today(aggregate),
            Step::Derived(function, of) => {
                let args: Vec<Value> = of.iter().map(|name| self.argument(name)).collect();
                derive(*function, &args, self.day())
            }
            Step::Formula(formula) => {
                self.prepare(&formula.needs().aggregates);
                formula.value(self)
            }
            Step::Score { of, among, by, .. } => {
                let takes_part = self.get(among).as_f64().is_some_and(|x| x > 0.0);
                let cuts = match by {
                    Scoring::Own(cuts) => Some(cuts),
                    Scoring::Quantile | Scoring::Kmeans => self.base.cuts.get(key),
                };
                match (self.get(of).as_f64(), cuts) {
                    (Some(x), Some(cuts)) if takes_part => Value::Int(i64::from(cuts.score(x))),
                    _ => Value::Int(0),
                }
            }
            Step::Share(of) => match (self.get(of).as_f64(), Row::base(self, &Base::total(of))) {
                (Some(x), Some(total)) if total != 0.0 => Value::Number(x / total),
                _ => Value::Null,
            },
            Step::CostShare { channel, day } => match (self.get(channel), self.get(day), self.base.costs.get(key)) {
                (Value::Text(channel), Value::Day(day), Some(shares)) => cost_of(shares, channel, *day).map_or(Value::Null, Value::Money),
                _ => Value::Null,
            },
        }
    }

    fn argument(&self, name: &str) -> Value {
        match name.strip_prefix("attribute.") {
            Some(attribute) => self.history.attribute(attribute),
            None => self.get(name).clone(),
        }
    }
}

impl Row for Profile<'_> {
    fn value(&self, key: &str) -> Value {
        self.get(key).clone()
    }

    fn member(&self, segment: &str) -> bool {
        self.members.contains(segment)
    }

    fn base(&self, key: &BaseKey) -> Option<f64> {
        self.own.get(key).copied().unwrap_or_else(|| self.base.stats.get(key).copied())
    }

    fn cut(&self, key: &TopKey) -> Option<f64> {
        self.base.tops.get(key).copied()
    }
}
