//! What a class or segment rests on in the end: which facts, which entries of the customer's record, and whether time passes
//! over it. It says what is worth supposing, and why nothing is where nothing is.

use super::change::Question;
use crate::{
    classification::By,
    fact::Facts,
    feature::{Aggregate, Base, Definition, Derivation, FactKind, Feature, Field, Measure, aggregates_behind},
    label::Label,
    period::Window,
    rule::{
        self, Literal, Op,
        compiled::{Pred, Text},
    },
    segment::Segmenter,
    value::ValueType,
};

/// What a target rests on.
#[derive(Debug, Default)]
pub(super) struct Rests {
    /// every aggregate, once
    pub aggregates: Vec<Aggregate>,
    /// names of the features that read the customer's record
    pub record: Vec<Label>,
    /// texts its rules compare with
    pub words: Vec<String>,
    /// classifications by value, whose kept values are classes
    pub by_value: Vec<String>,
    /// does the outcome change by itself?
    pub timed: bool,
    /// a list of customers decides
    pub listed: bool,
}

impl Rests {
    /// From everything the target needs, and nothing else.
    pub fn of<'a>(features: &[Feature], classifiers: impl Iterator<Item = (&'a str, &'a By)>, segmenters: impl Iterator<Item = &'a Segmenter>) -> Rests {
        let mut rests = Rests::default();
        for feature in features {
            let own = std::slice::from_ref(feature);
            aggregates_behind(&feature.key, own).into_iter().for_each(|a| rests.add(&a));
            if let Definition::Derived { function, .. } = &feature.definition {
                rests.timed |= matches!(function, Derivation::Age | Derivation::DaysToBirthday | Derivation::DaysSince);
            }
            let reads = match &feature.definition {
                Definition::Attribute { .. } => true,
                Definition::Derived { of, .. } => of.iter().any(|k| k.starts_with("attribute.")),
                _ => false,
            };
            if reads {
                rests.record.push(feature.label.clone());
            }
        }
        for (key, by) in classifiers {
            match by {
                By::Rules(rules) => rules.iter().for_each(|(_, rule)| rests.rule(rule)),
                By::Values { .. } => rests.by_value.push(key.to_owned()),
            }
        }
        for segmenter in segmenters {
            match &segmenter.rule {
                Some(rule) => rests.rule(rule),
                None => rests.listed = true,
            }
        }
        rests.timed |= rests.aggregates.iter().any(|a| {
            a.window != Window::All || matches!(a.measure, Measure::DaysSinceLast | Measure::DaysSinceFirst)
        });
        rests
    }

    fn add(&mut self, aggregate: &Aggregate) {
        if !self.aggregates.contains(aggregate) {
            self.aggregates.push(aggregate.clone());
        }
    }

    fn rule(&mut self, rule: &rule::Compiled) {
        rule.aggregates().iter().for_each(|(_, a)| self.add(a));
        texts(rule.pred(), &mut self.words);
    }

    fn reads(&self, kinds: &[FactKind]) -> bool {
        self.aggregates.iter().any(|a| kinds.contains(&a.fact))
    }

    /// Orders, their lines or their refunds?
    pub fn orders(&self) -> bool {
        self.reads(&[FactKind::Orders, FactKind::AllOrders, FactKind::Lines, FactKind::Refunds])
    }

    /// Interactions?
    pub fn interactions(&self) -> bool {
        self.reads(&[FactKind::Interactions])
    }

    /// Scores?
    pub fn answers(&self) -> bool {
        self.reads(&[FactKind::Answers])
    }

    /// Those facts that are read at all: the others need not be looked at again and again.
    pub fn only(&self, facts: &Facts) -> Facts {
        let mut kept = Facts::default();
        if self.orders() {
            kept.orders.clone_from(&facts.orders);
            kept.lines.clone_from(&facts.lines);
            kept.refunds.clone_from(&facts.refunds);
        }
        if self.interactions() {
            kept.interactions.clone_from(&facts.interactions);
        }
        if self.answers() {
            kept.answers.clone_from(&facts.answers);
        }
        if !self.record.is_empty() {
            kept.attributes.clone_from(&facts.attributes);
        }
        kept
    }

    /// Texts worth giving this field of such facts: those filters ask for, and where the field itself is measured those rules
    /// compare with. The second part: may a text nobody has used before matter, too?
    pub fn texts(&self, kinds: &[FactKind], field: Field, base: &Base) -> (Vec<String>, bool) {
        let (mut found, mut new): (Vec<String>, bool) = (Vec::new(), false);
        let mut add = |text: &str| if !text.is_empty() && !found.iter().any(|t| t == text) { found.push(text.to_owned()) };
        let kept = || self.by_value.iter().filter_map(|key| base.kept.get(key)).flatten();
        for aggregate in self.aggregates.iter().filter(|a| kinds.contains(&a.fact)) {
            for condition in aggregate.filter.iter().filter(|c| c.field == field) {
                new |= condition.op == Op::Ne;
                let texts = condition.values.iter().filter_map(|v| if let Literal::Text(t) = v { Some(t) } else { None });
                if condition.op == Op::Eq {
                    texts.for_each(|t| add(t));
                }
            }
            if aggregate.measure.field() == Some(field) {
                self.words.iter().chain(kept()).for_each(|t| add(t));
                new |= matches!(aggregate.measure, Measure::Distinct(_));
            }
        }
        (found, new)
    }

    /// Amounts at which a filter on money begins or ceases to hold, minor units.
    pub fn edges(&self, currency: crate::money::Currency) -> Vec<i64> {
        let filters = self.aggregates.iter().flat_map(|a| a.filter.iter().map(move |c| (a.fact, c)));
        let money = filters.filter(|(fact, c)| rule::field_type(*fact, c.field) == Some(ValueType::Money));
        money.flat_map(|(fact, c)| c.points(fact, currency)).map(|x| x as i64).collect()
    }

    /// Are different amounts counted?
    pub fn counts_amounts(&self) -> bool {
        self.aggregates.iter().any(|a| match a.measure {
            Measure::Distinct(field) => rule::field_type(a.fact, field) == Some(ValueType::Money),
            _ => false,
        })
    }

    /// Questions whose scores count, with the scales of `domain.md` §5.
    pub fn questions(&self) -> Vec<Question> {
        let known = [
            ("nps", ("推荐意愿", "likelihood to recommend"), 0, 10),
            ("csat", ("满意度", "satisfaction"), 1, 5),
            ("ces", ("省力度", "ease"), 1, 7),
        ];
        let asks = |a: &Aggregate, key: &str| {
            let mut kinds = a.filter.iter().filter(|c| c.field == Field::Kind).peekable();
            let named = |l: &Literal| matches!(l, Literal::Text(t) if t == key);
            // whatever the question: the one everybody asks
            let any = kinds.peek().is_none() && key == "nps";
            a.fact == FactKind::Answers && (any || kinds.any(|c| c.op == Op::Eq && c.values.iter().any(named)))
        };
        let relevant = known.into_iter().filter(|(key, ..)| self.aggregates.iter().any(|a| asks(a, key)));
        relevant
            .map(|(key, (zh, en), low, high)| Question { key: key.to_owned(), label: Label::new(zh, en), low, high })
            .collect()
    }
}

/// Texts a condition compares with.
fn texts(pred: &Pred, found: &mut Vec<String>) {
    let mut add = |text: &String| if !found.contains(text) { found.push(text.clone()) };
    match pred {
        Pred::All(preds) | Pred::Any(preds) => preds.iter().for_each(|p| texts(p, found)),
        Pred::Not(pred) => texts(pred, found),
        Pred::TextEq { left, right, .. } => [left, right].into_iter().for_each(|t| if let Text::Literal(t) = t { add(t) }),
        Pred::TextIn { values, .. } => values.iter().for_each(&mut add),
        Pred::Contains { needle, .. } => add(needle),
        _ => {}
    }
}
