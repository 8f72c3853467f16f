//! The rule as it stands for one customer: what was asked, what the customer has, which facts counted.

use super::{meaning, reason};
use crate::{
    classification::{self, Classification, Classifier, Method, Named},
    feature::{Aggregate, FactRef, Feature, Profile, aggregates_behind},
    label::{Label, Lang},
    rule::{
        self, Expr, Names, Op, Row, Rule,
        compiled::{Num, Pred, Text, typed},
        render::text::tight,
        render_value,
    },
    segment::{Segment, Segmenter},
    value::{Value, ValueType},
};
use serde::Serialize;

/// Most facts shown behind one condition; the latest ones.
const SHOWN: usize = 50;

/// How a condition is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// every child
    All,
    /// at least one child
    Any,
    /// not the child, which is a group; `not` around a single condition is a leaf
    Not,
    /// a single condition
    Leaf,
}

/// A condition as it stands for one customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// how it is made
    pub kind: Kind,
    /// JSON pointer into the rule
    pub path: String,
    /// canonical text
    pub text: String,
    /// in plain language
    pub sentence: Label,
    /// does it hold?
    pub holds: bool,
    /// the customer's value; `Null` if unknown or made of others
    pub actual: Value,
    /// what it is compared with, e.g. the mean of all; `Null` if there is no single such value
    pub threshold: Value,
    /// actual value in words: `实际 ¥3,200`; empty for groups
    pub finding: Label,
    /// facts that counted
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// where it does not hold: the value and what is asked of it, as somebody says it; empty where there are no words for it
    #[serde(skip)]
    pub missed: Label,
    /// parts
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Condition>,
}

/// Facts that counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counted {
    /// how many
    pub count: usize,
    /// the latest of them, earliest first
    pub items: Vec<FactRef>,
}

/// A class that was tried, in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// class key
    pub class: String,
    /// its name
    pub label: Label,
    /// did its rule hold?
    pub holds: bool,
    /// its rule as it stands for this customer
    pub condition: Condition,
}

/// Why a customer has a class or is (not) in a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// the classification or segment
    pub subject: Label,
    /// the class; for a segment `in` or `out`
    pub result: Named,
    /// in one sentence
    pub sentence: Label,
    /// what decided, one by one
    pub conditions: Vec<Condition>,
    /// classes tried before and with this one
    pub tried: Vec<Tried>,
}

/// The rule as it stands for one customer.
pub(super) struct Reader<'a> {
    pub row: &'a dyn Row,
    pub names: &'a dyn Names,
    /// the facts behind a feature (by key) or an aggregate (`agg:…`)
    pub counted: &'a dyn Fn(&str) -> Vec<FactRef>,
    /// what a score stands for
    pub meaning: &'a dyn Fn(&str) -> Option<Label>,
}

