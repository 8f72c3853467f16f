//! Tags: made by whoever works on customers, renamed and taken away by whoever may change definitions.

use crate::{Error, Result, app::App, audit, people::By, sight::{self, Sight}};
use domain::{
    CustomerKey, Label,
    audit::Action,
    tag::{self, Colour},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{mark, tag::Tag};
use utoipa::ToSchema;

/// A tag and how many have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagView {
    /// `tag_…`
    pub id: String,
    /// as it is shown
    pub name: String,
    /// `grey`, `blue`, `green`, `amber`, `red`, `purple`, `teal` or `pink`
    pub colour: String,
    /// customers who have it
    pub customers: u64,
}

/// What a tag shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagDraft {
    /// one line of at most 40 characters; case, width and spaces make no other tag
    pub name: String,
    /// absent = `grey`
    #[serde(default)]
    pub colour: Option<String>,
}

/// Tags a business may have.
const MOST: i64 = 500;

fn view(sight: Sight, tag: Tag, customers: u64) -> TagView {
    TagView { id: tag.id, name: sight::text(sight, tag.name), colour: tag.colour.key().to_owned(), customers }
}

fn checked(draft: &TagDraft) -> Result<(String, Colour)> {
    let name = tag::name(&draft.name);
    let name = name.ok_or_else(|| Error::invalid("tag.name", format!("标签名要 1 到 {} 个字", tag::LENGTH), format!("a tag's name has 1 to {} characters", tag::LENGTH)))?;
    let colour = match draft.colour.as_deref().filter(|c| !c.is_empty()) {
        None => Colour::default(),
        Some(key) => Colour::parse(key).ok_or_else(|| Error::Invalid {
            code: "tag.colour",
            message: Label::new(format!("没有这种颜色：{key}"), format!("there is no colour {key}")),
            params: json!({ "colour": key, "colours": Colour::ALL.map(Colour::key) }),
        })?,
    };
    Ok((name, colour))
}

fn taken(e: store::Error) -> Error {
    match e {
        store::Error::Taken { .. } => Error::conflict("tag.taken", "已经有同名的标签", "there is a tag of this name already"),
        other => other.into(),
    }
}

/// A tag that is there.
pub(super) async fn known(app: &App, id: &str) -> Result<Tag> {
    let found = store::tag::get(&app.store, &app.settings().id, id).await?;
    found.filter(|t| t.removed_at.is_none()).ok_or_else(|| Error::not_found("tag", id))
}

/// Every tag, by name.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, sight: Sight) -> Result<Vec<TagView>> {
    let sets = mark::all_held(&app.store, mark::TAGS, &*app.runs.aliases(app).await?).await?;
    let tags = store::tag::list(&app.store, &app.settings().id).await?;
    // whoever went with an undone import keeps their marks, should they come again
    let gone: mark::Set = store::customer::gaps(&app.store).await?.into_iter().flatten().map(CustomerKey).collect();
    let customers = |t: &Tag| sets.get(&mark::of_tag(&t.id)).map_or(0, |set| set.and_not(&gone).count());
    Ok(tags.into_iter().map(|t| (customers(&t), t)).map(|(n, t)| view(sight, t, n)).collect())
}

/// Makes a tag.
///
/// # Errors
/// `tag.name`, `tag.colour`, `tag.taken`, `tag.many`; when the store refuses.
pub async fn create(app: &App, by: &By, draft: &TagDraft) -> Result<TagView> {
    let (name, colour) = checked(draft)?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let tag = Tag { id: app.new_id("tag"), name, colour, created_by: by.actor.id.clone(), created_at: now, removed_at: None };
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    if store::tag::count(&mut tx, &workspace).await? >= MOST {
        return Err(Error::conflict("tag.many", format!("最多 {MOST} 个标签，先删掉不用的"), format!("there are at most {MOST} tags; take some away first")));
    }
    store::tag::create(&mut tx, &workspace, &tag).await.map_err(taken)?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::TagMade, tag.id.as_str()).detail(json!({ "colour": colour.key() }))).await?;
    tx.commit().await?;
    Ok(view(by.permissions.sight(), tag, 0))
}

/// Gives a tag another name and colour.
///
/// # Errors
/// `tag.not_found` and as [`create`]; `access.masked` for a name that whoever asks does not see whole.
pub async fn edit(app: &App, by: &By, id: &str, draft: &TagDraft) -> Result<TagView> {
    let before = known(app, id).await?;
    let (name, colour) = checked(draft)?;
    let sight = by.permissions.sight();
    if name != before.name && sight::text(sight, before.name.clone()) != before.name {
        return Err(sight::masked("tag"));
    }
    let workspace = app.settings().id.clone();
    let aliases = app.runs.aliases(app).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    store::tag::change(&mut tx, &workspace, id, &name, colour).await.map_err(taken)?;
    let detail = json!({ "renamed": name != before.name, "colour": colour.key() });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::TagChanged, id).detail(detail)).await?;
    let customers = mark::held(&mut tx, &mark::of_tag(id), &aliases).await?.count();
    tx.commit().await?;
    Ok(view(sight, Tag { name, colour, ..before }, customers))
}

/// Takes a tag away, and with it from everybody; [`restore`] brings both back.
///
/// # Errors
/// `tag.not_found`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    known(app, id).await?;
    let aliases = app.runs.aliases(app).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    let customers = mark::held(&mut tx, &mark::of_tag(id), &aliases).await?.count();
    store::tag::remove(&mut tx, &app.settings().id, id, app.clock.now()).await?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::TagRemoved, id).detail(json!({ "customers": customers }))).await?;
    Ok(tx.commit().await?)
}

/// Brings a tag back on everybody who had it.
///
/// # Errors
/// `tag.not_found`, also for one that is there; `tag.taken` if another has its name now; when the store refuses.
pub async fn restore(app: &App, by: &By, id: &str) -> Result<TagView> {
    let workspace = app.settings().id.clone();
    let gone = store::tag::get(&app.store, &workspace, id).await?.filter(|t| t.removed_at.is_some());
    let tag = gone.ok_or_else(|| Error::not_found("tag", id))?;
    let aliases = app.runs.aliases(app).await?;
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    store::tag::restore(&mut tx, &workspace, id).await.map_err(taken)?;
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::TagRestored, id)).await?;
    let customers = mark::held(&mut tx, &mark::of_tag(id), &aliases).await?.count();
    tx.commit().await?;
    Ok(view(by.permissions.sight(), tag, customers))
}
