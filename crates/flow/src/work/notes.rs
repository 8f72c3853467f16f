//! Notes about customers: free text with an author. They stand in the timeline; who may not see details reads them with phones and
//! addresses masked.

use super::oldest;
use crate::{Error, Result, analysis::profile::person, app::App, audit, people::By, sight::{self, Sight}};
use domain::{access::Permission, audit::Action};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::note::Note;
use utoipa::ToSchema;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteView {
    /// `not_…`
    pub id: String,
    /// `usr_…`
    pub author: String,
    /// display name
    pub author_name: Option<String>,
    /// the words
    pub body: String,
    /// RFC 3339
    pub created_at: String,
    /// RFC 3339; absent: as it was written
    pub edited_at: Option<String>,
}

/// What a note shall say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteDraft {
    /// the words, at most 10,000 characters
    pub body: String,
}

/// Characters of a note.
const LENGTH: usize = 10_000;

fn view(sight: Sight, n: Note) -> NoteView {
    NoteView {
        id: n.id,
        author: n.author,
        author_name: n.author_name,
        body: sight::text(sight, n.body),
        created_at: n.created_at.rfc3339(),
        edited_at: n.edited_at.map(|at| at.rfc3339()),
    }
}

fn words(draft: &NoteDraft) -> Result<String> {
    let body = draft.body.trim();
    if body.is_empty() || body.chars().count() > LENGTH {
        return Err(Error::invalid("note.body", format!("备注要有 1 到 {LENGTH} 个字"), format!("a note has 1 to {LENGTH} characters")));
    }
    Ok(body.to_owned())
}

/// Writes a note about a customer.
///
/// # Errors
/// `customer.not_found`, `note.body`; when the store refuses.
pub async fn create(app: &App, by: &By, customer: &str, draft: &NoteDraft) -> Result<NoteView> {
    let person = person(app, customer).await?;
    let body = words(draft)?;
    let now = app.clock.now();
    let note = Note {
        id: app.new_id("not"),
        customer: person.key,
        author: by.actor.id.clone(),
        author_name: Some(by.actor.name.clone()),
        body,
        created_at: now,
        edited_at: None,
        removed_at: None,
    };
    let mut tx = app.store.begin().await?;
    store::note::forget(&mut tx, oldest(now)).await?;
    store::note::create(&mut tx, &note).await?;
    let written = audit::of(app, &by.actor, Action::NoteWritten, note.id.as_str()).detail(json!({ "customer": person.id }));
    audit::append(app, &mut tx, &written).await?;
    tx.commit().await?;
    Ok(view(by.permissions.sight(), note))
}

/// A note that is there, with the customer's public id.
async fn known(app: &App, id: &str, removed: bool) -> Result<(Note, String)> {
    let note = store::note::get(&app.store, id).await?.filter(|n| n.removed_at.is_some() == removed);
    let note = note.ok_or_else(|| Error::not_found("note", id))?;
    let customer = store::customer::by_key(&app.store, note.customer).await?.ok_or_else(|| Error::not_found("note", id))?;
    Ok((note, customer.id))
}

/// Gives one's own note other words.
///
/// # Errors
/// `note.not_found`, `note.body`, `note.foreign`; `access.masked` for one whose words the author does not see whole.
pub async fn edit(app: &App, by: &By, id: &str, draft: &NoteDraft) -> Result<NoteView> {
    let (note, customer) = known(app, id, false).await?;
    let body = words(draft)?;
    if note.author != by.actor.id {
        return Err(Error::denied("note.foreign", "只能修改自己写的备注", "only who wrote a note changes its words"));
    }
    let sight = by.permissions.sight();
    if sight::text(sight, note.body.clone()) != note.body {
        return Err(sight::masked("note"));
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    store::note::change(&mut tx, id, &body, now).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::NoteChanged, id).detail(json!({ "customer": customer }))).await?;
    tx.commit().await?;
    Ok(view(sight, Note { body, edited_at: Some(now), ..note }))
}

fn may_remove(note: &Note, by: &By) -> Result<()> {
    if note.author == by.actor.id || by.permissions.has(Permission::MembersManage) {
        return Ok(());
    }
    Err(Error::denied("note.foreign", "只有作者和管理者能删除这条备注", "only its author and who manages members take a note away"))
}

/// Takes a note away: one's own, or anybody's for who manages members. [`restore`] brings it back within 30 days.
///
/// # Errors
/// `note.not_found`, `note.foreign`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    let (note, customer) = known(app, id, false).await?;
    may_remove(&note, by)?;
    let mut tx = app.store.begin().await?;
    store::note::remove(&mut tx, id, app.clock.now()).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::NoteRemoved, id).detail(json!({ "customer": customer }))).await?;
    Ok(tx.commit().await?)
}

/// Brings a note back.
///
/// # Errors
/// `note.not_found`, also for one that is there or was forgotten; `note.foreign`; when the store refuses.
pub async fn restore(app: &App, by: &By, id: &str) -> Result<NoteView> {
    let (note, customer) = known(app, id, true).await?;
    may_remove(&note, by)?;
    let mut tx = app.store.begin().await?;
    store::note::restore(&mut tx, id).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::NoteRestored, id).detail(json!({ "customer": customer }))).await?;
    tx.commit().await?;
    Ok(view(by.permissions.sight(), Note { removed_at: None, ..note }))
}
