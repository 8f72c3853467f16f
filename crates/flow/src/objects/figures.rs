//! Figures over records: own fields that records fill in. What the records of a customer come to is written into the lake as what people
//! write by hand is, day by day, so that everything that is computed reads it like any other fact, on past days, too. A job does it,
//! enqueued in the transaction of whatever changes records; it writes what differs and nothing else, so doing it twice is harmless.

use super::{list, records::{self, Filled}};
use crate::{
    Error, Result,
    analysis::defined,
    app::App,
    jobs::Kind,
    work::hand::{self, Rows},
};
use domain::{
    CustomerKey, Day, Value, Zone,
    audit::Actor,
    fact::AttributeFact,
    feature::{self, Feature},
    figure::{Figure, Said, Stat},
    object::Field,
};
use lake::Lake;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use store::{Tx, edit, job, object as stored};

/// Of so many customers each is looked up; of more everybody is.
const FEW: usize = 64;
/// Times it is tried when the lake moves meanwhile.
const TRIES: usize = 8;
/// What waits is done along, so many jobs of it.
const ALONG: u32 = 500;

/// Which figures are looked at again: of one object or of all, of these customers or of everybody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Scope {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customers: Option<Vec<u32>>,
}

impl Scope {
    fn reaches(&self, figure: &Figure) -> bool {
        self.object.as_ref().is_none_or(|object| *object == figure.object)
    }
}

/// A feature that records fill in.
struct Filling {
    feature: Feature,
    figure: Figure,
    attribute: String,
}

fn fillings(definitions: &defined::Definitions) -> Vec<Filling> {
    let filling = |f: &Feature| Some(Filling { figure: f.figure()?.clone(), attribute: f.own()?.to_owned(), feature: f.clone() });
    definitions.features().iter().filter_map(filling).collect()
}

fn refused(zh: &str, en: &str) -> Error {
    Error::invalid("feature.figure", zh, en)
}

/// Gives a feature that records fill in the kind, the options and the type that follow from what it reads.
///
/// # Errors
/// `feature.figure` when there is no such object or field, or the two do not go together; when the store refuses.
pub(crate) async fn settled(app: &App, f: &mut Feature) -> Result<()> {
    let Some(figure) = f.figure().cloned() else { return Ok(()) };
    let k = super::known(app, &figure.object).await.map_err(|_| refused("没有这种记录，请选一种", "there are no such records; choose a kind of record"))?;
    if k.form.whose().is_none() {
        return Err(refused("这种记录没有“客户”字段，不属于任何客户", "these records have no field of kind “customer”, so they are about nobody"));
    }
    let of = match &figure.field {
        None => None,
        Some(key) => Some(k.form.field(key).ok_or_else(|| refused("表单里没有这个字段", "the form has no such field"))?),
    };
    let kind = figure.kind(of.map(|f| f.kind)).ok_or_else(|| refused("这个统计方式不能用在这个字段上", "this cannot be reckoned of this field"))?;
    f.value = kind.value_type();
    if let Some(entry) = &mut f.entry {
        entry.kind = kind;
        entry.options = of.filter(|_| kind.chooses()).map(|f| f.options.clone()).unwrap_or_default();
        entry.personal |= figure.stat != Stat::Count && of.is_some_and(shows_details);
    }
    Ok(())
}

fn shows_details(f: &Field) -> bool {
    records::hides(f, &Value::Null)
}

/// The job that looks at the figures of an object anew, of everybody.
pub(crate) fn anew(app: &App, by: &Actor, object: &str) -> job::NewJob {
    next(app, by, &Scope { object: Some(object.to_owned()), customers: None })
}

fn next(app: &App, by: &Actor, scope: &Scope) -> job::NewJob {
    let mut job = job::NewJob::new(app.new_id("job"), Kind::Figures.key(), json!(scope), app.clock.now()).by(&app.settings().id, by);
    job.priority = Kind::Figures.priority();
    job.max_attempts = Kind::Figures.attempts();
    job
}

