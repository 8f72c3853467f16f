//! Kinds of records that a business makes for itself, such as events at a shop: a form, the records filled in with it, their list,
//! their file, and files that are brought. Everything here lives in the store.

pub(crate) mod figures;
pub mod bulk;
pub mod file;
mod filling;
pub mod import;
pub mod list;
pub mod records;

use self::records::Filled;
use crate::{Error, Result, analysis::defined::both, app::App, audit, people::By, schema};
use domain::{
    Currency, Label, Value,
    audit::Action,
    feature,
    object::{self, Section},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::object as stored;
use utoipa::ToSchema;

/// Objects a business may have.
const MOST: i64 = 50;

/// What an object shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectDraft {
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// one sentence
    #[serde(default)]
    #[schema(value_type = schema::Label)]
    pub description: Label,
    /// the form, in order
    #[schema(value_type = Vec<schema::FormSection>)]
    pub sections: Vec<Section>,
    /// the field of kind `day` that says when
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// the one that was changed; another one is a conflict
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<i64>,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ObjectView {
    /// `obj_…`
    pub id: String,
    /// its name when it was made, for good
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// one sentence
    #[schema(value_type = schema::Label)]
    pub description: Label,
    /// the form, in order
    #[schema(value_type = Vec<schema::FormSection>)]
    pub sections: Vec<Section>,
    /// the field that says when
    pub time: Option<String>,
    /// fields that were taken away; what was written in them is kept, and they come back with it
    #[schema(value_type = Vec<schema::FormField>)]
    pub retired: Vec<object::Field>,
    /// records there are
    pub records: i64,
    /// one more with every change, from 1
    pub edition: i64,
    /// RFC 3339
    pub updated_at: String,
}

/// What would go with a field or an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ObjectUsage {
    /// records there are
    pub records: u64,
    /// customers they are about
    pub customers: u64,
    /// each field, and how many records say something in it
    pub fields: Vec<FieldUsage>,
}

/// How many records say something in a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldUsage {
    /// the field
    pub key: String,
    /// records
    pub records: u64,
}

/// An object and its form, read.
pub(crate) struct Known {
    pub(crate) row: stored::Object,
    pub(crate) form: object::Object,
    currency: Currency,
}

impl Known {
    /// A record, its values read as the form has them now: a field that was given another kind reads what was written of the one before,
    /// as far as it can.
    pub(crate) fn read(&self, row: stored::Record) -> Result<Filled> {
        let mut values: BTreeMap<String, Value> = serde_json::from_value(row.body.clone()).map_err(|e| Error::Internal(format!("record {}: {e}", row.id)))?;
        let mut unread = BTreeMap::new();
        for f in self.form.fields() {
            let ty = f.kind.value_type();
            let Some(said) = values.get(&f.key).filter(|v| v.value_type() != Some(ty)) else { continue };
            match feature::fit(said.clone(), ty, self.currency) {
                Value::Null => unread.extend(values.remove_entry(&f.key)),
                value => drop(values.insert(f.key.clone(), value)),
            }
        }
        Ok(Filled { row, values, unread })
    }
}

pub(crate) fn read(app: &App, row: stored::Object) -> Result<Known> {
    let form = serde_json::from_value(row.document.clone()).map_err(|e| Error::Internal(format!("object {}: {e}", row.id)))?;
    Ok(Known { row, form, currency: app.settings().currency })
}

/// An object that is there.
pub(crate) async fn known(app: &App, id: &str) -> Result<Known> {
    let found = stored::get(&app.store, &app.settings().id, id).await?.filter(|o| o.removed_at.is_none());
    read(app, found.ok_or_else(|| Error::not_found("object", id))?)
}

async fn view(app: &App, k: Known) -> Result<ObjectView> {
    Ok(ObjectView {
        records: stored::records(&app.store, &k.row.id).await?,
        id: k.row.id,
        key: k.row.key,
        label: k.form.label,
        description: k.form.description,
        sections: k.form.sections,
        time: k.form.time,
        retired: k.form.retired,
        edition: k.row.edition,
        updated_at: k.row.updated_at.rfc3339(),
    })
}

fn form(draft: ObjectDraft) -> object::Object {
    let tidy = |l: Label| both(Label::new(l.zh.trim(), l.en.trim()));
    let section = |s: Section| Section {
        label: tidy(s.label),
        fields: s.fields.into_iter().map(|f| object::Field { label: tidy(f.label), help: tidy(f.help), ..f }).collect(),
    };
    object::Object {
        label: tidy(draft.label),
        description: tidy(draft.description),
        sections: draft.sections.into_iter().map(section).collect(),
        time: draft.time.filter(|t| !t.is_empty()),
        retired: Vec::new(),
    }
}

pub(crate) fn refused(why: &object::Fault) -> Error {
    Error::Invalid { code: "object.form", message: why.message(), params: json!({}) }
}

pub(crate) fn document(form: &object::Object) -> Result<serde_json::Value> {
    serde_json::to_value(form).map_err(|e| Error::Internal(e.to_string()))
}

