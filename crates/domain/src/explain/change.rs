//! The smallest change that changes the outcome, found by asking the true outcome again.

use crate::{
    clock::Instant,
    fact::{AnswerFact, Facts, OrderFact},
    id::key64,
    label::Label,
    money::Currency,
    period::Day,
    rule::amount,
};
use serde::Serialize;

/// Longest wait looked at.
const WAIT: i32 = 400;
/// Most typical orders looked at.
const ORDERS: u32 = 24;
/// Longest deadline looked at; later ones are as good as none.
const DEADLINE: i32 = 120;
const MICROS_A_DAY: i64 = 86_400_000_000;

/// A customer today, and what may be supposed.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// what is known
    pub facts: &'a Facts,
    /// the as-of day
    pub day: Day,
    /// an instant of that day, at which the supposed facts happen and are learnt
    pub at: Instant,
    /// reporting currency
    pub currency: Currency,
    /// net of a typical order of this customer (else of all), minor units
    pub typical: Option<i64>,
    /// largest order worth proposing, minor units
    pub limit: i64,
    /// questions whose answers count
    pub questions: Vec<Question>,
}

/// A question with its scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// `nps`, `csat`, …
    pub key: String,
    /// for people
    pub label: Label,
    /// whole scores from here
    pub low: i32,
    /// to here, the best
    pub high: i32,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Means {
    /// one order of at least this amount today
    Order {
        /// minor units
        amount: i64,
    },
    /// several orders of a typical amount today
    Orders {
        /// how many
        count: u32,
        /// minor units each
        amount: i64,
    },
    /// an answer with this score today
    Score {
        /// the question
        question: String,
        /// the score
        score: i32,
    },
    /// nothing new for so many days
    Wait {
        /// how many
        days: i32,
        /// the day it changes
        day: Day,
    },
}

/// One way to another outcome. Less of it (one minor unit, one order, one day, one point) leaves the outcome as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// what is done
    pub means: Means,
    /// the outcome then
    pub after: String,
    /// last day on which doing it still has this effect, if that is soon
    pub until: Option<Day>,
    /// what is done, in words
    pub sentence: Label,
}

/// What would change the outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// the outcome now
    pub before: String,
    /// the outcome after the first way
    pub after: String,
    /// ways, the smallest first; waiting last
    pub ways: Vec<Way>,
    /// in one sentence
    pub sentence: Label,
}

/// Searches for the smallest changes. `outcome` is the class (or `in`/`out`) these facts have as of a day; `becoming` says it
/// with a verb: `成为“活跃客户”` / `become “Active”`, `进入人群“VIP”` / `enter segment “VIP”`.
pub fn change(situation: &Situation<'_>, outcome: &dyn Fn(&Facts, Day) -> String, becoming: &dyn Fn(&str) -> Label) -> Option<Change> {
    let search = Search { situation, outcome, before: outcome(situation.facts, situation.day) };
    let mut ways: Vec<Way> = Vec::new();
    let order = search.order();
    if let Some(orders) = search.orders(order.as_ref()) {
        ways.push(orders);
    }
    if let Some(order) = order {
        ways.insert(0, order);
    }
    ways.extend(search.scores());
    ways.extend(search.wait());
    let after = ways.first()?.after.clone();
    let sentence = sentence(situation.day, &ways, becoming);
    Some(Change { before: search.before, after, ways, sentence })
}

struct Search<'a> {
    situation: &'a Situation<'a>,
    outcome: &'a dyn Fn(&Facts, Day) -> String,
    before: String,
}