/// Has figures looked at again after records changed, or whom they are about: of an object or of all, of these customers. A part of the
/// transaction that changes them, which has its turn at the audit log.
///
/// # Errors
/// When the store refuses.
pub(crate) async fn after(app: &App, tx: &mut Tx, by: &Actor, object: Option<&str>, customers: Vec<CustomerKey>) -> Result<()> {
    let customers: BTreeSet<u32> = customers.into_iter().map(|c| c.0).collect();
    let few = (customers.len() <= FEW).then(|| customers.into_iter().collect());
    reach(app, tx, by, Scope { object: object.map(str::to_owned), customers: few }).await
}

/// As [`after`], where all records of an object went or came.
///
/// # Errors
/// When the store refuses.
pub(crate) async fn of_object(app: &App, tx: &mut Tx, by: &Actor, object: &str) -> Result<()> {
    reach(app, tx, by, Scope { object: Some(object.to_owned()), customers: None }).await
}

async fn reach(app: &App, tx: &mut Tx, by: &Actor, scope: Scope) -> Result<()> {
    let now = defined::current(app).await?;
    // whoever makes a figure at this moment has it reckoned maybe before this is true
    let same = store::definition::revision(&mut *tx).await? == now.revision();
    if !same || fillings(&now).iter().any(|f| scope.reaches(&f.figure)) {
        job::enqueue(tx, &next(app, by, &scope), app.clock.now()).await?;
    }
    Ok(())
}

/// Writes what figures come to now, where the lake says something else. Answers how many values it wrote.
///
/// # Errors
/// When the store, the lake or the disk refuses.
pub(crate) async fn run(app: &App, asked: &serde_json::Value) -> Result<u64> {
    let by = Actor::program("server");
    // whoever is writing records at this moment is waited for: what enqueued this is true before they are read
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    tx.rollback().await?;
    let mut scopes: Vec<Scope> = Vec::new();
    let waiting = job::waiting(&app.store, &app.settings().id, Kind::Figures.key(), ALONG).await?;
    for payload in std::iter::once(asked).chain(&waiting) {
        scopes.push(serde_json::from_value(payload.clone()).map_err(|e| Error::Internal(e.to_string()))?);
    }
    for _ in 0..TRIES {
        let (lake, _) = hand::now(app).await?;
        let base = lake.snapshot().id;
        let (lake, at) = (Arc::new(lake), app.clock.now());
        let (mut files, mut written) = (Vec::new(), 0);
        for filling in fillings(&*defined::current(app).await?) {
            let reached: Vec<&Scope> = scopes.iter().filter(|s| s.reaches(&filling.figure)).collect();
            if reached.is_empty() {
                continue;
            }
            let few = reached.iter().map(|s| s.customers.clone()).collect::<Option<Vec<_>>>();
            let few = few.map(|all| all.into_iter().flatten().map(|c| lake.aliases().root(CustomerKey(c))).collect::<BTreeSet<_>>());
            let few = few.filter(|all| all.len() <= FEW);
            let rows = differing(app, &lake, &filling, few).await?;
            if rows.is_empty() {
                continue;
            }
            written += rows.len() as u64;
            let rows = Rows { attribute: filling.attribute, changed: rows.len() as u64, one: None, rows: Box::new(rows.into_iter()) };
            files.extend(hand::write(app, &app.new_id("fig"), rows, at).await?);
        }
        if files.is_empty() {
            return Ok(0);
        }
        match edit::begin(&app.store, at, base, &files, &by.name).await {
            Ok((mut tx, snapshot)) => {
                job::enqueue(&mut tx, &crate::ingest::refresh(app, &format!("figures:{snapshot}"), &by), at).await?;
                tx.commit().await?;
                app.jobs.pulse();
                return Ok(written);
            }
            Err(store::Error::Conflict(why)) => {
                tracing::info!(%why, "figures are reckoned again");
                hand::discard(app, &files);
            }
            Err(e) => return Err(e.into()),
        }
    }
    Err(Error::Store(store::Error::Busy))
}

