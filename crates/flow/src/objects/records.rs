//! Records: what is filled in with a form. Details of people are hidden from whoever may not see them, and stay as they are when such
//! a person changes the rest.

use super::{Known, figures, known};
use crate::{Error, Result, app::App, audit, people::By, schema, sight::{self, Sight}, work};
use domain::{
    CustomerKey, Day, Label, Value,
    audit::Action,
    field::{self, Kind, Written},
    identity::{Identifier, IdentifierKind},
    mask,
    object::Field,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{customer::Customer, object as stored};
use utoipa::ToSchema;

/// Records of one request.
pub const MOST_AT_ONCE: usize = 500;
/// Records of one object.
const MOST: i64 = 50_000;

/// What a record shall say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDraft {
    /// by field key; what is absent is empty
    #[schema(value_type = BTreeMap<String, schema::Written>)]
    pub values: BTreeMap<String, Option<Written>>,
    /// the one that was changed; another one is a conflict
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<i64>,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordView {
    /// `rec_…`
    pub id: String,
    /// `obj_…`
    pub object: String,
    /// its number within the object, from 1
    pub number: i64,
    /// by field key; what is empty is absent
    #[schema(value_type = BTreeMap<String, schema::Value>)]
    pub values: BTreeMap<String, Value>,
    /// fields that whoever asks does not see whole, and cannot change
    pub masked: Vec<String>,
    /// names of the customers it links to, by id
    pub names: BTreeMap<String, String>,
    /// when, `YYYY-MM-DD`
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Day>,
    /// one more with every change, from 1
    pub edition: i64,
    /// `usr_…`
    pub created_by: String,
    /// RFC 3339
    pub created_at: String,
    /// RFC 3339
    pub updated_at: String,
}

/// A record and its values, read.
#[derive(Debug, Clone)]
pub(crate) struct Filled {
    pub(crate) row: stored::Record,
    pub(crate) values: BTreeMap<String, Value>,
}

pub(crate) fn read(row: stored::Record) -> Result<Filled> {
    let values = serde_json::from_value(row.body.clone()).map_err(|e| Error::Internal(format!("record {}: {e}", row.id)))?;
    Ok(Filled { row, values })
}

/// Is this value hidden from whoever sees no details? By the field's own word, by its heading, or by what stands in it.
pub(crate) fn hides(f: &Field, value: &Value) -> bool {
    let named = [&f.label.zh, &f.label.en].into_iter().any(|l| mask::heading(l));
    f.personal || named || value.as_text().is_some_and(mask::hides)
}

/// What a reader sees of a value; `None`: nothing.
pub(crate) fn seen(sight: Sight, f: &Field, value: &Value) -> Option<Value> {
    if !sight.is_masked() || f.kind == Kind::Customer || !hides(f, value) {
        return Some(value.clone());
    }
    match value {
        // phones and addresses in a text are hidden where they stand, as in notes
        Value::Text(t) if !f.personal && !mask::heading(&f.label.zh) && !mask::heading(&f.label.en) => Some(Value::Text(sight::text(sight, t.clone()))),
        _ => None,
    }
}

/// Records as a reader sees them.
///
/// # Errors
/// When the store refuses.
pub(crate) async fn views(app: &App, sight: Sight, k: &Known, all: Vec<Filled>) -> Result<Vec<RecordView>> {
    let links: Vec<&str> = k.form.fields().filter(|f| f.kind == Kind::Customer).map(|f| f.key.as_str()).collect();
    let ids: BTreeSet<String> = all.iter().flat_map(|r| links.iter().filter_map(|l| r.values.get(*l)?.as_text().map(str::to_owned))).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let people = store::customer::by_ids(&app.store, &ids).await?;
    let view = |r: Filled| {
        let mut masked = Vec::new();
        let mut values = BTreeMap::new();
        let mut names = BTreeMap::new();
        for f in k.form.fields() {
            let Some(value) = r.values.get(&f.key) else {
                if sight.is_masked() && f.personal {
                    masked.push(f.key.clone());
                }
                continue;
            };
            let shown = seen(sight, f, value);
            if shown.as_ref() != Some(value) {
                masked.push(f.key.clone());
            }
            if let (Kind::Customer, Some(c)) = (f.kind, value.as_text().and_then(|id| people.get(id))) {
                let name = c.name.clone().unwrap_or_else(|| c.id.clone());
                names.insert(value.as_text().unwrap_or_default().to_owned(), sight::text(sight, name));
            }
            if let Some(shown) = shown {
                values.insert(f.key.clone(), shown);
            }
        }
        // a hidden day is not told beside the fields either
        let day = r.row.day.filter(|_| k.form.time.as_ref().is_none_or(|t| !masked.contains(t)));
        RecordView {
            id: r.row.id,
            object: r.row.object,
            number: r.row.seq,
            values,
            masked,
            names,
            day,
            edition: r.row.edition,
            created_by: r.row.created_by,
            created_at: r.row.created_at.rfc3339(),
            updated_at: r.row.updated_at.rfc3339(),
        }
    };
    Ok(all.into_iter().map(view).collect())
}

/// What is wrong with the fields of a record.
struct Faults(BTreeMap<String, Label>);

impl Faults {
    fn refuse(self, k: &Known, nth: Option<usize>) -> Error {
        let name = |key: &str| k.form.field(key).map_or_else(|| Label::same(key), |f| f.label.clone());
        let said = |zh: bool| {
            let one = |(key, why): (&String, &Label)| {
                let (name, why) = (name(key), why.clone());
                if zh { format!("{}：{}", name.zh, why.zh) } else { format!("{}: {}", name.en, why.en) }
            };
            self.0.iter().map(one).collect::<Vec<_>>().join(if zh { "；" } else { "; " })
        };
        let (zh, en) = (said(true), said(false));
        let message = match nth {
            Some(n) => Label::new(format!("第 {} 条：{zh}", n + 1), format!("record {}: {en}", n + 1)),
            None => Label::new(zh, en),
        };
        Error::Invalid { code: "record.value", message, params: json!({ "fields": self.0, "record": nth }) }
    }
}

/// What a draft comes to.
struct Ready {
    values: BTreeMap<String, Value>,
    customer: Option<CustomerKey>,
    day: Option<Day>,
}

/// The customer a text names: by id, by the business's own number or member card, by phone or e-mail for whoever sees these.
async fn named(app: &App, sight: Sight, text: &str) -> Result<Option<Customer>> {
    if let Some(found) = store::customer::standing(&app.store, text).await? {
        return Ok(Some(found));
    }
    let settings = app.settings();
    let of = |kind, value: &str| Identifier { kind, value: value.to_owned() };
    let mut all = vec![of(IdentifierKind::External, text), of(IdentifierKind::Member, text)];
    if sight.is_masked() {
        if mask::hides(text) {
            return Ok(None);
        }
    } else {
        all.extend(sources::phone_of(text, settings.currency, settings.zone.name()).ok().flatten().map(|p| of(IdentifierKind::Phone, &p)));
        all.extend(sources::email_of(text).ok().flatten().map(|e| of(IdentifierKind::Email, &e)));
    }
    match store::customer::resolve(&app.store, &all).await?.into_iter().flatten().next() {
        Some(key) => {
            let found = store::customer::by_key(&app.store, key).await?;
            match found.as_ref().and_then(|c| c.root) {
                Some(root) => Ok(store::customer::by_key(&app.store, root).await?),
                None => Ok(found),
            }
        }
        None => Ok(None),
    }
}

/// Reads a draft; `kept`: values that stay as they are whatever it says.
async fn ready(app: &App, sight: Sight, k: &Known, draft: &RecordDraft, kept: &BTreeMap<String, Value>, locked: &[String], nth: Option<usize>) -> Result<Ready> {
    let (mut values, mut faults) = (BTreeMap::new(), Faults(BTreeMap::new()));
    if let Some(unknown) = draft.values.keys().find(|key| k.form.field(key).is_none()) {
        faults.0.insert(unknown.clone(), Label::new("没有这个字段", "there is no such field"));
    }
    let mut customer = None;
    for f in k.form.fields() {
        let mut value = if locked.contains(&f.key) {
            kept.get(&f.key).cloned().unwrap_or_default()
        } else {
            match draft.values.get(&f.key).and_then(Option::as_ref).map(|w| field::read(f.kind, &f.options, w, app.settings().currency)) {
                None => Value::Null,
                Some(Ok(value)) => value,
                Some(Err(why)) => {
                    faults.0.insert(f.key.clone(), why.message());
                    continue;
                }
            }
        };
        if f.required && value.is_null() && !locked.contains(&f.key) {
            faults.0.insert(f.key.clone(), Label::new("必填", "it must be filled in"));
        }
        if let (Kind::Customer, Value::Text(text)) = (f.kind, value.clone()) {
            match named(app, sight, &text).await? {
                Some(c) => {
                    if k.form.whose().is_some_and(|w| w.key == f.key) {
                        customer = Some(c.key);
                    }
                    value = Value::Text(c.id);
                }
                // who is gone with an import stays named in what was written of them
                None if kept.get(&f.key) == Some(&value) => {}
                None => {
                    faults.0.insert(f.key.clone(), Label::new("没有这位客户", "there is no such customer"));
                }
            }
        }
        if !value.is_null() {
            values.insert(f.key.clone(), value);
        }
    }
    if !faults.0.is_empty() {
        return Err(faults.refuse(k, nth));
    }
    // what is written in fields that were taken away stays
    for f in &k.form.retired {
        if let Some(value) = kept.get(&f.key) {
            values.insert(f.key.clone(), value.clone());
        }
    }
    let day = match &k.form.time {
        Some(key) => match values.get(key) {
            Some(Value::Day(d)) => Some(*d),
            _ => None,
        },
        None => Some(app.today()),
    };
    Ok(Ready { values, customer, day })
}

fn body(values: &BTreeMap<String, Value>) -> Result<serde_json::Value> {
    serde_json::to_value(values).map_err(|e| Error::Internal(e.to_string()))
}

/// Writes records, all of them or none.
///
/// # Errors
/// `object.not_found`, `record.value`, `record.many`; when the store refuses.
pub async fn create(app: &App, by: &By, object: &str, drafts: &[RecordDraft]) -> Result<Vec<RecordView>> {
    let k = known(app, object).await?;
    if drafts.is_empty() || drafts.len() > MOST_AT_ONCE {
        return Err(Error::invalid("record.many", format!("一次要有 1 到 {MOST_AT_ONCE} 条"), format!("1 to {MOST_AT_ONCE} records are taken at a time")));
    }
    let mut all = Vec::with_capacity(drafts.len());
    for (n, draft) in drafts.iter().enumerate() {
        all.push(ready(app, by.permissions.sight(), &k, draft, &BTreeMap::new(), &[], (drafts.len() > 1).then_some(n)).await?);
    }
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if stored::records(&mut tx, object).await? + all.len() as i64 > MOST {
        return Err(Error::conflict("record.full", format!("一个对象最多 {MOST} 条记录"), format!("an object has at most {MOST} records")));
    }
    let first = stored::next(&mut tx, object).await?;
    let mut made = Vec::with_capacity(all.len());
    for (seq, r) in (first..).zip(all) {
        let row = stored::Record {
            id: app.new_id("rec"),
            object: object.to_owned(),
            seq,
            customer: r.customer,
            day: r.day,
            body: body(&r.values)?,
            edition: 1,
            created_by: by.actor.id.clone(),
            created_at: now,
            updated_by: by.actor.id.clone(),
            updated_at: now,
            removed_at: None,
        };
        stored::put(&mut tx, &workspace, &row).await?;
        made.push(Filled { row, values: r.values });
    }
    figures::after(app, &mut tx, &by.actor, Some(object), made.iter().filter_map(|r| r.row.customer)).await?;
    let (subject, count) = (made.first().map(|r| r.row.id.clone()).unwrap_or_default(), made.len());
    let detail = json!({ "object": object, "records": count });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordWritten, subject.as_str()).detail(detail)).await?;
    tx.commit().await?;
    views(app, by.permissions.sight(), &k, made).await
}

