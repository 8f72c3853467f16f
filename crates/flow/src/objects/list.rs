//! The records of an object as a list: filtered, searched, sorted by any field, page by page; and those of one customer.

use super::{Known, known, records::{self, Filled, RecordView}};
use crate::{Error, Result, analysis::profile::person, app::App, sight::{self, Sight}};
use domain::{
    Label, Value,
    field::{BETWEEN, Kind, Written},
    object::Field,
};
use serde_json::json;
use std::{cmp::Ordering, collections::{BTreeMap, BTreeSet}};
use store::object as stored;

/// Records read at a time.
const CHUNK: u32 = 5_000;
/// Records named one by one.
const PICKED: usize = 5_000;
/// Records of one customer that their page shows.
const OF_CUSTOMER: u32 = 500;

/// What is listed.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// part of a text
    pub q: Option<String>,
    /// `cus_…`
    pub customer: Option<String>,
    /// by field key: a text, an option, `true`, a day or number, or a range `from..to`
    pub filters: BTreeMap<String, String>,
    /// a field, `number` or `day`; `-` before it for descending; absent: the newest first
    pub sort: Option<String>,
    /// of those only these, by id
    pub only: Option<Vec<String>>,
    /// and not these
    pub except: Vec<String>,
}

/// Every record of an object, the newest first.
pub(crate) async fn everything(app: &App, k: &Known) -> Result<Vec<Filled>> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = stored::page(&app.store, &k.row.id, before, CHUNK).await?;
        let full = page.len() == CHUNK as usize;
        before = page.last().map(|r| r.seq);
        for row in page {
            all.push(k.read(row)?);
        }
        if !full {
            return Ok(all);
        }
    }
}

pub(super) fn unknown(name: &str) -> Error {
    Error::Invalid {
        code: "record.filter",
        message: Label::new(format!("没有字段 {name}，或它不能这样筛选"), format!("there is no field {name}, or it cannot be filtered so")),
        params: json!({ "name": name }),
    }
}

/// Does a value lie in what a filter says?
enum Test {
    Has(String),
    Is(Value),
    Between(Option<f64>, Option<f64>),
    Option(String),
}

impl Test {
    fn of(app: &App, f: &Field, text: &str) -> Result<Test> {
        let text = text.trim();
        let bad = || unknown(&f.key);
        let point = |t: &str| -> Result<Option<f64>> {
            let t = t.trim();
            if t.is_empty() {
                return Ok(None);
            }
            let value = domain::field::read(f.kind, &[], &Written::Text(t.to_owned()), app.settings().currency).map_err(|_| bad())?;
            value.as_f64().map(Some).ok_or_else(bad)
        };
        Ok(match f.kind {
            Kind::Text | Kind::LongText => Test::Has(text.to_lowercase()),
            Kind::Choice | Kind::Choices => Test::Option(text.to_owned()),
            Kind::Customer => Test::Is(Value::Text(text.to_owned())),
            Kind::Bool => Test::Is(Value::Bool(text.parse().map_err(|_| bad())?)),
            Kind::Number | Kind::Money | Kind::Day => match text.split_once("..") {
                Some((a, b)) => Test::Between(point(a)?, point(b)?),
                None => {
                    let at = point(text)?;
                    Test::Between(at, at)
                }
            },
        })
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else { return false };
        match self {
            Test::Has(part) => value.as_text().is_some_and(|t| t.to_lowercase().contains(part)),
            Test::Is(wanted) => value == wanted,
            Test::Option(key) => value.as_text().is_some_and(|t| t.split(BETWEEN).any(|o| o == key)),
            Test::Between(from, to) => value.as_f64().is_some_and(|x| from.is_none_or(|a| a <= x) && to.is_none_or(|b| x <= b)),
        }
    }
}

/// Does a filter of a list fit a field?
pub(crate) fn filters(app: &App, f: &Field, text: &str) -> bool {
    Test::of(app, f, text).is_ok()
}