impl Search<'_> {
    /// The outcome if it is another one.
    fn other(&self, facts: &Facts, day: Day) -> Option<String> {
        let after = (self.outcome)(facts, day);
        (after != self.before).then_some(after)
    }

    /// These facts and so many orders of this amount, some days from now.
    fn ordered(&self, count: u32, paid: i64, days: i32) -> Facts {
        let mut facts = self.situation.facts.clone();
        let last = facts.orders.iter().max_by_key(|o| o.at).cloned();
        let line = facts.lines.iter().max_by_key(|l| l.at);
        let channel = last.as_ref().map_or_else(|| line.and_then(|l| l.channel.clone()), |o| o.channel.clone());
        let store = last.as_ref().map_or_else(|| line.and_then(|l| l.store.clone()), |o| o.store.clone());
        let at = Instant(self.situation.at.0.saturating_add(i64::from(days) * MICROS_A_DAY));
        for i in 0..count {
            let order_id = format!("supposed order {}", i + 1);
            facts.orders.push(OrderFact {
                order_key: key64(&order_id),
                order_id,
                at,
                day: self.situation.day.plus(days),
                recorded_at: at,
                batch: i64::MAX,
                paid,
                cost: None,
                discount: None,
                cancelled: false,
                channel: channel.clone(),
                store: store.clone(),
                payment: last.as_ref().and_then(|o| o.payment.clone()),
                coupon: None,
            });
        }
        facts
    }

    fn with_orders(&self, count: u32, paid: i64) -> Option<String> {
        self.other(&self.ordered(count, paid, 0), self.situation.day)
    }

    /// One order: doubled until something changes, then halved down to the minor unit.
    fn order(&self) -> Option<Way> {
        let limit = self.situation.limit.max(1);
        let (mut low, mut high) = (0i64, 1i64);
        let mut after = loop {
            if let Some(after) = self.with_orders(1, high) {
                break after;
            }
            if high >= limit {
                return None;
            }
            low = high;
            high = high.saturating_mul(2).min(limit);
        };
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match self.with_orders(1, middle) {
                Some(found) => {
                    high = middle;
                    after = found;
                }
                None => low = middle,
            }
        }
        let until = self.until(1, high, &after);
        let sentence = if high == 1 {
            Label::new("再下一单（金额不限）", "one more order of any amount")
        } else {
            let sum = amount(high, self.situation.currency);
            Label::new(format!("再消费 {sum}"), format!("spend {sum} more"))
        };
        Some(Way { means: Means::Order { amount: high }, after, until, sentence })
    }

    /// Several typical orders, unless a single one does or they do no more than `order` does.
    fn orders(&self, order: Option<&Way>) -> Option<Way> {
        let typical = self.situation.typical.filter(|t| *t > 0)?;
        let (count, after) = (1..=ORDERS).find_map(|n| self.with_orders(n, typical).map(|after| (n, after)))?;
        if count == 1 && order.is_some_and(|o| o.after == after) {
            return None;
        }
        let until = self.until(count, typical, &after);
        let each = amount(typical, self.situation.currency);
        let plural = if count == 1 { "" } else { "s" };
        let sentence = Label::new(
            format!("再下 {count} 单（每单 {each}，与平时相当）"),
            format!("{count} more typical order{plural} of {each}"),
        );
        Some(Way { means: Means::Orders { count, amount: typical }, after, until, sentence })
    }

    /// The last day on which these orders still have this effect.
    fn until(&self, count: u32, paid: i64, after: &str) -> Option<Day> {
        let day = self.situation.day;
        let fails = |d: i32| (self.outcome)(&self.ordered(count, paid, d), day.plus(d)) != after;
        (1..=DEADLINE).find(|d| fails(*d)).map(|d| day.plus(d - 1))
    }

    /// The score nearest above (else below) the latest one that changes the outcome, for each question.
    fn scores(&self) -> Vec<Way> {
        let answered = |score: i32, question: &Question| {
            let mut facts = self.situation.facts.clone();
            facts.answers.push(AnswerFact {
                at: self.situation.at,
                day: self.situation.day,
                recorded_at: self.situation.at,
                question: question.key.clone(),
                score: f64::from(score),
                channel: None,
            });
            facts
        };
        let way = |question: &Question| {
            let last = self.situation.facts.answers.iter().filter(|a| a.question == question.key).max_by_key(|a| a.at);
            let from = last.map_or(question.low, |a| a.score.floor() as i32 + 1);
            let (score, after) = (from.max(question.low)..=question.high)
                .find_map(|score| self.other(&answered(score, question), self.situation.day).map(|after| (score, after)))?;
            let sentence = Label::new(
                format!("下次{}评分达到 {score} 分", question.label.zh),
                format!("score {score} in the next {}", question.label.en),
            );
            Some(Way { means: Means::Score { question: question.key.clone(), score }, after, until: None, sentence })
        };
        self.situation.questions.iter().filter_map(way).collect()
    }

    fn wait(&self) -> Option<Way> {
        let day = self.situation.day;
        let (days, after) = (1..=WAIT).find_map(|d| self.other(self.situation.facts, day.plus(d)).map(|after| (d, after)))?;
        let plural = if days == 1 { "" } else { "s" };
        let sentence = Label::new(format!("{days} 天内没有新的记录"), format!("nothing new for {days} day{plural}"));
        Some(Way { means: Means::Wait { days, day: day.plus(days) }, after, until: None, sentence })
    }
}