impl Reader<'_> {
    fn read(&self, rule: &Rule, pred: &Pred, path: String) -> Condition {
        let (kind, children) = match (rule, pred) {
            (Rule::All(rules), Pred::All(preds)) => (Kind::All, self.parts(rules, preds, &path, "all")),
            (Rule::Any(rules), Pred::Any(preds)) => (Kind::Any, self.parts(rules, preds, &path, "any")),
            (Rule::Not(inner), Pred::Not(pred)) if rule::is_group(inner) => {
                (Kind::Not, vec![self.read(inner, pred, format!("{path}/not"))])
            }
            _ => (Kind::Leaf, Vec::new()),
        };
        // `not` around a single condition belongs to it
        let (asked, inner) = match (rule, pred) {
            (Rule::Not(rule), Pred::Not(pred)) => (rule.as_ref(), pred.as_ref()),
            _ => (rule, pred),
        };
        let (actual, threshold, ..) = self.values(inner);
        let counted = self.facts(asked).map(|facts| Counted {
            count: facts.len(),
            items: facts.into_iter().rev().take(SHOWN).rev().collect(),
        });
        let (holds, found) = (pred.holds(self.row), if kind == Kind::Leaf { self.found(asked, inner) } else { Found::default() });
        let missed = if kind == Kind::Leaf && !holds { self.missed(rule, inner) } else { None };
        let with = |text: String, mark: &str, more: &str| if more.is_empty() { text } else { format!("{text}{mark}{more}") };
        Condition {
            kind,
            path,
            text: rule.to_string(),
            sentence: rule::sentence(rule, self.names),
            holds,
            finding: found.finding,
            missed: missed.map(|m| Label::new(with(m.zh, "，", &found.meaning.zh), with(m.en, ", ", &found.meaning.en))).unwrap_or_default(),
            actual,
            threshold,
            counted,
            children,
        }
    }

    fn parts(&self, rules: &[Rule], preds: &[Pred], path: &str, step: &str) -> Vec<Condition> {
        let pairs = rules.iter().zip(preds).enumerate();
        pairs.map(|(i, (rule, pred))| self.read(rule, pred, format!("{path}/{step}/{i}"))).collect()
    }

    /// The customer's value, what it is compared with, the feature whose unit it has.
    pub(super) fn values<'p>(&self, pred: &'p Pred) -> (Value, Value, Option<&'p str>, Option<ValueType>) {
        let num = |num: &Num, ty| num.eval(self.row).map_or(Value::Null, |x| typed(x, ty));
        let text = |text: &Text| text.eval(self.row).map_or(Value::Null, Value::Text);
        match pred {
            Pred::Compare { left, right, ty, .. } => {
                let (own, other) = if matches!(left, Num::Literal(_)) { (right, left) } else { (left, right) };
                (num(own, *ty), num(other, *ty), column(own), Some(*ty))
            }
            Pred::Between { num: n, ty, .. } | Pred::NumIn { num: n, ty, .. } | Pred::NumMissing { num: n, ty } => {
                (num(n, *ty), Value::Null, column(n), Some(*ty))
            }
            Pred::Top { num: n, key, ty, .. } => {
                let cut = self.row.cut(key).map_or(Value::Null, |x| typed(x, *ty));
                (num(n, *ty), cut, column(n), Some(*ty))
            }
            Pred::TextEq { left, right, .. } => {
                let (own, other) = if matches!(left, Text::Literal(_)) { (right, left) } else { (left, right) };
                (text(own), text(other), text_column(own), Some(ValueType::Text))
            }
            Pred::TextIn { text: t, .. } | Pred::Contains { text: t, .. } | Pred::TextMissing { text: t } => {
                (text(t), Value::Null, text_column(t), Some(ValueType::Text))
            }
            Pred::Member(segment) => (Value::Bool(self.row.member(segment)), Value::Null, None, None),
            Pred::All(_) | Pred::Any(_) | Pred::Not(_) => (Value::Null, Value::Null, None, None),
        }
    }

    /// The feature whose unit a value and what it is compared with have.
    pub(super) fn unit_key<'p>(&self, pred: &'p Pred) -> Option<&'p str> {
        self.values(pred).2.or_else(|| first_key(pred))
    }

    /// The customer's value in words, and as a finding: `实际 3 分：距上次下单天数 45 天，3 分为 31 到 60 天`; with what it is
    /// compared with where that is worked out.
    pub(super) fn found(&self, rule: &Rule, pred: &Pred) -> Found {
        let (actual, _, key, ty) = self.values(pred);
        if ty.is_none() {
            return Default::default();
        }
        let show = |lang| match (&actual, key) {
            // someone without any order has no day of the last one
            (Value::Null, Some("recency_days")) => Lang::pick(lang, "从未下单", "never ordered").to_owned(),
            _ => render_value(&actual, key, lang, self.names),
        };
        let shown = Label::new(show(Lang::Zh), show(Lang::En));
        let (mut zh, mut en) = (tight(&["实际", &format!(" {}", shown.zh)]), format!("actual {}", shown.en));
        if let Some(limit) = self.limit(pred, way(pred)).filter(|_| computed(pred)) {
            let limit = |lang| render_value(&limit, self.unit_key(pred), lang, self.names);
            zh = format!("{zh}，界线 {}", limit(Lang::Zh));
            en = format!("{en}, limit {}", limit(Lang::En));
        }
        let keys = reason::own(rule).map(|expr| rule::features_named(&Rule::Missing { expr: expr.clone() })).unwrap_or_default();
        let meanings: Vec<(String, Label)> = keys.into_iter().filter_map(|k| Some((k.clone(), (self.meaning)(&k)?))).collect();
        let meaning = match meanings.as_slice() {
            [] => Label::default(),
            [(only, meaning)] if key == Some(only) => meaning.clone(),
            several => {
                let score = |k: &str, lang| render_value(&self.row.value(k), Some(k), lang, self.names);
                let name = |k: &str| self.names.label(k).unwrap_or_else(|| Label::same(k));
                let each_zh: Vec<String> = several.iter().map(|(k, m)| format!("{} {}（{}）", name(k).zh, score(k, Lang::Zh), m.zh)).collect();
                let each_en: Vec<String> = several.iter().map(|(k, m)| format!("{} {} ({})", name(k).en, score(k, Lang::En), m.en)).collect();
                Label::new(each_zh.join("、"), each_en.join(", "))
            }
        };
        if !meaning.zh.is_empty() {
            zh = format!("{zh}：{}", meaning.zh);
            en = format!("{en}: {}", meaning.en);
        }
        let shown = if actual == Value::Null { Label::default() } else { shown };
        Found { shown, finding: Label::new(zh, en), meaning }
    }

    /// Facts behind everything a single condition reads; `None` if it reads no facts.
    fn facts(&self, rule: &Rule) -> Option<Vec<FactRef>> {
        if matches!(rule, Rule::All(_) | Rule::Any(_) | Rule::Not(_) | Rule::Member { .. }) {
            return None;
        }
        let mut keys = rule::features_read(rule);
        keys.retain(|key| !key.starts_with("class."));
        keys.extend(aggregates_of(rule).iter().map(|a| rule::compiled::aggregate_key(a)));
        let mut all: Vec<FactRef> = Vec::new();
        for key in keys {
            for fact in (self.counted)(&key) {
                if !all.contains(&fact) {
                    all.push(fact);
                }
            }
        }
        all.sort_by_key(|f| f.at);
        (!all.is_empty()).then_some(all)
    }
}

