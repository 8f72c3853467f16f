//! What happened with one customer, latest first: orders with their lines and refunds, interactions, scores with their
//! words, attributes as they were learnt, and what colleagues noted.

use super::{Asked, Definitions, Moment, defined, profile::person_then};
use crate::{Error, Result, app::App, schema, sight::{self, Sight, Walls}};
use domain::{
    Day, Label, Lang, Value, Zone,
    clock::Instant,
    fact::{AttributeFact, Facts},
    feature::{Aggregate, Definition, FactKind, FactRef, History, Measure, Order},
    period::Window,
    profiling::{self, Said},
    rule,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// 1 January 1900: the day from which `ingest` lets hold what a file says without a date.
const ALWAYS: Day = Day(-25_567);

/// A page of what happened, latest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// the page
    pub items: Vec<Event>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// RFC 3339, UTC; for attributes when it was learnt
    pub at: String,
    /// business day
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// what
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// one line
    #[schema(value_type = schema::Label)]
    pub title: Label,
    /// minor units: net of an order, amount of a refund
    pub amount: Option<i64>,
    /// it is dated after the business day, so nothing counts it
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
    /// it has no date of its own: it was learnt with the file it stands in
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
    /// everything else that is known, by machine name
    #[schema(value_type = Object)]
    pub detail: BTreeMap<String, serde_json::Value>,
}

/// Kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// an order, with its lines and refunds
    Order,
    /// money given back
    Refund,
    /// visit, call, click, …
    Interaction,
    /// a score
    Answer,
    /// an attribute learnt
    Attribute,
    /// what somebody of the business noted
    Note,
}

impl EventKind {
    const ALL: [(&'static str, EventKind); 6] = [
        ("order", EventKind::Order),
        ("refund", EventKind::Refund),
        ("interaction", EventKind::Interaction),
        ("answer", EventKind::Answer),
        ("attribute", EventKind::Attribute),
        ("note", EventKind::Note),
    ];

    /// Kinds by comma; empty = all.
    ///
    /// # Errors
    /// `timeline.type` for a word that is no kind.
    pub fn parse_list(text: &str) -> Result<Vec<EventKind>> {
        let words = text.split(',').map(str::trim).filter(|w| !w.is_empty());
        let kind = |word: &str| {
            let found = EventKind::ALL.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind);
            found.ok_or_else(|| Error::Invalid {
                code: "timeline.type",
                message: Label::new(format!("没有这种事件：{word}"), format!("there is no kind of event {word}")),
                params: json!({ "type": word }),
            })
        };
        words.map(kind).collect()
    }
}

/// A page of one customer's timeline; `kinds` empty = all. Of a past day: what had happened by then, as known then or today.
///
/// # Errors
/// `customer.not_found`, `request.cursor`; when the store or the lake refuses.
pub async fn timeline(app: &App, sight: Sight, id: &str, asked: Asked, kinds: &[EventKind], cursor: Option<&str>, limit: usize) -> Result<Timeline> {
    let person = person_then(app, id, asked).await?;
    // a cursor is how many older events are left, so that newer ones shift nothing
    let left: Option<usize> = match cursor.filter(|c| !c.is_empty()) {
        Some(text) => Some(text.parse().map_err(|_| Error::invalid("request.cursor", "翻页标记无效", "this is no cursor"))?),
        None => None,
    };
    let lake = app.runs.lake(app).await?;
    let lake = app.runs.known(app, lake, asked).await?;
    let zone = app.settings().zone.clone();
    // without a day everything is shown, also what is dated after the last day that counts
    let today = app.today();
    let counted = match asked.as_of {
        Some(day) => day,
        None => lake.last_day(today)?.unwrap_or(today),
    };
    let day = asked.as_of.unwrap_or(Day(i32::MAX));
    let known = asked.as_of.map_or(Instant::MAX, |as_of| Moment { as_of, known: asked.known }.known_as_of(&zone));
    let facts = tokio::task::spawn_blocking(move || lake.facts(person.key, known));
    let (facts, comments, notes) = tokio::join!(facts, store::comment::of(&app.store, person.key), store::note::of(&app.store, person.key));
    let (facts, notes) = (facts??, notes?);
    let said: BTreeMap<(Instant, String), String> = comments?.into_iter().map(|c| ((c.at, c.question), c.body)).collect();
    let definitions = defined::current(app).await?;
    let eyes = Eyes { sight, walls: Walls::now(app, sight).await? };
    let mut all = events(&facts.until(day, known), &said, &definitions, &zone, &eyes);
    all.extend(notes.into_iter().map(|n| eyes.see(note(n, &zone))));
    // RFC 3339 of one zone sorts as time does
    all.sort_by(|a, b| b.at.cmp(&a.at).then(a.kind.cmp(&b.kind)));
    // a profile's detail learnt after the day is no event of it
    all.retain(|e| e.day <= day && (kinds.is_empty() || kinds.contains(&e.kind)));
    // what is learnt of a profile counts from the day it holds
    all.iter_mut().for_each(|e| e.later = !matches!(e.kind, EventKind::Attribute | EventKind::Note) && e.day > counted);
    let from = left.map_or(0, |left| all.len().saturating_sub(left));
    let next = from.saturating_add(limit);
    let next_cursor = (next < all.len()).then(|| (all.len() - next).to_string());
    Ok(Timeline { items: all.into_iter().skip(from).take(limit).collect(), next_cursor })
}

