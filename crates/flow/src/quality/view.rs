//! The answer: every finding as whoever asks may see it, the score, and how both stood on nights before.

use super::{Base, findings::{Found, Level, score}, kinds::{KINDS, Kind, Unit, kind}};
use crate::{Error, Result, analysis::{Asked, Picture, marks}, app::App, schema, sight::{self, Sight, Walls}};
use domain::{CustomerKey, Day, Label};
use lake::Bits;
use serde::{Deserialize, Serialize};
use std::{collections::{BTreeMap, BTreeSet, HashMap}, sync::Arc, time::Duration};
use store::{customer::Customer, duplicate::{self, State, Wanted}, quality::{Brought, Noted}};
use utoipa::ToSchema;

/// How good the data of the whole base is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DataQuality {
    /// a first look is still under way: ask again in a moment
    pub ready: bool,
    /// something changed since this look, and a newer one is under way
    pub stale: bool,
    /// the last business day with data
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Day>,
    /// today
    #[schema(value_type = String, format = Date)]
    pub today: Day,
    /// when the base was looked at, RFC 3339
    pub looked_at: Option<String>,
    /// customers looked at
    pub customers: u64,
    /// orders that count
    pub orders: u64,
    /// 100 less the points of all findings whoever asks may see; 100 only if nothing costs any
    pub score: Option<u8>,
    /// the score of nights before, oldest first
    pub history: Vec<QualityDay>,
    /// the last import came in then, RFC 3339
    pub last_import: Option<String>,
    /// every finding there may be, also those nothing was found of
    pub findings: Vec<FindingView>,
}

/// The score of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityDay {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// the score
    pub score: u8,
}

/// A finding as it was on a night before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityBefore {
    /// the night's day
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// how many had it
    pub count: u64,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// stable code; of a field that is missing `missing.<feature>`
    pub code: String,
    /// `completeness`, `validity`, `consistency`, `duplicates`, `freshness`, `definitions` or `imports`
    pub group: String,
    /// how bad it is
    pub level: Level,
    /// what was found
    #[schema(value_type = schema::Label)]
    pub text: Label,
    /// the field that is missing, where it is one
    #[schema(value_type = Option<schema::Label>)]
    pub field: Option<Label>,
    /// what it does to results
    #[schema(value_type = schema::Label)]
    pub effect: Label,
    /// how it is mended
    #[schema(value_type = schema::Label)]
    pub mend: Label,
    /// what is counted: `customers`, `orders`, `facts`, `rows`, `pairs`, `days`, `classifications` or `segments`
    pub unit: String,
    /// how many have it; absent where whoever asks may not see it
    pub count: Option<u64>,
    /// of so many
    pub of: u64,
    /// `count` ÷ `of`
    pub share: f64,
    /// points lost of the hundred: `weight` × `share`
    pub points: f64,
    /// points lost at a share of 1
    pub weight: f64,
    /// how many had it a month ago, or on the first night there is
    pub before: Option<QualityBefore>,
    /// customers it touches, where there are any
    pub customers: Option<u64>,
    /// what exactly: days, classes, segments
    #[schema(value_type = Vec<schema::Label>)]
    pub detail: Vec<Label>,
    /// where it is looked into in the app; absent where nothing was found
    pub link: Option<String>,
    /// the first few customers it touches
    pub examples: Vec<FindingExample>,
    /// it shows details of people that whoever asks may not see
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
}

/// A customer with a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingExample {
    /// `cus_…`
    pub id: String,
    /// display name
    pub name: Option<String>,
}

/// How long whoever asks waits for a look that is under way.
const PATIENCE: Duration = Duration::from_secs(3);
/// Customers shown with a finding.
const EXAMPLES: usize = 3;
/// Days and names shown with a finding.
const DETAILS: usize = 12;
/// So far back the history goes, and how far back "before" is.
const HISTORY: i32 = 90;
const BEFORE: i32 = 28;
/// Days noted are kept so long.
const KEPT: i32 = 800;

