//! Records: what is filled in with a form. Details of people are hidden from whoever may not see them, and stay as they are when such
//! a person changes the rest.

use super::{Known, figures, filling::{Fill, Filling}, known};
use crate::{Error, Result, app::App, audit, people::By, schema, sight::{self, Sight}, work};
use domain::{
    Day, Value,
    audit::Action,
    field::{Kind, Written},
    mask,
    object::Field,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, object as stored};
use utoipa::ToSchema;

/// Records of one request.
pub const MOST_AT_ONCE: usize = 500;
/// Records of one object.
pub const MOST: i64 = 50_000;

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
    /// what was written in fields that are of another kind by now and cannot say it: kept until something else is written there
    pub(crate) unread: BTreeMap<String, Value>,
}

impl Filled {
    /// What was written in a field, whichever way it is read now.
    pub(crate) fn written(&self, key: &str) -> Option<Value> {
        serde_json::from_value(self.row.body.get(key)?.clone()).ok()
    }
}

/// Is a field hidden from whoever sees no details, by its own word or by its heading?
pub(crate) fn veiled(f: &Field) -> bool {
    f.personal || [&f.label.zh, &f.label.en].into_iter().any(|l| mask::heading(l))
}

/// Is this value hidden from whoever sees no details? With its field, or by what stands in it.
pub(crate) fn hides(f: &Field, value: &Value) -> bool {
    veiled(f) || value.as_text().is_some_and(mask::hides)
}

/// What a reader sees of a value; `None`: nothing.
pub(crate) fn seen(sight: Sight, f: &Field, value: &Value) -> Option<Value> {
    if !sight.is_masked() || f.kind == Kind::Customer || !hides(f, value) {
        return Some(value.clone());
    }
    match value {
        // phones and addresses in a text are hidden where they stand, as in notes
        Value::Text(t) if !veiled(f) => Some(Value::Text(sight::text(sight, t.clone()))),
        _ => None,
    }
}

/// Does a reader not see whole what a field holds? A personal one is hidden also where it holds nothing.
pub(super) fn hidden(sight: Sight, f: &Field, value: Option<&Value>) -> bool {
    value.map_or(sight.is_masked() && f.personal, |v| seen(sight, f, v).as_ref() != Some(v))
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
            if hidden(sight, f, r.values.get(&f.key)) {
                masked.push(f.key.clone());
            }
            let Some(value) = r.values.get(&f.key) else { continue };
            let shown = seen(sight, f, value);
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

/// What is kept of a record: its values, and what was there and cannot be read.
pub(super) fn body(values: &BTreeMap<String, Value>, unread: &BTreeMap<String, Value>) -> Result<serde_json::Value> {
    let all: BTreeMap<&String, &Value> = unread.iter().chain(values).collect();
    serde_json::to_value(all).map_err(|e| Error::Internal(e.to_string()))
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
    let form = Filling::of(app, by.permissions.sight(), &k, drafts.iter().map(|d| &d.values), []).await?;
    let fill = |(n, draft): (usize, &RecordDraft)| form.fill(&draft.values, &BTreeMap::new(), &|_| false).map_err(|f| f.refuse(&k, (drafts.len() > 1).then_some(n)));
    let all: Vec<Fill> = drafts.iter().enumerate().map(fill).collect::<Result<_>>()?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let made = put(app, &mut tx, by, object, all).await?;
    let (subject, count) = (made.first().map(|r| r.id.clone()).unwrap_or_default(), made.len());
    let detail = json!({ "object": object, "records": count });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordWritten, subject.as_str()).detail(detail)).await?;
    tx.commit().await?;
    views(app, by.permissions.sight(), &k, made.into_iter().map(|r| k.read(r)).collect::<Result<_>>()?).await
}

/// Refuses what would be more records than an object has.
pub(super) fn room(there: i64, more: usize) -> Result<()> {
    if there + more as i64 > MOST {
        return Err(Error::conflict("record.full", format!("一个对象最多 {MOST} 条记录"), format!("an object has at most {MOST} records")));
    }
    Ok(())
}

/// Puts new records behind the ones there are.
pub(super) async fn put(app: &App, tx: &mut Tx, by: &By, object: &str, all: Vec<Fill>) -> Result<Vec<stored::Record>> {
    room(stored::records(&mut *tx, object).await?, all.len())?;
    let (first, now) = (stored::next(&mut *tx, object).await?, app.clock.now());
    let row = |(seq, r): (i64, Fill)| {
        Ok(stored::Record {
            id: app.new_id("rec"),
            object: object.to_owned(),
            seq,
            customer: r.customer,
            day: r.day,
            body: body(&r.values, &BTreeMap::new())?,
            edition: 1,
            created_by: by.actor.id.clone(),
            created_at: now,
            updated_by: by.actor.id.clone(),
            updated_at: now,
            removed_at: None,
        })
    };
    let made: Vec<stored::Record> = (first..).zip(all).map(row).collect::<Result<_>>()?;
    stored::put_many(tx, &app.settings().id, &made).await?;
    figures::after(app, tx, &by.actor, Some(object), made.iter().filter_map(|r| r.customer).collect()).await?;
    Ok(made)
}

/// A record that is there, with its object.
async fn there(app: &App, id: &str, removed: bool) -> Result<(Known, Filled)> {
    let found = stored::record(&app.store, &app.settings().id, id).await?.filter(|r| r.removed_at.is_some() == removed);
    let row = found.ok_or_else(|| Error::not_found("record", id))?;
    let k = known(app, &row.object).await.map_err(|_| Error::not_found("record", id))?;
    let record = k.read(row)?;
    Ok((k, record))
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
    let form = Filling::of(app, sight, &k, [&draft.values], [&before.values]).await?;
    let new = form.fill(&draft.values, &before.values, &|key| locked.iter().any(|l| l == key)).map_err(|f| f.refuse(&k, None))?;
    let edition = draft.edition.unwrap_or(before.row.edition);
    let changed: Vec<&String> = new.values.iter().filter(|(key, v)| before.values.get(*key) != Some(v)).map(|(key, _)| key).chain(before.values.keys().filter(|key| !new.values.contains_key(*key))).collect();
    let detail = json!({ "object": k.row.id, "fields": changed });
    let day = if k.form.time.is_some() { new.day } else { before.row.day };
    let about = [before.row.customer, new.customer];
    let row = stored::Record {
        customer: new.customer,
        day,
        body: body(&new.values, &before.unread)?,
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
    figures::after(app, &mut tx, &by.actor, Some(&k.row.id), about.into_iter().flatten().collect()).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordChanged, id).detail(detail)).await?;
    tx.commit().await?;
    one(app, sight, &k, k.read(stored::Record { edition: edition + 1, ..row })?).await
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
    figures::after(app, &mut tx, &by.actor, Some(&k.row.id), r.row.customer.into_iter().collect()).await?;
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
    figures::after(app, &mut tx, &by.actor, Some(&k.row.id), r.row.customer.into_iter().collect()).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::RecordRestored, id).detail(json!({ "object": k.row.id }))).await?;
    tx.commit().await?;
    one(app, by.permissions.sight(), &k, r).await
}
