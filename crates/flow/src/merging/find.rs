//! Looks for customers who may be one, persons among persons and organisations among organisations, by the kernel of
//! `models::linkage`. What people decided stays decided until what was compared changes; the rest is proposed anew.

use super::rows::{self, Column, Filling};
use crate::{
    Result,
    app::App,
    jobs::{Beat, Effect, Kind as Job},
};
use domain::{CustomerKey, audit::Actor, identity::IdentifierKind, merge::Aliases};
use models::linkage::{self, Evidence, Field, Kind, Level, People, Scorer};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use store::{
    duplicate::{self, Duplicate, State},
    job::{self, NewJob},
};

/// Pairs are proposed from this probability on.
pub const HOPEFUL: f64 = 0.5;
/// At most so many, the most probable.
pub const MOST: usize = 20_000;
/// So many customers are compared in moments.
const FEW: u32 = 100_000;
/// This lately: six hours.
const LATELY: i64 = 6 * 3_600_000_000;
/// Own columns that are compared at most.
const OWN: usize = 8;
/// Probabilities are kept in billionths.
pub const WHOLE: f64 = 1e9;

/// What one field says of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// `name`, `phone`, `email`, `attribute.<key>`; `household` for what people who live together share anyway
    pub field: String,
    /// how far the two agree
    pub level: Level,
    /// log-odds in bits; positive speaks for one customer
    pub bits: f64,
}

/// Has the search for duplicates begin; where one is under way, another follows it, which sees what came in between. Answers the job,
/// if it is a new one.
///
/// # Errors
/// When the store refuses.
pub async fn ask(app: &App, actor: &Actor) -> Result<Option<String>> {
    let mut job = NewJob::new(app.new_id("job"), Job::Duplicates.key(), serde_json::json!({}), app.clock.now()).by(&app.settings().id, actor);
    job.unique_key = Some(Job::Duplicates.key().to_owned());
    job.priority = Job::Duplicates.priority();
    job.max_attempts = Job::Duplicates.attempts();
    let new = job::enqueue_behind(&app.store, &job, app.clock.now()).await?;
    if new {
        app.jobs.pulse();
    }
    Ok(new.then_some(job.id))
}

/// After an import its customers are compared with the others: at once where that takes moments, otherwise unless it was done lately;
/// the night does the rest.
///
/// # Errors
/// When the store refuses.
pub async fn after(app: &App, payload: &serde_json::Value) -> Result<()> {
    if !payload.get("after").and_then(|a| a.as_str()).is_some_and(|id| id.starts_with("imp_")) {
        return Ok(());
    }
    soon(app).await
}

/// Has the search for duplicates begin where that takes moments, or was not done lately.
///
/// # Errors
/// When the store refuses.
pub async fn soon(app: &App) -> Result<()> {
    let now = app.clock.now();
    if store::customer::counter(&app.store).await? > FEW {
        let filter = job::Filter { actor: None, state: Some(job::State::Done), name: Some(Job::Duplicates.key().to_owned()) };
        let last = job::page(&app.store, &app.settings().id, &filter, None, 1).await?;
        if last.first().and_then(|j| j.finished_at).is_some_and(|at| now.0 - at.0 < LATELY) {
            return Ok(());
        }
    }
    ask(app, &Actor::program("server")).await.map(drop)
}

/// Everybody to be compared, and what is known of them.
struct Base {
    keys: Vec<CustomerKey>,
    organisation: Vec<bool>,
    columns: Vec<Column>,
}

/// Looks, and writes down what was found.
///
/// # Errors
/// When the store or the lake refuses, or it was asked to stop.
pub async fn run(app: &Arc<App>, beat: &Arc<Beat>) -> Result<Effect> {
    let workspace = app.settings().id.clone();
    let base = Arc::new(gather(app).await?);
    let rows = base.keys.len() as u64;
    beat.tell(rows / 4, rows)?;
    let decided: HashMap<(CustomerKey, CustomerKey), i64> =
        duplicate::decided(&app.store, &workspace).await?.into_iter().filter(|d| d.2 != State::Merged).map(|(a, b, _, content)| ((a, b), content)).collect();
    let (compared, told) = (Arc::clone(&base), Arc::clone(beat));
    let found = tokio::task::spawn_blocking(move || -> Result<Vec<Pair>> {
        // one core, and behind whoever asks something meanwhile
        let pool = lake::pool(1, "duplicates").ok_or_else(|| crate::Error::Internal("no thread is left".to_owned()))?;
        let mut found = pool.install(|| pairs(&compared, true));
        told.tell(rows / 2, rows)?;
        found.extend(pool.install(|| pairs(&compared, false)));
        Ok(found)
    })
    .await??;
    beat.tell(rows, rows)?;
    let all = found.len();
    let named: Vec<(CustomerKey, CustomerKey, i64)> =
        found.iter().filter(|p| decided.get(&(p.a, p.b)) == Some(&0)).map(|p| (p.a, p.b, p.content)).collect();
    let open = undecided(app, found, &decided);
    let (pairs, cut) = (open.len(), all > MOST);
    let mut tx = app.store.begin().await?;
    for (a, b, content) in named {
        duplicate::adopt(&mut tx, &workspace, a, b, content).await?;
    }
    duplicate::replace(&mut tx, &workspace, open).await?;
    tx.commit().await?;
    let result = serde_json::json!({ "customers": rows, "found": all, "open": pairs, "cut": cut });
    Ok(Effect { result: Some(result), ..Effect::default() })
}

