//! The search for changes: facts are supposed and the true outcome asked again.

use super::{
    amount::Asked,
    change::{Means, Question, Way, With},
    rests::Rests,
    say,
    scope::{Moment, Scope},
    suppose::{self, Supposed},
};
use crate::{
    clock::Instant,
    fact::{Facts, InteractionFact},
    feature::{FactKind, Field, History, Values},
    money::Currency,
    period::Day,
    value::Value,
};

/// Longest wait looked at.
pub(super) const WAIT: i32 = 400;
/// Most typical orders looked at.
pub(super) const ORDERS: u32 = 24;
/// Most interactions of a kind looked at.
pub(super) const INTERACTIONS: u32 = 12;
/// Most orders given back.
const REFUNDS: u32 = 6;
/// Longest deadline looked at; later ones are as good as none.
const DEADLINE: i32 = 120;
/// An outcome is said to be that of any amount if it is that of all up to so many times the largest order proposed, or up to
/// what numbers hold exactly.
const BEYOND: i64 = 1_000;
const LARGEST: i64 = 9_000_000_000_000_000;
/// Most kinds of order or interaction tried, and ways shown of one kind of doing.
const KINDS: usize = 8;
const WAYS: usize = 3;

/// A customer today, and what may be supposed.
pub(super) struct Search<'a> {
    pub scope: &'a Scope<'a>,
    pub moment: &'a Moment<'a>,
    pub rests: &'a Rests,
    /// what is known and read
    pub facts: Facts,
    pub day: Day,
    /// the outcome now
    pub before: String,
    /// net of a typical order, minor units
    pub typical: Option<i64>,
    /// largest order worth proposing, minor units
    pub limit: i64,
    /// is the customer compared with others?
    pub compares: bool,
    /// by something that is held as it stands today?
    pub held: bool,
}