/// Records of an object that fit, in order; for whoever sees no details nothing is asked by what is hidden.
pub(crate) async fn found(app: &App, sight: Sight, k: &Known, listing: &Listing) -> Result<Vec<Filled>> {
    let asked = |f: &Field| -> Result<()> {
        if sight.is_masked() && records::veiled(f) { Err(sight::masked(&f.key)) } else { Ok(()) }
    };
    let mut tests = Vec::new();
    for (key, text) in &listing.filters {
        let f = k.form.field(key).ok_or_else(|| unknown(key))?;
        asked(f)?;
        tests.push((f, Test::of(app, f, text)?));
    }
    let whose = match listing.customer.as_deref().filter(|c| !c.is_empty()) {
        Some(id) => Some(store::merge::group(&app.store, person(app, id).await?.key).await?),
        None => None,
    };
    let q = listing.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(str::to_lowercase);
    if let (Some(q), true) = (&q, sight.is_masked()) {
        sight::Walls::now(app, sight).await?.ask_search(q)?;
    }
    if listing.only.iter().chain([&listing.except]).any(|ids| ids.len() > PICKED) {
        return Err(Error::invalid("change.many", format!("逐条点名最多 {PICKED} 条，更多请按筛选选择全部"), format!("at most {PICKED} records are named one by one; select all matching instead")));
    }
    let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<String>>();
    let (only, except) = (listing.only.as_deref().map(set), set(&listing.except));
    let mut all = everything(app, k).await?;
    let shown = |r: &Filled, f: &Field| r.values.get(&f.key).and_then(|v| records::seen(sight, f, v));
    all.retain(|r| {
        let there = whose.as_ref().is_none_or(|keys| r.row.customer.is_some_and(|c| keys.contains(&c)));
        let fits = tests.iter().all(|(f, t)| t.holds(shown(r, f).as_ref()));
        let says = q.as_ref().is_none_or(|q| k.form.fields().any(|f| f.kind != Kind::Customer && shown(r, f).and_then(|v| v.as_text().map(|t| t.to_lowercase().contains(q))).unwrap_or(false)));
        let picked = only.as_ref().is_none_or(|ids| ids.contains(&r.row.id)) && !except.contains(&r.row.id);
        picked && there && fits && says
    });
    let Some(sort) = listing.sort.as_deref().filter(|s| !s.is_empty()) else { return Ok(all) };
    let (key, down) = sort.strip_prefix('-').map_or((sort, false), |key| (key, true));
    let field = k.form.field(key);
    match (field, key) {
        (Some(f), _) => asked(f)?,
        (None, "number") => {}
        (None, _) => return Err(unknown(key)),
    }
    let rank = |r: &Filled| field.map_or(Some(Value::Int(r.row.seq)), |f| shown(r, f));
    // what is empty stands last, whichever way; of equal ones the newest first
    all.sort_by(|a, b| match (rank(a), rank(b)) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(a), Some(b)) => {
            let up = compared(&a, &b);
            if down { up.reverse() } else { up }
        }
    });
    Ok(all)
}

fn compared(a: &Value, b: &Value) -> Ordering {
    match (a.as_text(), b.as_text()) {
        (Some(a), Some(b)) => a.cmp(b),
        _ => a.as_f64().unwrap_or(f64::NEG_INFINITY).total_cmp(&b.as_f64().unwrap_or(f64::NEG_INFINITY)),
    }
}

/// A page: its records, how many there are of all, and the id of its last where there are more.
pub struct Page {
    /// the page
    pub items: Vec<RecordView>,
    /// all of them
    pub total: u64,
    /// the last of this page, if more follow
    pub next: Option<String>,
}

/// A page of the list, after the record `after`; `None` where that is not in the list (any more).
///
/// # Errors
/// `object.not_found`, `record.filter`, `customer.not_found`, `access.masked`; when the store refuses.
pub async fn page(app: &App, sight: Sight, object: &str, listing: &Listing, after: Option<&str>, limit: usize) -> Result<Option<Page>> {
    let k = known(app, object).await?;
    let all = found(app, sight, &k, listing).await?;
    let from = match after {
        None => 0,
        Some(id) => match all.iter().position(|r| r.row.id == id) {
            Some(at) => at + 1,
            None => return Ok(None),
        },
    };
    let total = all.len();
    let rows: Vec<Filled> = all.into_iter().skip(from).take(limit).collect();
    let next = rows.last().filter(|_| total > from + rows.len()).map(|r| r.row.id.clone());
    Ok(Some(Page { items: records::views(app, sight, &k, rows).await?, total: total as u64, next }))
}

/// The records of a customer, of every object, the last changed first.
///
/// # Errors
/// `customer.not_found`; when the store refuses.
pub async fn of_customer(app: &App, sight: Sight, customer: &str) -> Result<Vec<RecordView>> {
    let who = person(app, customer).await?;
    let rows = stored::of_customer(&app.store, &app.settings().id, who.key, OF_CUSTOMER).await?;
    let mut objects: BTreeMap<String, Known> = BTreeMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        if !objects.contains_key(&row.object) {
            objects.insert(row.object.clone(), known(app, &row.object).await?);
        }
        if let Some(k) = objects.get(&row.object) {
            all.extend(records::views(app, sight, k, vec![k.read(row)?]).await?);
        }
    }
    Ok(all)
}