/// Whose value becomes another one from which day on; of everybody where nobody is named.
async fn differing(app: &App, lake: &Arc<Lake>, filling: &Filling, few: Option<BTreeSet<CustomerKey>>) -> Result<Vec<hand::Row>> {
    let object = stored::get(&app.store, &app.settings().id, &filling.figure.object).await?.filter(|o| o.removed_at.is_none());
    let all = match (object, &few) {
        (None, _) => Vec::new(),
        (Some(object), None) => list::everything(app, &super::read(app, object)?).await?,
        (Some(object), Some(few)) => {
            let k = super::read(app, object)?;
            let members: Vec<CustomerKey> = few.iter().flat_map(|root| lake.aliases().group(*root).collect::<Vec<_>>()).collect();
            stored::of_customers(&app.store, &k.row.id, &members).await?.into_iter().map(|r| k.read(r)).collect::<Result<_>>()?
        }
    };
    // nothing is written about whoever was erased
    let erased: BTreeSet<CustomerKey> = store::quality::erased(&app.store).await?.into_iter().collect();
    let said = said(all, lake, &filling.figure, app.settings().zone.clone());
    let (lake, key, figure) = (Arc::clone(lake), filling.attribute.clone(), filling.figure.clone());
    let (value, currency) = (filling.feature.value, app.settings().currency);
    let reckon = move || -> Result<Vec<hand::Row>> {
        let written: BTreeMap<CustomerKey, Vec<AttributeFact>> = match few {
            None => lake.said(&key)?,
            Some(few) => few.into_iter().map(|c| Ok((c, lake.attribute(c, &key)?))).collect::<Result<_>>()?,
        };
        let whose: BTreeSet<CustomerKey> = said.keys().chain(written.keys()).copied().filter(|c| !erased.contains(c)).collect();
        let mut rows = Vec::new();
        for customer in whose {
            let steps = figure.steps(said.get(&customer).map(Vec::as_slice).unwrap_or_default());
            let mut stands: BTreeMap<Day, (i64, Value)> = BTreeMap::new();
            for a in written.get(&customer).into_iter().flatten() {
                let stand = stands.entry(a.day).or_insert((i64::MIN, Value::Null));
                if a.recorded_at.0 >= stand.0 {
                    *stand = (a.recorded_at.0, feature::fit(a.value.clone(), value, currency));
                }
            }
            let days: BTreeSet<Day> = stands.keys().copied().chain(steps.iter().map(|(day, _)| *day)).collect();
            let (mut steps, mut wanted) = (steps.into_iter().peekable(), Value::Null);
            for day in days {
                while let Some((_, next)) = steps.next_if(|(from, _)| *from <= day) {
                    wanted = feature::fit(next, value, currency);
                }
                if stands.get(&day).is_none_or(|(_, stand)| *stand != wanted) {
                    rows.push((customer, day, wanted.clone()));
                }
            }
        }
        Ok(rows)
    };
    tokio::task::spawn_blocking(reckon).await?
}

/// What the records say, by whoever stands for the customer they are about, in the order they were written.
fn said(mut all: Vec<Filled>, lake: &Lake, figure: &Figure, zone: Zone) -> BTreeMap<CustomerKey, Vec<Said>> {
    all.sort_by_key(|r| r.row.seq);
    let mut by: BTreeMap<CustomerKey, Vec<Said>> = BTreeMap::new();
    for r in all {
        let Some(customer) = r.row.customer else { continue };
        let value = figure.field.as_ref().and_then(|key| r.values.get(key)).cloned().unwrap_or_default();
        by.entry(lake.aliases().root(customer)).or_default().push((r.row.day.unwrap_or_else(|| zone.day(r.row.created_at)), value));
    }
    by
}