impl Search<'_> {
    pub fn currency(&self) -> Currency {
        self.scope.currency()
    }

    fn outcome(&self, facts: &Facts, day: Day) -> String {
        self.scope.outcome(&self.scope.profile(facts, day, Instant::MAX, self.moment.apart, self.moment.listed))
    }

    /// The outcome today, and every value behind it.
    pub fn values(&self, facts: &Facts) -> (String, Values) {
        let profile = self.scope.profile(facts, self.day, Instant::MAX, self.moment.apart, self.moment.listed);
        (self.scope.outcome(&profile), profile.into_values())
    }

    /// Surely this outcome for everybody between these two?
    pub fn surely(&self, low: &Values, high: &Values, outcome: &str) -> bool {
        self.scope.surely(low, high, self.moment, outcome)
    }

    /// Has the customer never ordered anything?
    pub fn never_ordered(&self) -> bool {
        self.facts.orders.is_empty() && self.facts.lines.is_empty()
    }

    /// The outcome if it is another one.
    fn other(&self, facts: &Facts, day: Day) -> Option<String> {
        let after = self.outcome(facts, day);
        (after != self.before).then_some(after)
    }

    /// Everything the customer could do.
    pub fn acts(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        if self.rests.orders() {
            ways.extend(self.orders(&[None]));
            // an order of a kind of its own where one as usual does nothing
            if ways.is_empty() {
                ways.extend(self.orders(&self.kinds_of_order().into_iter().map(Some).collect::<Vec<_>>()));
            }
        }
        if self.rests.interactions() {
            ways.extend(self.interactions());
        }
        if self.rests.answers() {
            ways.extend(self.rests.questions().iter().filter_map(|q| self.score(q)));
        }
        ways
    }

    /// Orders of these kinds: the smallest single one, and the fewest typical ones where they do something else or the single
    /// one is larger than they are.
    fn orders(&self, kinds: &[Option<With>]) -> Vec<Way> {
        let single: Vec<Way> = fewest(kinds.iter().filter_map(|with| self.order(with.as_ref())).collect());
        let mut ways = single.clone();
        let several = fewest(kinds.iter().filter_map(|with| self.typical_orders(with.as_ref())).collect());
        let new = |way: &Way| match way.means {
            Means::Orders { count: 1, .. } => !single.iter().any(|s| s.after == way.after),
            _ => true,
        };
        ways.extend(several.into_iter().filter(new));
        ways
    }

    /// The smallest order that changes the outcome.
    fn order(&self, with: Option<&With>) -> Option<Way> {
        let mut supposed = Supposed::new(self, with);
        let mut facts = self.facts.clone();
        supposed.add(&mut facts, 1, 0);
        let set = |facts: &mut Facts, amount: i64| {
            if let Some(order) = facts.orders.last_mut() {
                order.paid = amount;
            }
            if let (Some(line), true) = (facts.lines.last_mut(), with.is_some_and(suppose::on_line)) {
                line.paid = amount;
            }
        };
        let mut edges = self.rests.edges(self.currency());
        if self.rests.counts_amounts() {
            let history = History::as_of(&self.facts, self.day, Instant::MAX);
            edges.extend(history.orders().iter().flat_map(|o| [o.net(), o.gross]));
            edges.extend(self.facts.lines.iter().map(|l| l.paid));
        }
        let asked = Asked { search: self, facts, set: &set, edges };
        let limit = self.limit.max(1);
        let (amount, after) = asked.smallest(limit)?;
        let most = asked.most(amount, &after, limit.saturating_mul(BEYOND).min(LARGEST).max(limit));
        let until = self.until(with, 1, amount, &after);
        let sentence = say::order(amount, most, with, self);
        Some(Way { means: Means::Order { amount, with: with.cloned() }, after, most, until, held: self.held(until), sentence })
    }

    /// The fewest typical orders that change the outcome.
    fn typical_orders(&self, with: Option<&With>) -> Option<Way> {
        let amount = self.typical.filter(|t| *t > 0)?;
        let mut supposed = Supposed::new(self, with);
        let mut facts = self.facts.clone();
        let (count, after) = (1..=ORDERS).find_map(|n| {
            supposed.add(&mut facts, amount, 0);
            Some((n, self.other(&facts, self.day)?))
        })?;
        let until = self.until(with, count, amount, &after);
        let sentence = say::orders(count, amount, with, self);
        Some(Way { means: Means::Orders { count, amount, with: with.cloned() }, after, most: None, until, held: self.held(until), sentence })
    }

    /// Does this take anything of others as it stands? What is said of later days always does where customers are compared.
    fn held(&self, until: Option<Day>) -> bool {
        self.held || self.compares && until.is_some()
    }

    /// The last day on which these orders still have this effect.
    fn until(&self, with: Option<&With>, count: u32, amount: i64, after: &str) -> Option<Day> {
        if !self.rests.timed {
            return None;
        }
        let mut facts = suppose::ordered(self, with, count, amount, 1);
        let fails = if with.is_some_and(suppose::on_line) {
            (1..=DEADLINE).find(|d| {
                let fails = self.outcome(&facts, self.day.plus(*d)) != after;
                suppose::tomorrow(&mut facts, count);
                fails
            })
        } else {
            let mut history = Some(History::as_of(&facts, self.day.plus(1), Instant::MAX).day_by_day());
            (1..=DEADLINE).find(|_| {
                let Some(today) = history.take() else { return true };
                let profile = self.scope.profile_of(today, self.moment.apart, self.moment.listed);
                let fails = self.scope.outcome(&profile) != after;
                history = Some(profile.into_history().tomorrow(count as usize));
                fails
            })
        };
        fails.map(|d| self.day.plus(d - 1))
    }

    /// Kinds of order the rules tell from others, the customer's own first.
    fn kinds_of_order(&self) -> Vec<With> {
        let heads = [FactKind::Orders, FactKind::AllOrders];
        let fields = [Field::Coupon, Field::Category, Field::Brand, Field::Product, Field::Channel, Field::Store, Field::Payment];
        let mut kinds = Vec::new();
        for field in fields {
            let on = if matches!(field, Field::Category | Field::Brand | Field::Product) { &[FactKind::Lines][..] } else { &heads };
            let (mut texts, new) = self.rests.texts(on, field, self.moment.base);
            let own = suppose::own_texts(&self.facts, field);
            texts.sort_by_key(|t| own.iter().position(|o| o == t).unwrap_or(usize::MAX));
            let with = |value: Option<String>| With { field, value };
            kinds.extend(new.then(|| with(None)));
            kinds.extend(texts.into_iter().take(KINDS).map(|t| with(Some(t))));
        }
        kinds.truncate(KINDS);
        kinds
    }

    /// The fewest interactions of one kind for each other outcome.
    fn interactions(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        let usual = self.facts.interactions.iter().max_by_key(|i| i.at).and_then(|i| i.channel.clone());
        for (interaction, channel) in self.kinds_of_interaction(usual.as_ref()) {
            let mut facts = self.facts.clone();
            let found = (1..=INTERACTIONS).find_map(|n| {
                facts.interactions.push(self.interaction(&interaction, channel.as_ref()));
                Some((n, self.other(&facts, self.day)?))
            });
            let Some((count, after)) = found else { continue };
            let channel = channel.filter(|c| Some(c) != usual.as_ref());
            let sentence = say::interactions(&interaction, channel.as_deref(), count);
            ways.push(Way { means: Means::Interactions { interaction, channel, count }, after, most: None, until: None, held: self.held, sentence });
        }
        fewest(ways)
    }

    fn interaction(&self, kind: &str, channel: Option<&String>) -> InteractionFact {
        let at = self.moment.at;
        InteractionFact { at, day: self.day, recorded_at: at, kind: kind.to_owned(), channel: channel.cloned() }
    }

    /// Kinds of interaction the rules tell from each other, one of each sort: a visit, what filters ask for, what the
    /// customer did before.
    fn kinds_of_interaction(&self, usual: Option<&String>) -> Vec<(String, Option<String>)> {
        let on = [FactKind::Interactions];
        let own = self.facts.interactions.iter().rev().map(|i| i.kind.clone());
        let mut kinds = vec!["visit".to_owned()];
        kinds.extend(self.rests.texts(&on, Field::Kind, self.moment.base).0.into_iter().chain(own));
        let mut channels = vec![usual.cloned()];
        channels.extend(self.rests.texts(&on, Field::Channel, self.moment.base).0.into_iter().map(Some));
        let aggregates: Vec<_> = self.rests.aggregates.iter().filter(|a| a.fact == FactKind::Interactions).collect();
        let told = |field: Field| aggregates.iter().any(|a| a.measure.field() == Some(field));
        let (kinds_told, channels_told) = (told(Field::Kind), told(Field::Channel));
        let text = |t: Option<&String>| t.map_or(Value::Null, |t| Value::Text(t.clone()));
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for channel in &channels {
            for kind in &kinds {
                let field = |field: Field| match field {
                    Field::Kind => text(Some(kind)),
                    Field::Channel => text(channel.as_ref()),
                    Field::Day => Value::Day(self.day),
                    Field::Weekday => Value::Int(i64::from(self.day.weekday())),
                    _ => Value::Null,
                };
                let currency = self.currency();
                let counts = |a: &&&crate::feature::Aggregate| a.filter.iter().all(|c| c.holds(a.fact, &field(c.field), currency));
                let sort: Vec<bool> = aggregates.iter().map(|a| counts(&a)).collect();
                let sort = (sort, kinds_told.then_some(kind), channels_told.then_some(channel));
                if sort.0.contains(&true) && !seen.contains(&sort) {
                    seen.push(sort);
                    found.push((kind.clone(), channel.clone()));
                }
            }
        }
        found.truncate(KINDS);
        found
    }

    /// The score nearest the last one that changes the outcome, of two as near the better; nearest the best for somebody who
    /// was never asked.
    fn score(&self, question: &Question) -> Option<Way> {
        let last = self.facts.answers.iter().filter(|a| a.question == question.key).max_by_key(|a| a.at).map(|a| a.score);
        let from = last.unwrap_or(f64::from(question.high));
        let mut scores: Vec<i32> = (question.low..=question.high).collect();
        scores.sort_by(|a, b| {
            let far = |s: &i32| (f64::from(*s) - from).abs();
            far(a).total_cmp(&far(b)).then(b.cmp(a))
        });
        let mut facts = self.facts.clone();
        facts.answers.push(suppose::answer(self, question, 0));
        let (score, after) = scores.into_iter().find_map(|score| {
            if let Some(answer) = facts.answers.last_mut() {
                answer.score = f64::from(score);
            }
            Some((score, self.other(&facts, self.day)?))
        })?;
        let sentence = say::score(question, score, last.is_some());
        Some(Way { means: Means::Score { question: question.key.clone(), score }, after, most: None, until: None, held: self.held, sentence })
    }

    /// The smallest refund of the latest order, and the fewest orders given back whole where they do something else.
    pub fn refunds(&self) -> Vec<Way> {
        if !self.rests.orders() {
            return Vec::new();
        }
        let history = History::as_of(&self.facts, self.day, Instant::MAX);
        // an order its status says was refunded: what else is refunded changes nothing until it is more
        let told = |key: u64| self.facts.refunds.iter().any(|r| r.by_status && r.order_key == Some(key));
        let orders: Vec<_> = history.orders().iter().rev().filter(|o| o.valid() && !told(o.key)).take(REFUNDS as usize).collect();
        let Some(latest) = orders.first() else { return Vec::new() };
        let mut ways = Vec::new();
        let mut facts = self.facts.clone();
        facts.refunds.push(suppose::refund(self, latest, 0));
        let set = |facts: &mut Facts, amount: i64| {
            if let Some(refund) = facts.refunds.last_mut() {
                refund.amount = amount;
            }
        };
        let net = latest.net();
        let mut edges = vec![net - 1];
        for edge in self.rests.edges(self.currency()) {
            edges.extend([edge, net - edge, edge - latest.refunded, latest.gross - edge]);
        }
        if self.rests.counts_amounts() {
            let others = history.orders().iter().flat_map(|o| [net - o.net(), o.refunded - latest.refunded]);
            edges.extend(others.chain(history.refunds().iter().map(|r| r.amount)));
        }
        let asked = Asked { search: self, facts, set: &set, edges };
        if let Some((amount, after)) = asked.smallest(net) {
            let most = asked.most(amount, &after, net);
            let sentence = say::refund(latest.id, amount, most, net, self.currency());
            ways.push(Way { means: Means::Refund { order: latest.id.to_owned(), amount, whole: amount == net }, after, most, until: None, held: self.held, sentence });
        }
        let mut facts = self.facts.clone();
        let several = orders.iter().zip(1u32..).find_map(|(order, n)| {
            facts.refunds.push(suppose::refund(self, order, order.net()));
            Some((n, self.other(&facts, self.day)?))
        });
        if let Some((count, after)) = several.filter(|(n, after)| *n > 1 && !ways.iter().any(|w| w.after == *after)) {
            ways.push(Way { means: Means::Refunds { count }, after, most: None, until: None, held: self.held, sentence: say::refunds(count) });
        }
        ways
    }

    /// The fewest days after which the outcome changes by itself.
    pub fn wait(&self) -> Option<Way> {
        let days = if self.rests.timed { 1..=WAIT } else { 1..=0 };
        let mut history = Some(History::as_of(&self.facts, self.day, Instant::MAX).day_by_day());
        let (days, after) = days.into_iter().find_map(|d| {
            let profile = self.scope.profile_of(history.take()?.on(self.day.plus(d)), self.moment.apart, self.moment.listed);
            let after = self.scope.outcome(&profile);
            history = Some(profile.into_history());
            (after != self.before).then_some((d, after))
        })?;
        Some(Way { means: Means::Wait { days, day: self.day.plus(days) }, after, most: None, until: None, held: self.compares, sentence: say::wait(days) })
    }
}

/// Of ways of one kind of doing the smallest for each outcome, few of them.
fn fewest(mut ways: Vec<Way>) -> Vec<Way> {
    ways.sort_by_key(|w| w.means.measure());
    let mut found: Vec<Way> = Vec::new();
    for way in ways {
        if !found.iter().any(|w| w.after == way.after) {
            found.push(way);
        }
    }
    found.truncate(WAYS);
    found
}