/// `8 月 31 日前再消费 ¥380，或再下 2 单（…），即可成为“活跃”；若一直没有新的记录，12 天后将成为“流失”。`
fn sentence(today: Day, ways: &[Way], becoming: &dyn Fn(&str) -> Label) -> Label {
    let mut zh: Vec<String> = Vec::new();
    let mut en: Vec<String> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    let active: Vec<&Way> = ways.iter().filter(|w| !matches!(w.means, Means::Wait { .. })).collect();
    for way in &active {
        if done.contains(&way.after.as_str()) {
            continue;
        }
        done.push(&way.after);
        let same: Vec<&&Way> = active.iter().filter(|w| w.after == way.after).collect();
        let what = becoming(&way.after);
        let until = same.iter().filter_map(|w| w.until).min();
        let list_zh: Vec<&str> = same.iter().map(|w| w.sentence.zh.as_str()).collect();
        let list_en: Vec<&str> = same.iter().map(|w| w.sentence.en.as_str()).collect();
        let (by_zh, by_en) = until.map_or_else(Default::default, |d| (format!("在{}之前", date_zh(d, today)), format!(" by {}", date_en(d, today))));
        let by_zh = if until == Some(today) { "今天".to_owned() } else { by_zh };
        let by_en = if until == Some(today) { " today".to_owned() } else { by_en };
        zh.push(format!("{by_zh}{}，即可{}", list_zh.join("，或"), what.zh));
        en.push(format!("{}{by_en} to {}", list_en.join(" or "), what.en));
    }
    for way in ways {
        if let Means::Wait { days, day } = &way.means {
            let what = becoming(&way.after);
            let plural = if *days == 1 { "" } else { "s" };
            zh.push(format!("若一直没有新的记录，{days} 天后（{}）将{}", date_zh(*day, today).trim_start(), what.zh));
            en.push(format!("with nothing new they will {} in {days} day{plural} ({})", what.en, date_en(*day, today)));
        }
    }
    Label::new(zh.join("；") + "。", crate::rule::render::text::upper(&en.join("; ")) + ".")
}

fn date_zh(day: Day, today: Day) -> String {
    let date = day.date();
    let short = format!("{} 月 {} 日", date.month(), date.day());
    if date.year() == today.date().year() { format!(" {short}") } else { format!(" {} 年 {short}", date.year()) }
}

fn date_en(day: Day, today: Day) -> String {
    let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ];
    let date = day.date();
    let month = usize::try_from(date.month()).ok().and_then(|m| months.get(m.saturating_sub(1))).copied().unwrap_or_default();
    let short = format!("{} {month}", date.day());
    if date.year() == today.date().year() { short } else { format!("{short} {}", date.year()) }
}