pub(crate) fn overtaken() -> Error {
    Error::conflict("object.moved", "这个对象刚被他人修改，请刷新后重试", "somebody else has just changed this object; reload and try again")
}

fn taken(e: store::Error) -> Error {
    match e {
        store::Error::Taken { .. } => Error::conflict("object.taken", "已经有同名的对象", "there is an object of this name already"),
        other => other.into(),
    }
}

/// Every object, oldest first.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App) -> Result<Vec<ObjectView>> {
    let mut all = Vec::new();
    for row in stored::list(&app.store, &app.settings().id).await? {
        all.push(view(app, read(app, row)?).await?);
    }
    Ok(all)
}

/// One.
///
/// # Errors
/// `object.not_found`; when the store refuses.
pub async fn get(app: &App, id: &str) -> Result<ObjectView> {
    view(app, known(app, id).await?).await
}

/// Makes an object.
///
/// # Errors
/// `object.form`, `object.taken`, `object.many`; when the store refuses.
pub async fn create(app: &App, by: &By, draft: ObjectDraft) -> Result<ObjectView> {
    let form = form(draft);
    form.check(None).map_err(|e| refused(&e))?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let row = stored::Object {
        id: app.new_id("obj"),
        key: form.label.get(app.settings().lang).to_owned(),
        document: document(&form)?,
        edition: 1,
        created_by: by.actor.id.clone(),
        created_at: now,
        updated_at: now,
        removed_at: None,
    };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if stored::count(&mut tx, &workspace).await? >= MOST {
        return Err(Error::conflict("object.many", format!("最多 {MOST} 个对象，先删掉不用的"), format!("there are at most {MOST} objects; take some away first")));
    }
    stored::create(&mut tx, &workspace, &row).await.map_err(taken)?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ObjectMade, row.id.as_str()).detail(json!({ "fields": form.fields().count() }))).await?;
    tx.commit().await?;
    view(app, read(app, row)?).await
}

/// Gives an object another form. Fields that are in it no more are kept aside with what was written in them.
///
/// # Errors
/// `object.not_found`, `object.form`, `object.moved` where somebody else was quicker; when the store refuses.
pub async fn edit(app: &App, by: &By, id: &str, draft: ObjectDraft) -> Result<ObjectView> {
    let before = known(app, id).await?;
    let edition = draft.edition.unwrap_or(before.row.edition);
    let form = form(draft);
    form.check(Some(&before.form)).map_err(|e| refused(&e))?;
    let form = form.after(&before.form);
    let row = stored::Object { document: document(&form)?, edition, updated_at: app.clock.now(), ..before.row };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if !stored::change(&mut tx, &app.settings().id, &row).await? {
        return Err(overtaken());
    }
    let detail = json!({ "fields": form.fields().count(), "retired": form.retired.iter().map(|f| &f.key).collect::<Vec<_>>() });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ObjectChanged, id).detail(detail)).await?;
    tx.commit().await?;
    view(app, read(app, stored::Object { edition: edition + 1, ..row })?).await
}

/// Takes an object away, and its records with it; [`restore`] brings both back.
///
/// # Errors
/// `object.not_found`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    let k = known(app, id).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let records = stored::records(&mut tx, &k.row.id).await?;
    stored::remove(&mut tx, &app.settings().id, id, app.clock.now()).await?;
    figures::of_object(app, &mut tx, &by.actor, id).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ObjectRemoved, id).detail(json!({ "records": records }))).await?;
    Ok(tx.commit().await?)
}

/// Brings an object back with its records.
///
/// # Errors
/// `object.not_found`, also for one that is there; `object.taken` if another has its name now; when the store refuses.
pub async fn restore(app: &App, by: &By, id: &str) -> Result<ObjectView> {
    let workspace = app.settings().id.clone();
    let gone = stored::get(&app.store, &workspace, id).await?.filter(|o| o.removed_at.is_some()).ok_or_else(|| Error::not_found("object", id))?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if !stored::restore(&mut tx, &workspace, id).await.map_err(taken)? {
        return Err(Error::not_found("object", id));
    }
    figures::of_object(app, &mut tx, &by.actor, id).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ObjectRestored, id)).await?;
    tx.commit().await?;
    view(app, read(app, gone)?).await
}

/// What would go with a field of an object, or with all of it.
///
/// # Errors
/// `object.not_found`; when the store refuses.
pub async fn usage(app: &App, id: &str) -> Result<ObjectUsage> {
    let k = known(app, id).await?;
    let all = list::everything(app, &k).await?;
    let customers: std::collections::BTreeSet<u32> = all.iter().filter_map(|r| r.row.customer.map(|c| c.0)).collect();
    let fields = k.form.fields().map(|f| FieldUsage { key: f.key.clone(), records: all.iter().filter(|r| r.values.contains_key(&f.key)).count() as u64 });
    Ok(ObjectUsage { records: all.len() as u64, customers: customers.len() as u64, fields: fields.collect() })
}