/// Reads everybody who stands for themselves.
async fn gather(app: &Arc<App>) -> Result<Base> {
    let lake = app.runs.lake(app).await?;
    let aliases = app.runs.aliases(app).await?;
    let (mut keys, mut organisation) = (Vec::new(), Vec::new());
    let mut said: Vec<Option<Box<str>>> = Vec::new();
    store::customer::each(&app.store, |c| {
        if c.root.is_none() {
            keys.push(c.key);
            organisation.push(c.organisation);
            said.push(c.name.map(String::into_boxed_str));
        }
    })
    .await?;
    let mut names = Filling::new("name", Kind::FullName, keys.len());
    said.into_iter().enumerate().for_each(|(row, name)| names.first(row, name.as_deref().unwrap_or_default()));
    let (mut phones, mut emails) = (Filling::new("phone", Kind::Phone, keys.len()), Filling::new("email", Kind::Email, keys.len()));
    store::customer::each_identifier(&app.store, |kind, value, key| {
        let column = match kind {
            IdentifierKind::Phone => &mut phones,
            IdentifierKind::Email => &mut emails,
            IdentifierKind::External | IdentifierKind::Member | IdentifierKind::Unionid => return,
        };
        if let Some(row) = row_of(&keys, &aliases, key) {
            column.first(row, &value);
        }
    })
    .await?;
    tokio::task::spawn_blocking(move || {
        let mut own: BTreeMap<String, Filling> = BTreeMap::new();
        lake.each_attribute(|customer, at, attribute, value, _| {
            let Some(row) = row_of(&keys, &aliases, customer) else { return };
            if !own.contains_key(attribute) {
                match rows::kind(attribute).filter(|_| own.len() < OWN + 5) {
                    Some(kind) => own.insert(attribute.to_owned(), Filling::new(format!("attribute.{attribute}"), kind, keys.len())),
                    None => return,
                };
            }
            if let Some(column) = own.get_mut(attribute) {
                column.latest(row, &rows::text(&value), at);
            }
        })?;
        let mut columns = vec![names.done(), phones.done(), emails.done()];
        columns.extend(own.into_values().map(Filling::done));
        Ok(Base { keys, organisation, columns })
    })
    .await?
}

/// The row of a customer, or of whoever stands for them.
fn row_of(keys: &[CustomerKey], aliases: &Aliases, key: CustomerKey) -> Option<usize> {
    keys.binary_search(&aliases.root(key)).ok()
}

/// A pair that was found.
struct Pair {
    a: CustomerKey,
    b: CustomerKey,
    organisation: bool,
    probability: f64,
    reasons: Vec<Reason>,
    content: i64,
    cluster: CustomerKey,
}