/// How good the data is.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn show(app: &Arc<App>, sight: Sight) -> Result<DataQuality> {
    let known = app.quality.known(app).await?;
    let (base, stale) = match known {
        Some((base, true)) => (Some(base), false),
        // somebody looks already, and this is what was
        Some((base, false)) if app.quality.is_busy() => (Some(base), true),
        before => {
            let behind = Arc::clone(app);
            let looking = tokio::spawn(async move { behind.quality.now(&behind).await });
            match tokio::time::timeout(PATIENCE, looking).await {
                Ok(done) => (Some(done??), false),
                Err(_) => (before.map(|(base, _)| base), true),
            }
        }
    };
    let today = app.today();
    let Some(base) = base else {
        let (findings, history) = (Vec::new(), Vec::new());
        return Ok(DataQuality { ready: false, stale: false, as_of: None, today, looked_at: None, customers: 0, orders: 0, score: None, history, last_import: None, findings });
    };
    let picture = app.runs.at(app, Asked::default()).await?;
    let walls = Walls::of(sight, &picture);
    let noted = store::quality::since(&app.store, &app.settings().id, today.plus(-HISTORY)).await?;
    let brought = store::quality::brought(&app.store).await?;
    let all = everything(app, &picture, &base, brought).await?;
    let named = all.iter().flat_map(|(code, kind, found)| first(found.who.as_ref().filter(|_| !hides(&walls, sight, code, kind)))).collect::<BTreeSet<_>>();
    let people = store::customer::by_keys(&app.store, &named.into_iter().collect::<Vec<_>>()).await?;
    let findings: Vec<FindingView> = all.iter().map(|(code, kind, found)| view(today, sight, &walls, &noted, &people, (code, kind, found))).collect();
    let score = (base.total > 0).then(|| score(findings.iter().map(|f| f.points)));
    Ok(DataQuality {
        ready: true,
        stale,
        as_of: Some(base.as_of),
        today,
        looked_at: Some(base.at.rfc3339()),
        customers: base.total,
        orders: base.orders,
        score,
        history: history(&walls, sight, &noted),
        last_import: brought.last.map(domain::clock::Instant::rfc3339),
        findings,
    })
}

/// May whoever asks not see what this finding tells?
fn hides(walls: &Walls, sight: Sight, code: &str, kind: &Kind) -> bool {
    let feature = code.strip_prefix("missing.").is_some_and(|feature| walls.hides(feature));
    sight.is_masked() && (kind.detail || feature)
}

/// Every finding, in the order it is told: what the look found, and what people change by a click, as it is now.
async fn everything(app: &App, picture: &Picture, base: &Base, brought: Brought) -> Result<Vec<(String, &'static Kind, Found)>> {
    let mut now: BTreeMap<&str, Found> = BTreeMap::new();
    let aside = store::quality::aside(&app.store).await?;
    let rows = |word: &str| aside.iter().filter(|(code, _)| code.contains(word)).map(|(_, n)| n).sum::<u64>();
    let of_rows = |count: u64| Found { count, of: brought.rows.max(count), ..Found::default() };
    now.insert("rejected", of_rows(brought.aside));
    now.insert("currency_mixed", of_rows(rows("currency")));
    now.insert("orders_without_customer", of_rows(rows("customer_missing")));
    let waiting = store::inbox::waiting(&app.store).await?.rows;
    now.insert("waiting", Found { count: waiting, of: waiting.max(1), ..Found::default() });
    let wanted = Wanted { state: State::Open, organisation: None, from: 0, below: i64::MAX };
    let pairs = duplicate::count(&app.store, &app.settings().id, wanted).await?;
    now.insert("duplicates", Found { count: pairs, of: base.total.max(pairs), ..Found::default() });
    now.insert("no_owner", Found { of: base.total, ..Found::of(marks::ownerless(app, picture).await?, base.total) });
    let mut all = Vec::new();
    for kind in KINDS {
        if let Some(found) = now.remove(kind.code) {
            all.push((kind.code.to_owned(), kind, found));
        }
        let begin = format!("{}.", kind.code);
        let of_kind = base.found.iter().filter(|(code, _)| **code == kind.code || code.starts_with(&begin));
        all.extend(of_kind.map(|(code, found)| (code.clone(), kind, found.clone())));
    }
    Ok(all)
}