/// A record that is there, with its object.
async fn there(app: &App, id: &str, removed: bool) -> Result<(Known, Filled)> {
    let found = stored::record(&app.store, &app.settings().id, id).await?.filter(|r| r.removed_at.is_some() == removed);
    let row = found.ok_or_else(|| Error::not_found("record", id))?;
    let k = known(app, &row.object).await.map_err(|_| Error::not_found("record", id))?;
    Ok((k, read(row)?))
}

async fn one(app: &App, sight: Sight, k: &Known, r: Filled) -> Result<RecordView> {
    let id = r.row.id.clone();
    views(app, sight, k, vec![r]).await?.pop().ok_or_else(|| Error::not_found("record", id))
}

/// One record.
///
/// # Errors
/// `record.not_found`; when the store refuses.
pub async fn get(app: &App, sight: Sight, id: &str) -> Result<RecordView> {
    let (k, r) = there(app, id, false).await?;
    one(app, sight, &k, r).await
}

/// Changes a record. Fields that whoever asks does not see whole stay as they are.
///
/// # Errors
/// `record.not_found`, `record.value`, `record.moved` where somebody else was quicker; when the store refuses.
pub async fn edit(app: &App, by: &By, id: &str, draft: &RecordDraft) -> Result<RecordView> {
    let (k, before) = there(app, id, false).await?;
    let sight = by.permissions.sight();
    let locked = one(app, sight, &k, before.clone()).await?.masked;
    let new = ready(app, sight, &k, draft, &before.values, &locked, None).await?;
    let edition = draft.edition.unwrap_or(before.row.edition);
    let changed: Vec<&String> = new.values.iter().filter(|(key, v)| before.values.get(*key) != Some(v)).map(|(key, _)| key).chain(before.values.keys().filter(|key| !new.values.contains_key(*key))).collect();
    let detail = json!({ "object": k.row.id, "fields": changed });
    let day = if k.form.time.is_some() { new.day } else { before.row.day };
    let about = [before.row.customer, new.customer];
    let row = stored::Record {
        customer: new.customer,
        day,
        body: body(&new.values)?,
        edition,
        updated_by: by.actor.id.clone(),
        updated_at: app.clock.now(),
        ..before.row
    };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if !stored::edit(&mut tx, &app.settings().id, &row).await? {
        return Err(Error::conflict("record.moved", "这条记录刚被他人修改，请刷新后重试", "somebody else has just changed this record; reload and try again"));
    }
    figures::after(app, &mut tx, &by.actor, Some(&k.row.id), about.into_iter().flatten()).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordChanged, id).detail(detail)).await?;
    tx.commit().await?;
    one(app, sight, &k, Filled { row: stored::Record { edition: edition + 1, ..row }, values: new.values }).await
}

/// Takes a record away; [`restore`] brings it back within 30 days.
///
/// # Errors
/// `record.not_found`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    let (k, r) = there(app, id, false).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if !stored::take(&mut tx, &app.settings().id, id, app.clock.now()).await? {
        return Err(Error::not_found("record", id));
    }
    figures::after(app, &mut tx, &by.actor, Some(&k.row.id), r.row.customer).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordRemoved, id).detail(json!({ "object": k.row.id }))).await?;
    Ok(tx.commit().await?)
}

/// Brings a record back.
///
/// # Errors
/// `record.not_found`, also for one that is there or was taken away more than 30 days ago; when the store refuses.
pub async fn restore(app: &App, by: &By, id: &str) -> Result<RecordView> {
    let (k, r) = there(app, id, true).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if !stored::bring(&mut tx, &app.settings().id, id, work::oldest(app.clock.now())).await? {
        return Err(Error::not_found("record", id));
    }
    figures::after(app, &mut tx, &by.actor, Some(&k.row.id), r.row.customer).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordRestored, id).detail(json!({ "object": k.row.id }))).await?;
    tx.commit().await?;
    one(app, by.permissions.sight(), &k, r).await
}