/// The most probable pairs of one kind of customers.
fn pairs(base: &Base, organisation: bool) -> Vec<Pair> {
    let rows: Vec<u32> = (0..base.keys.len() as u32).filter(|r| base.organisation.get(*r as usize) == Some(&organisation)).collect();
    let said = |c: &Column| rows.iter().any(|r| !c.text(*r as usize).is_empty());
    // a city says its province and country: told three times it would count three times
    let wider = |name: &str| name == "attribute.province" || name == "attribute.country";
    let cities = base.columns.iter().any(|c| c.name == "attribute.city" && said(c));
    let columns: Vec<(&Column, Kind)> = base
        .columns
        .iter()
        .filter(|c| said(c) && !(wider(&c.name) && cities))
        .map(|c| (c, if c.name == "name" && organisation { Kind::Company } else { c.kind }))
        .collect();
    if rows.len() < 2 || columns.is_empty() {
        return Vec::new();
    }
    let fields: Vec<Field<'_>> = columns.iter().map(|(c, kind)| Field { name: &c.name, kind: *kind, values: c.pick(&rows) }).collect();
    let table = linkage::Table::new(&fields);
    drop(fields);
    let mut links = linkage::link(&table, HOPEFUL, 0);
    let scorer = links.model.scorer(&table, &links.rates);
    links.pairs.retain(|p| convincing(&scorer.explain(p.a as usize, p.b as usize).fields, organisation));
    links.pairs.sort_by(|x, y| y.probability.total_cmp(&x.probability).then((x.a, x.b).cmp(&(y.a, y.b))));
    links.pairs.truncate(MOST);
    let mut people = People::new(rows.len());
    links.pairs.iter().for_each(|p| people.join(p.a, p.b));
    let whose = people.of_rows();
    let key = |row: u32| rows.get(row as usize).and_then(|r| base.keys.get(*r as usize)).copied().unwrap_or(CustomerKey(u32::MAX));
    let made = |p: &linkage::Pair| {
        let place = |row: u32| rows.get(row as usize).copied().unwrap_or_default() as usize;
        Pair {
            a: key(p.a),
            b: key(p.b),
            organisation,
            probability: p.probability,
            reasons: reasons(&scorer, p),
            content: content(&columns, place(p.a), place(p.b)),
            cluster: key(whose.get(p.a as usize).copied().unwrap_or(p.a)),
        }
    };
    links.pairs.iter().map(made).collect()
}

/// Does anything say who somebody is? A base in which nobody is twice teaches the model nothing of what one customer's rows look like,
/// and it may take a shared city for it. So a company is proposed for its name, and a person for two of name, phone, e-mail, birthday,
/// address and number of an identity card, whatever the probability.
fn convincing(fields: &[Evidence], organisation: bool) -> bool {
    let agrees = |e: &&Evidence| match e.kind {
        Kind::FullName | Kind::Company | Kind::Address => matches!(e.level, Level::Exact | Level::Close | Level::Similar | Level::Swapped | Level::SwappedClose),
        Kind::Email => matches!(e.level, Level::Exact | Level::Close | Level::Part),
        Kind::Phone | Kind::Date | Kind::Identity => matches!(e.level, Level::Exact | Level::Close),
        _ => false,
    };
    if organisation { fields.iter().filter(agrees).any(|e| e.kind == Kind::Company) } else { fields.iter().filter(agrees).count() >= 2 }
}

fn reasons(scorer: &Scorer<'_>, p: &linkage::Pair) -> Vec<Reason> {
    let told = scorer.explain(p.a as usize, p.b as usize);
    let round = |bits: f64| (bits * 100.0).round() / 100.0;
    let mut all: Vec<Reason> = told.fields.into_iter().map(|f| Reason { field: f.name, level: f.level, bits: round(f.bits) }).collect();
    if told.household_bits < -0.05 {
        all.push(Reason { field: "household".to_owned(), level: Level::Missing, bits: round(told.household_bits) });
    }
    all
}

/// A hash of everything that was compared of two rows.
fn content(columns: &[(&Column, Kind)], a: usize, b: usize) -> i64 {
    let mut text = String::new();
    for (column, _) in columns {
        for part in [&column.name, column.text(a), column.text(b)] {
            text.push_str(part);
            text.push('\u{1f}');
        }
    }
    domain::id::key64(&text) as i64
}

/// Those nobody decided, and those of whom what decided has changed.
fn undecided(app: &App, mut found: Vec<Pair>, decided: &HashMap<(CustomerKey, CustomerKey), i64>) -> Vec<Duplicate> {
    let now = app.clock.now();
    found.retain(|p| decided.get(&(p.a, p.b)).is_none_or(|content| *content != p.content && *content != 0));
    found.sort_by(|x, y| y.probability.total_cmp(&x.probability).then((x.a, x.b).cmp(&(y.a, y.b))));
    found.truncate(MOST);
    let made = |p: Pair| Duplicate {
        id: app.new_id("dup"),
        a: p.a,
        b: p.b,
        organisation: p.organisation,
        chance: (p.probability * WHOLE).round() as i64,
        state: State::Open,
        reasons: serde_json::to_value(&p.reasons).unwrap_or_default(),
        content: p.content,
        cluster: p.cluster,
        found_at: now,
        decided_at: None,
        decided_by: None,
    };
    found.into_iter().map(made).collect()
}