/// Who looks, and what they may not see.
struct Eyes {
    sight: Sight,
    walls: Walls,
}

impl Eyes {
    /// Something that happened, as they may see it.
    fn see(&self, e: Event) -> Event {
        sight::event(self.sight, &self.walls, None, &Label::default(), e)
    }
}

/// Everything, latest first.
fn events(facts: &Facts, said: &BTreeMap<(Instant, String), String>, definitions: &Definitions, zone: &Zone, eyes: &Eyes) -> Vec<Event> {
    let history = History::as_of(facts, Day(i32::MAX), Instant::MAX);
    let every = |fact: FactKind| history.counted(&Aggregate { fact, measure: Measure::Count, filter: Vec::new(), window: Window::All });
    let mut all: Vec<(Instant, Event)> = Vec::new();
    for (fact, order) in every(FactKind::AllOrders).into_iter().zip(history.orders()) {
        all.push((fact.at, eyes.see(event(&fact, EventKind::Order, Some(order.net()), order_detail(order)))));
    }
    for (fact, refund) in every(FactKind::Refunds).into_iter().zip(history.refunds()) {
        let detail = [("order_id", json!(refund.fact.order_id)), ("reason", json!(refund.fact.reason)), ("linked", json!(refund.linked))];
        all.push((fact.at, eyes.see(event(&fact, EventKind::Refund, Some(refund.fact.amount), known(detail)))));
    }
    for (fact, i) in every(FactKind::Interactions).into_iter().zip(history.interactions()) {
        let detail = [("kind", json!(i.kind)), ("channel", json!(i.channel))];
        all.push((fact.at, eyes.see(event(&fact, EventKind::Interaction, None, known(detail)))));
    }
    for (fact, a) in every(FactKind::Answers).into_iter().zip(history.answers()) {
        let words = said.get(&(a.at, a.question.clone()));
        let detail = [("question", json!(a.question)), ("score", json!(a.score)), ("channel", json!(a.channel)), ("comment", json!(words))];
        all.push((fact.at, eyes.see(event(&fact, EventKind::Answer, None, known(detail)))));
    }
    all.extend(facts.attributes.iter().map(|a| (a.recorded_at, attribute(a, definitions, zone, eyes))));
    all.sort_by_key(|(at, e)| (std::cmp::Reverse(*at), e.kind));
    all.into_iter().map(|(_, e)| e).collect()
}

fn event(fact: &FactRef, kind: EventKind, amount: Option<i64>, detail: BTreeMap<String, serde_json::Value>) -> Event {
    Event { at: fact.at.rfc3339(), day: fact.day, kind, title: fact.title.clone(), amount, later: false, undated: false, detail }
}

/// A note, its first line for a title.
fn note(n: store::note::Note, zone: &Zone) -> Event {
    let first = n.body.lines().next().unwrap_or_default();
    let title: String = first.chars().take(120).collect();
    let edited = n.edited_at.map(|at| at.rfc3339());
    let detail = [("id", json!(n.id)), ("author", json!(n.author)), ("author_name", json!(n.author_name)), ("edited_at", json!(edited)), ("body", json!(n.body))];
    let day = zone.day(n.created_at);
    Event { at: n.created_at.rfc3339(), day, kind: EventKind::Note, title: Label::same(title), amount: None, later: false, undated: false, detail: known(detail) }
}