/// A customer's value.
#[derive(Default)]
pub(super) struct Found {
    /// in words; empty if unknown
    pub shown: Label,
    /// with what it is compared with, and what it means
    pub finding: Label,
    /// what a score stands for
    pub meaning: Label,
}

/// Which way a value is compared.
fn way(pred: &Pred) -> Op {
    match pred {
        Pred::Compare { left: Num::Literal(_), op, .. } => op.flipped(),
        Pred::Compare { op, .. } => *op,
        _ => Op::Eq,
    }
}

/// Is what the value is compared with worked out, so that its number stands nowhere in the sentence?
fn computed(pred: &Pred) -> bool {
    match pred {
        Pred::Compare { left, right, .. } => !matches!(left, Num::Literal(_)) && !matches!(right, Num::Literal(_)),
        Pred::Top { .. } => true,
        _ => false,
    }
}

/// A feature whose unit both sides of a comparison have.
fn first_key(pred: &Pred) -> Option<&str> {
    match pred {
        Pred::Compare { right, .. } => column(right),
        _ => None,
    }
}

fn column(num: &Num) -> Option<&str> {
    match num {
        Num::Column(key) => Some(key),
        _ => None,
    }
}

fn text_column(text: &Text) -> Option<&str> {
    match text {
        Text::Column(key) => Some(key),
        _ => None,
    }
}

fn aggregates_of(rule: &Rule) -> Vec<&Aggregate> {
    fn collect<'a>(expr: &'a Expr, all: &mut Vec<&'a Aggregate>) {
        match expr {
            Expr::Aggregate(a) => all.push(a),
            Expr::Neg(inner) => collect(inner, all),
            Expr::Binary { left, right, .. } => [left, right].into_iter().for_each(|e| collect(e, all)),
            Expr::Call { args, .. } => args.iter().for_each(|e| collect(e, all)),
            Expr::Literal(_) | Expr::Feature(_) | Expr::Base { .. } => {}
        }
    }
    let mut all = Vec::new();
    rule.exprs().into_iter().for_each(|e| collect(e, &mut all));
    all
}