fn view(today: Day, sight: Sight, walls: &Walls, noted: &[Noted], people: &HashMap<CustomerKey, Customer>, (code, kind, found): (&str, &Kind, &Found)) -> FindingView {
    let masked = hides(walls, sight, code, kind);
    let named: Vec<Label> = found.named.iter().filter(|(key, _)| !walls.hides(key)).map(|(_, label)| label.clone()).collect();
    let whole = named.len() == found.named.len();
    let count = if kind.unit == Unit::Classifications { named.len() as u64 } else { found.count };
    let found = &Found { count, ..found.clone() };
    let text = match &found.label {
        Some(field) => Label::new(format!("{}：{}", kind.text().zh, field.zh), format!("{}: {}", kind.text().en, field.en)),
        None => kind.text(),
    };
    let customers = found.who.as_ref().filter(|_| !masked && count > 0);
    let link = match kind.link {
        _ if masked || count == 0 => None,
        Some(link) => Some(link.to_owned()),
        None => Some(format!("/customers?finding={code}")),
    };
    let days = found.days.iter().rev().map(|d| Label::same(d.to_string()));
    // nights count what whoever asks may not see, too
    let before = noted.iter().find(|n| n.code == code && n.day > today.plus(-BEFORE - 7) && n.day < today).filter(|_| whole && !masked);
    FindingView {
        code: code.to_owned(),
        group: kind.group.to_owned(),
        level: if masked { Level::Ok } else { found.level(kind) },
        text,
        field: found.label.clone().or_else(|| kind.field()),
        effect: kind.effect(),
        mend: kind.mend(),
        unit: kind.unit.key().to_owned(),
        count: (!masked).then_some(count),
        of: found.of,
        share: if masked { 0.0 } else { found.share() },
        points: if masked { 0.0 } else { found.points(kind) },
        weight: kind.weight,
        before: before.map(|n| QualityBefore { day: n.day, count: n.found }),
        customers: customers.map(Bits::count),
        detail: if count == 0 { Vec::new() } else { days.chain(named).take(DETAILS).collect() },
        link,
        examples: first(customers).filter_map(|key| people.get(&key)).map(|c| FindingExample { id: c.id.clone(), name: c.name.clone().map(|n| sight::text(sight, n)) }).collect(),
        masked,
    }
}

/// The first few of them, who are shown.
fn first(who: Option<&Bits>) -> impl Iterator<Item = CustomerKey> {
    who.into_iter().flat_map(Bits::iter).take(EXAMPLES).map(|i| CustomerKey(i as u32))
}

/// The scores of nights, of what whoever asks may see.
fn history(walls: &Walls, sight: Sight, noted: &[Noted]) -> Vec<QualityDay> {
    let seen = |n: &&Noted| kind(&n.code).is_some_and(|k| !hides(walls, sight, &n.code, k));
    let of_day = noted.chunk_by(|a, b| a.day == b.day).filter_map(|day| Some((day.first()?.day, day)));
    of_day.map(|(day, all)| QualityDay { day, score: score(all.iter().filter(seen).map(|n| n.points as f64 / 1000.0)) }).collect()
}

/// Whom a finding touches, over the customers of a run.
///
/// # Errors
/// `finding.not_found`; `access.masked`; when the store or the lake refuses.
pub async fn members(app: &App, sight: Sight, picture: &Picture, code: &str) -> Result<Bits> {
    let missing = || Error::not_found("finding", code);
    let kind = kind(code).filter(|k| k.link.is_none()).ok_or_else(missing)?;
    if hides(&Walls::of(sight, picture), sight, code, kind) {
        return Err(sight::masked("finding"));
    }
    // whoever lists them came from the page: what it told is told again, if a newer look is not there
    let base = match app.quality.known(app).await? {
        Some((base, fresh)) if fresh || app.quality.is_busy() => base,
        _ => app.quality.now(app).await?,
    };
    let who = base.found.get(code).and_then(|f| f.who.as_ref()).ok_or_else(missing)?;
    Ok(Bits::of(who.iter().map(|i| CustomerKey(i as u32)), picture.everyone().len()))
}

/// Notes how good the data is tonight; answers the score.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn note(app: &App) -> Result<Option<u8>> {
    let base = app.quality.now(app).await?;
    if base.total == 0 {
        return Ok(None);
    }
    let picture = app.runs.at(app, Asked::default()).await?;
    let (workspace, today) = (app.settings().id.clone(), app.today());
    let all = everything(app, &picture, &base, store::quality::brought(&app.store).await?).await?;
    let mut tx = app.store.begin().await?;
    for (code, kind, found) in &all {
        let points = (found.points(kind) * 1000.0).round() as u64;
        store::quality::note(&mut tx, &workspace, &Noted { day: today, code: code.clone(), found: found.count, among: found.of, points }).await?;
    }
    store::quality::forget(&mut tx, &workspace, today.plus(-KEPT)).await?;
    tx.commit().await?;
    Ok(Some(score(all.iter().map(|(_, kind, found)| found.points(kind)))))
}