/// Only what is known.
fn known<const N: usize>(pairs: [(&str, serde_json::Value); N]) -> BTreeMap<String, serde_json::Value> {
    pairs.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_owned(), v)).collect()
}

fn order_detail(o: &Order<'_>) -> BTreeMap<String, serde_json::Value> {
    let line = |l: &&domain::fact::LineFact| {
        let pairs = [
            ("product", json!(l.product)),
            ("category", json!(l.category)),
            ("brand", json!(l.brand)),
            ("quantity", json!(l.quantity)),
            ("paid", json!(l.paid)),
        ];
        known(pairs)
    };
    let lines: Vec<_> = o.lines.iter().map(line).collect();
    known([
        ("order_id", json!(o.id)),
        ("gross", json!(o.gross)),
        ("refunded", json!(o.refunded)),
        ("valid", json!(o.valid())),
        ("cancelled", json!(o.cancelled)),
        ("discount", json!(o.discount)),
        ("quantity", json!(o.quantity)),
        ("channel", json!(o.channel)),
        ("store", json!(o.store)),
        ("payment", json!(o.payment)),
        ("coupon", json!(o.coupon)),
        ("lines", if lines.is_empty() { serde_json::Value::Null } else { json!(lines) }),
    ])
}

/// What an attribute is called, and the feature that is it, or is made of it first of all and called like it.
pub(crate) fn attribute_name(definitions: &Definitions, attribute: &str) -> (Label, String) {
    if attribute == profiling::ATTRIBUTE {
        return (Label::new("不愿被分析", "Does not want to be profiled"), attribute.to_owned());
    }
    let raw = format!("attribute.{attribute}");
    let all = || definitions.features().iter();
    let feature = all()
        .find(|f| matches!(&f.definition, Definition::Attribute { key } if key == attribute))
        .or_else(|| all().find(|f| f.key == attribute))
        .or_else(|| all().find(|f| matches!(&f.definition, Definition::Derived { of, .. } if of.first() == Some(&raw))));
    let name = feature.map_or_else(|| Label::same(attribute.trim_start_matches("custom.")), |f| f.label.clone());
    (name, feature.map_or(attribute, |f| f.key.as_str()).to_owned())
}

/// "City: Shanghai", with the name the feature of this attribute has.
fn attribute(a: &AttributeFact, definitions: &Definitions, zone: &Zone, eyes: &Eyes) -> Event {
    let (name, key) = attribute_name(definitions, &a.key);
    let key = key.as_str();
    let said = Said::of(a);
    let shown = |lang| match &a.value {
        _ if said.is_some() => said.as_ref().map_or_else(String::new, |s| format!("{}{}{}", lang_pick(lang, if s.refuses { "是" } else { "不再" }, if s.refuses { "yes" } else { "no longer" }), lang_pick(lang, "，", ", "), s.how.label().get(lang))),
        Value::Null => lang_pick(lang, "（已撤回）", "(taken back)"),
        value => rule::render_value(value, Some(key), lang, definitions.names()),
    };
    let title = Label::new(format!("{}：{}", name.zh, shown(Lang::Zh)), format!("{}: {}", name.en, shown(Lang::En)));
    let day = zone.day(a.recorded_at);
    let undated = day <= ALWAYS;
    let detail = known([("key", json!(a.key)), ("value", json!(said.as_ref().map_or_else(|| a.value.clone(), |s| Value::Bool(s.refuses)))), ("holds_from", json!((a.day > ALWAYS).then_some(a.day)))]);
    let told = Event { at: a.recorded_at.rfc3339(), day, kind: EventKind::Attribute, title, amount: None, later: false, undated, detail };
    sight::event(eyes.sight, &eyes.walls, Some(key), &name, told)
}

fn lang_pick(lang: Lang, zh: &str, en: &str) -> String {
    lang.pick(zh, en).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_words_by_comma() {
        assert_eq!(EventKind::parse_list("order, refund").ok(), Some(vec![EventKind::Order, EventKind::Refund]));
        assert_eq!(EventKind::parse_list("").ok(), Some(Vec::new()));
        assert!(EventKind::parse_list("order,gossip").is_err());
    }
}