/// Facts behind a feature (by key) or an interned aggregate of this customer.
pub fn facts_behind(key: &str, profile: &Profile<'_>, features: &[Feature], interned: &[(String, Aggregate)]) -> Vec<FactRef> {
    let mut all: Vec<FactRef> = Vec::new();
    let own = interned.iter().filter(|(k, _)| k == key).map(|(_, a)| a.clone());
    for aggregate in own.chain(aggregates_behind(key, features)) {
        for fact in profile.history().counted(&aggregate) {
            if !all.contains(&fact) {
                all.push(fact);
            }
        }
    }
    all
}

/// Why this customer has the class; the profile must hold the features, classes and segments the rules name.
pub fn class(
    classification: &Classification,
    classifier: &Classifier,
    profile: &mut Profile<'_>,
    features: &[Feature],
    names: &dyn Names,
) -> Why {
    let outcome = classification::assign(classifier, profile);
    let profile = &*profile;
    let result = Named { key: outcome.class.clone(), label: classification.class_label(&outcome.class) };
    let meaning = |key: &str| meaning::of(key, profile, features, names);
    let mut tried = Vec::new();
    let mut reasons = Vec::new();
    if let (Method::Rules { classes, .. }, classification::By::Rules(rules)) = (&classification.method, &classifier.by) {
        for (class, (_, compiled)) in classes.iter().zip(rules).take(outcome.matched.map_or(classes.len(), |i| i + 1)) {
            let counted = |key: &str| facts_behind(key, profile, features, compiled.aggregates());
            let reader = Reader { row: profile, names, counted: &counted, meaning: &meaning };
            let condition = reader.read(&class.when, compiled.pred(), String::new());
            tried.push(Tried { class: class.key.clone(), label: class.label.clone(), holds: condition.holds, condition });
        }
        let reader = Reader { row: profile, names, counted: &|_| Vec::new(), meaning: &meaning };
        let all: Vec<(&Rule, &Pred)> = classes.iter().zip(rules).map(|(class, (_, compiled))| (&class.when, compiled.pred())).collect();
        reasons = reason::of(&reader, &all, outcome.matched);
    }
    let decided = tried.last().filter(|t| t.holds).map(|t| t.condition.clone());
    let because = |lang| reason::joined(&reasons, lang);
    let sentence = match (&decided, &classification.method) {
        (Some(_), _) => Label::new(
            format!("属于“{}”，{}。", result.label.zh, tight(&["因为", &because(Lang::Zh)])),
            format!("“{}” because {}.", result.label.en, because(Lang::En)),
        ),
        (None, Method::Rules { .. }) if reasons.is_empty() => Label::new(
            format!("不符合前面任何一类的条件，归入“{}”。", result.label.zh),
            format!("No other class applies, so “{}”.", result.label.en),
        ),
        (None, Method::Rules { .. }) => Label::new(
            format!("不符合前面任何一类，归入“{}”：{}。", result.label.zh, because(Lang::Zh)),
            format!("No other class applies, so “{}”: {}.", result.label.en, because(Lang::En)),
        ),
        (None, Method::Values { feature, .. }) => {
            let name = names.label(feature).unwrap_or_else(|| Label::same(feature.clone()));
            let value = profile.get(feature).clone();
            let show = |lang| render_value(&value, Some(feature), lang, names);
            Label::new(
                format!("属于“{}”，因为{}是{}。", result.label.zh, name.zh, show(Lang::Zh)),
                format!("“{}” because {} is {}.", result.label.en, rule::render::text::lower(&name.en), show(Lang::En)),
            )
        }
    };
    Why { subject: classification.label.clone(), result, sentence, conditions: decided.map(split).unwrap_or_default(), tried }
}

