//! Many records at once: taken away, or one field of all of them set. That is one change, kept beside the files that were brought, and
//! taken back as one.

use super::{Known, figures, file, filling::Filling, import, known, list, records::{self, Filled}};
use crate::{Result, app::App, audit, people::By, schema, sight};
use domain::{audit::Action, field::Written};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use store::{Tx, object as stored, record_import::{self as kept, RecordImport}};
use utoipa::ToSchema;

/// Which records, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordsChange {
    /// these, by id, at most 5,000; absent: all that `filter` leaves
    #[serde(default)]
    pub records: Option<Vec<String>>,
    /// `q`, `customer` and `f.<field>`, as the list of records takes them
    #[serde(default)]
    pub filter: BTreeMap<String, String>,
    /// and not these, at most 5,000
    #[serde(default)]
    pub except: Vec<String>,
    /// how many whoever asks saw; if they are others by now, the answer is 409
    #[serde(default)]
    pub expected: Option<u64>,
    /// what becomes of them
    pub action: RecordsAction,
}

/// What becomes of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RecordsAction {
    /// they are taken away
    Remove,
    /// one field says this from now on
    Set {
        /// the field
        field: String,
        /// what it says; absent: nothing
        #[serde(default)]
        #[schema(value_type = Option<schema::Written>)]
        value: Option<Written>,
    },
}

/// What became of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordsChanged {
    /// `rim_…`, by which it is taken back within 30 days; absent where nothing was changed
    pub id: Option<String>,
    /// records it was about
    pub matched: u64,
    /// records that are others now, or gone
    pub changed: u64,
}

/// Changes many records, all of them or none.
///
/// # Errors
/// `object.not_found`, `record.filter`, `record.value`, `record.moved` where somebody else was quicker, `change.many`, `access.masked`;
/// when the store refuses.
pub async fn change(app: &App, by: &By, object: &str, form: &RecordsChange) -> Result<RecordsChanged> {
    let (sight, k) = (by.permissions.sight(), known(app, object).await?);
    let listing = list::Listing { only: form.records.clone(), except: form.except.clone(), ..file::listing(&form.filter, None)? };
    let all = list::found(app, sight, &k, &listing).await?;
    let matched = all.len() as u64;
    if form.expected.is_some_and(|n| n != matched) {
        return Err(import::moved());
    }
    let (id, changed) = match &form.action {
        RecordsAction::Remove => remove(app, by, &k, all).await?,
        RecordsAction::Set { field, value } => set(app, by, &k, all, field, value.as_ref()).await?,
    };
    Ok(RecordsChanged { id, matched, changed })
}

async fn remove(app: &App, by: &By, k: &Known, all: Vec<Filled>) -> Result<(Option<String>, u64)> {
    if all.is_empty() {
        return Ok((None, 0));
    }
    let rows: Vec<stored::Record> = all.into_iter().map(|r| r.row).collect();
    let note = noted(app, by, k, -(rows.len() as i64), 0);
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if stored::take_many(&mut tx, &rows, note.created_at).await? != rows.len() as u64 {
        return Err(import::moved());
    }
    figures::after(app, &mut tx, &by.actor, Some(&k.row.id), rows.iter().filter_map(|r| r.customer).collect()).await?;
    let went: Vec<_> = rows.iter().map(|r| (r.id.as_str(), -r.edition, None)).collect();
    let detail = json!({ "object": k.row.id, "records": rows.len() });
    close(app, tx, by, &note, &went, Action::RecordRemoved, detail).await?;
    Ok((Some(note.id), rows.len() as u64))
}

async fn set(app: &App, by: &By, k: &Known, all: Vec<Filled>, field: &str, value: Option<&Written>) -> Result<(Option<String>, u64)> {
    let sight = by.permissions.sight();
    let f = k.form.field(field).ok_or_else(|| list::unknown(field))?;
    if sight.is_masked() && records::veiled(f) {
        return Err(sight::masked(field));
    }
    let draft = BTreeMap::from([(field.to_owned(), value.cloned())]);
    let form = Filling::of(app, sight, k, [&draft], all.iter().map(|r| &r.values)).await?;
    let mut changes = Vec::new();
    for r in all {
        // what somebody does not see whole stays
        if records::hidden(sight, f, r.values.get(field)) {
            continue;
        }
        let new = form.fill(&draft, &r.values, &|key| key != field).map_err(|why| why.refuse(k, None))?;
        if new.values != r.values {
            changes.push((r, new));
        }
    }
    if changes.is_empty() {
        return Ok((None, 0));
    }
    let note = noted(app, by, k, 0, changes.len() as i64);
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let wrote = import::rewrite(app, &mut tx, by, k, changes).await?;
    let kept: Vec<_> = wrote.iter().map(|(r, before)| (r.id.as_str(), r.edition + 1, Some(before))).collect();
    let detail = json!({ "object": k.row.id, "fields": [field], "changed": wrote.len() });
    close(app, tx, by, &note, &kept, Action::RecordChanged, detail).await?;
    Ok((Some(note.id), wrote.len() as u64))
}

/// What it is taken back by.
fn noted(app: &App, by: &By, k: &Known, made: i64, changed: i64) -> RecordImport {
    RecordImport {
        id: app.new_id("rim"),
        object: k.row.id.clone(),
        name: String::new(),
        author: by.actor.id.clone(),
        author_name: None,
        made,
        changed,
        created_at: app.clock.now(),
        undone_at: None,
    }
}

async fn close(app: &App, mut tx: Tx, by: &By, note: &RecordImport, all: &[(&str, i64, Option<&kept::Before>)], action: Action, detail: Json) -> Result<()> {
    kept::note(&mut tx, &app.settings().id, note, all).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, action, note.id.as_str()).detail(detail)).await?;
    Ok(tx.commit().await?)
}