/// Why this customer is (not) in the segment; the profile must hold what the rule names. `listed` as in [`Segmenter::holds`].
pub fn segment(
    segment: &Segment,
    segmenter: &Segmenter,
    profile: &mut Profile<'_>,
    listed: bool,
    features: &[Feature],
    names: &dyn Names,
) -> Why {
    if let Some(rule) = &segmenter.rule {
        profile.prepare(rule.aggregates());
    }
    let profile = &*profile;
    let meaning = |key: &str| meaning::of(key, profile, features, names);
    let mut reasons = Vec::new();
    let member = segmenter.holds(profile, listed);
    let name = &segment.label;
    let result = if member {
        Named { key: "in".into(), label: Label::new("在人群内", "in the segment") }
    } else {
        Named { key: "out".into(), label: Label::new("不在人群内", "not in the segment") }
    };
    let decided = match (&segment.members, &segmenter.rule) {
        (crate::segment::Members::Dynamic { rule }, Some(compiled)) => {
            let counted = |key: &str| facts_behind(key, profile, features, compiled.aggregates());
            let reader = Reader { row: profile, names, counted: &counted, meaning: &meaning };
            if compiled.holds(profile) {
                reasons = reason::of(&reader, &[(rule, compiled.pred())], Some(0));
            }
            Some(reader.read(rule, compiled.pred(), String::new()))
        }
        _ => None,
    };
    let blocking = segmenter.without.iter().find(|key| profile.member(key));
    let raw = decided.as_ref().map_or(listed, |c| c.holds);
    let sentence = match (&decided, blocking) {
        (_, Some(other)) if raw => {
            let other = names.segment_label(other).unwrap_or_else(|| Label::same(other.clone()));
            Label::new(
                format!("不在人群“{}”内，因为已属于“{}”。", name.zh, other.zh),
                format!("Not in “{}” because already in “{}”.", name.en, other.en),
            )
        }
        (Some(c), _) if raw => {
            let because = |lang| if reasons.is_empty() { said(c, lang) } else { reason::joined(&reasons, lang) };
            Label::new(
                format!("在人群“{}”内，因为{}。", name.zh, because(Lang::Zh)),
                format!("In “{}” because {}.", name.en, because(Lang::En)),
            )
        }
        (Some(c), _) => Label::new(
            format!("不在人群“{}”内：{}。", name.zh, failures(c, Lang::Zh)),
            format!("Not in “{}”: {}.", name.en, failures(c, Lang::En)),
        ),
        (None, _) if raw => {
            Label::new(format!("在人群“{}”的名单上。", name.zh), format!("On the list of “{}”.", name.en))
        }
        (None, _) => Label::new(format!("不在人群“{}”的名单上。", name.zh), format!("Not on the list of “{}”.", name.en)),
    };
    Why { subject: name.clone(), result, sentence, conditions: decided.map(split).unwrap_or_default(), tried: Vec::new() }
}

/// The answer about something that is not there.
pub(super) fn nothing() -> Why {
    let nothing = Named { key: String::new(), label: Label::default() };
    Why { subject: Label::default(), result: nothing, sentence: Label::default(), conditions: Vec::new(), tried: Vec::new() }
}

/// The conditions joined by `and` one by one, or the single one.
fn split(condition: Condition) -> Vec<Condition> {
    if condition.kind == Kind::All && !condition.children.is_empty() { condition.children } else { vec![condition] }
}

/// The condition as a part of a sentence.
fn said(c: &Condition, lang: Lang) -> String {
    match lang {
        Lang::Zh => c.sentence.zh.clone(),
        Lang::En => rule::render::text::lower(&c.sentence.en),
    }
}

/// What fails, with the customer's values: of a group all of it that fails, down to single conditions.
fn failures(condition: &Condition, lang: Lang) -> String {
    fn failed<'c>(condition: &'c Condition, all: &mut Vec<&'c Condition>) {
        match condition.kind {
            Kind::All | Kind::Any if !condition.children.is_empty() => {
                condition.children.iter().filter(|c| !c.holds).for_each(|c| failed(c, all));
            }
            _ => all.push(condition),
        }
    }
    let mut all = Vec::new();
    failed(condition, &mut all);
    let part = |c: &&Condition| {
        if !c.missed.zh.is_empty() {
            return c.missed.get(lang).to_owned();
        }
        let sentence = said(c, lang);
        let finding = match (c.finding.get(lang), lang) {
            ("", _) => String::new(),
            (finding, Lang::Zh) => format!("（{finding}）"),
            (finding, Lang::En) => format!(" ({finding})"),
        };
        match lang {
            Lang::Zh => format!("不满足“{sentence}”{finding}"),
            Lang::En => format!("it fails “{sentence}”{finding}"),
        }
    };
    all.iter().map(part).collect::<Vec<_>>().join(lang.pick("，且", " and "))
}
