//! Saved views of the customer list and of lists of records: filters, sort, columns and density under a name, for oneself or for everybody. The address of
//! the list says what is shown; a view only remembers one.

use crate::{Error, Result, app::App, audit, objects, people::By, sight};
use domain::{
    Label,
    access::Permission,
    audit::Action,
    clock::Instant,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, view::View};
use utoipa::ToSchema;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ViewView {
    /// `v_…`
    pub id: String,
    /// name for people
    pub name: String,
    /// parameters of the list: `rule`, `segment`, `q`, `tag`, `owner`, `class.…`, `was.…`, `f.…`, `sort`, `columns`, `density`, `display`; `object`:
    /// of the list of these records, with `q`, `customer`, `f.<field>`, `sort` and `columns`
    pub query: BTreeMap<String, String>,
    /// `private` or `everyone`
    pub audience: String,
    /// whose, `usr_…`
    pub owner: String,
    /// display name
    pub owner_name: Option<String>,
    /// may whoever asks change it and take it away?
    pub mine: bool,
    /// does whoever asks begin with it?
    pub default: bool,
    /// does whoever asks keep it in front?
    pub pinned: bool,
    /// RFC 3339
    pub updated_at: String,
    /// last looked through by anybody; RFC 3339, to the hour
    pub used_at: String,
    /// nobody looked through it for 90 days
    pub unused: bool,
}

/// What a view shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewDraft {
    /// name for people, at most 60 characters
    pub name: String,
    /// parameters of the list
    pub query: BTreeMap<String, String>,
    /// `private` (if absent) or `everyone`
    #[serde(default)]
    pub audience: Option<String>,
}

/// What a view of the customer list remembers, beside `class.…`, `was.…` and `f.…`.
const OF_CUSTOMERS: &[&str] = &["rule", "segment", "q", "tag", "owner", "sort", "columns", "density", "display", "entered", "left", "finding"];
/// What a view of a list of records remembers, beside `f.…`.
const OF_RECORDS: &[&str] = &["object", "q", "customer", "sort", "columns"];
const NAME: usize = 60;
/// Characters of all parameters together.
const QUERY: usize = 8_000;
/// Views a person may have.
const MOST: i64 = 200;
const HOUR: i64 = 3_600_000_000;
const UNUSED: i64 = 90 * 24 * HOUR;

fn may_change(v: &View, by: &By) -> bool {
    v.owner == by.actor.id || (v.shared && by.permissions.has(Permission::MembersManage))
}

/// What a person says of views for themselves.
#[derive(Default)]
struct Own {
    default: Option<String>,
    pinned: BTreeSet<String>,
}

impl Own {
    async fn of(app: &App, by: &By) -> Result<Own> {
        let workspace = app.settings().id.clone();
        Ok(Own { default: store::view::default(&app.store, &workspace, &by.actor.id).await?, pinned: store::view::pinned(&app.store, &workspace, &by.actor.id).await? })
    }
}

fn view(app: &App, by: &By, v: View, own: &Own) -> ViewView {
    let sight = by.permissions.sight();
    let query: BTreeMap<String, String> = serde_json::from_value(v.query.clone()).unwrap_or_default();
    ViewView {
        mine: may_change(&v, by),
        default: own.default.as_ref() == Some(&v.id),
        pinned: own.pinned.contains(&v.id),
        audience: if v.shared { "everyone" } else { "private" }.to_owned(),
        // what somebody typed into a search may be a phone
        query: query.into_iter().map(|(k, t)| (k, sight::text(sight, t))).collect(),
        name: sight::text(sight, v.name),
        id: v.id,
        owner: v.owner,
        owner_name: v.owner_name,
        updated_at: v.updated_at.rfc3339(),
        used_at: v.used_at.rfc3339(),
        unused: app.clock.now().0 - v.used_at.0 > UNUSED,
    }
}

async fn checked(app: &App, by: &By, draft: ViewDraft) -> Result<(String, serde_json::Value, bool)> {
    let name = draft.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME {
        return Err(Error::invalid("view.name", format!("视图名要 1 到 {NAME} 个字"), format!("a view's name has 1 to {NAME} characters")));
    }
    let object = draft.query.get("object").map(String::as_str).filter(|o| !o.is_empty());
    if let Some(object) = object {
        objects::get(app, object).await?;
    }
    let known = |k: &str| match object {
        Some(_) => OF_RECORDS.contains(&k) || k.starts_with("f."),
        None => OF_CUSTOMERS.contains(&k) || ["class.", "was.", "f."].iter().any(|p| k.starts_with(p)),
    };
    if let Some(name) = draft.query.keys().find(|k| !known(k)) {
        return Err(Error::Invalid {
            code: "view.query",
            message: Label::new(format!("列表没有这个参数：{name}"), format!("the list has no parameter {name}")),
            params: json!({ "name": name }),
        });
    }
    if draft.query.iter().map(|(k, v)| k.chars().count() + v.chars().count()).sum::<usize>() > QUERY {
        return Err(Error::invalid("view.query", "筛选太长，无法保存", "these filters are too long to keep"));
    }
    let shared = match draft.audience.as_deref() {
        None | Some("private" | "") => false,
        Some("everyone") => true,
        Some(other) => {
            return Err(Error::Invalid {
                code: "view.audience",
                message: Label::new(format!("没有这种范围：{other}"), format!("there is no audience {other}")),
                params: json!({ "audience": other }),
            });
        }
    };
    if shared && !by.permissions.has(Permission::CustomersWrite) {
        return Err(Error::denied("view.share", "您没有与大家共享视图的权限", "you may not share views with everybody"));
    }
    let query: BTreeMap<String, String> = draft.query.into_iter().filter(|(_, v)| !v.is_empty()).collect();
    Ok((name, json!(query), shared))
}

async fn known(app: &App, by: &By, id: &str) -> Result<View> {
    let found = store::view::get(&app.store, &app.settings().id, id, &by.actor.id).await?;
    found.ok_or_else(|| Error::not_found("view", id))
}

async fn own(app: &App, by: &By, id: &str) -> Result<View> {
    changeable(by, known(app, by, id).await?)
}

fn changeable(by: &By, found: View) -> Result<View> {
    if may_change(&found, by) { Ok(found) } else { Err(Error::denied("view.foreign", "这是别人的视图，可以另存为自己的", "this is somebody else's view; save it as one of your own")) }
}

/// One's own and those for everybody, oldest first.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, by: &By) -> Result<Vec<ViewView>> {
    let own = Own::of(app, by).await?;
    let views = store::view::list(&app.store, &app.settings().id, &by.actor.id).await?;
    Ok(views.into_iter().map(|v| view(app, by, v, &own)).collect())
}

/// Saves a view.
///
/// # Errors
/// `view.name`, `view.query`, `view.audience`, `view.share`, `view.many`; when the store refuses.
pub async fn create(app: &App, by: &By, draft: ViewDraft) -> Result<ViewView> {
    let (name, query, shared) = checked(app, by, draft).await?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let made = View {
        id: app.new_id("v"),
        owner: by.actor.id.clone(),
        owner_name: Some(by.actor.name.clone()),
        name,
        query,
        shared,
        created_at: now,
        updated_at: now,
        used_at: now,
    };
    let mut tx = app.store.begin().await?;
    room(&mut tx, &workspace, &made.owner).await?;
    store::view::create(&mut tx, &workspace, &made).await?;
    if shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ViewShared, made.id.as_str())).await?;
    }
    tx.commit().await?;
    Ok(view(app, by, made, &Own::default()))
}

/// Has somebody room for one more?
async fn room(tx: &mut Tx, workspace: &str, owner: &str) -> Result<()> {
    if store::view::count(tx, workspace, owner).await? >= MOST {
        return Err(Error::conflict("view.many", format!("最多保存 {MOST} 个视图，先删掉不用的"), format!("a person has at most {MOST} views; take some away first")));
    }
    Ok(())
}

/// Changes a view: one's own, or one for everybody for who manages members.
///
/// # Errors
/// `view.not_found`, `view.foreign`; `access.masked` for one that whoever asks does not see whole; and as [`create`].
pub async fn edit(app: &App, by: &By, id: &str, draft: ViewDraft) -> Result<ViewView> {
    let before = own(app, by, id).await?;
    let (name, query, shared) = checked(app, by, draft).await?;
    let whole = before.query.to_string();
    if sight::text(by.permissions.sight(), whole.clone()) != whole {
        return Err(sight::masked("view"));
    }
    let workspace = app.settings().id.clone();
    let after = View { name, query, shared, updated_at: app.clock.now(), ..before.clone() };
    let mut tx = app.store.begin().await?;
    store::view::change(&mut tx, &workspace, &after).await?;
    let noted = match (before.shared, shared) {
        (_, true) => Some(Action::ViewShared),
        (true, false) => Some(Action::ViewWithdrawn),
        (false, false) => None,
    };
    if let Some(action) = noted {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, action, id)).await?;
    }
    tx.commit().await?;
    Ok(view(app, by, after, &Own::of(app, by).await?))
}

/// Takes a view away: one's own, or one for everybody for who manages members.
///
/// # Errors
/// `view.not_found`, `view.foreign`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    let before = own(app, by, id).await?;
    let mut tx = app.store.begin().await?;
    store::view::remove(&mut tx, &app.settings().id, id, app.clock.now()).await?;
    if before.shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ViewWithdrawn, id)).await?;
    }
    Ok(tx.commit().await?)
}

/// Brings back a view that was taken away, as it was: one's own, or one for everybody for who manages members.
///
/// # Errors
/// `view.not_found`, `view.foreign`, `view.many`; when the store refuses.
pub async fn restore(app: &App, by: &By, id: &str) -> Result<ViewView> {
    let workspace = app.settings().id.clone();
    let found = store::view::removed(&app.store, &workspace, id, &by.actor.id).await?;
    let found = changeable(by, found.ok_or_else(|| Error::not_found("view", id))?)?;
    let mut tx = app.store.begin().await?;
    room(&mut tx, &workspace, &found.owner).await?;
    store::view::restore(&mut tx, &workspace, id).await?;
    if found.shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::ViewShared, id)).await?;
    }
    tx.commit().await?;
    Ok(view(app, by, found, &Own::of(app, by).await?))
}

/// Says whether whoever asks keeps a view in front.
///
/// # Errors
/// `view.not_found`; when the store refuses.
pub async fn pin(app: &App, by: &By, id: &str, pinned: bool) -> Result<()> {
    known(app, by, id).await?;
    let mut tx = app.store.begin().await?;
    store::view::pin(&mut tx, &app.settings().id, &by.actor.id, id, pinned).await?;
    Ok(tx.commit().await?)
}

/// Notes that somebody looks through a view; written at most once an hour.
///
/// # Errors
/// `view.not_found`; when the store refuses.
pub async fn used(app: &App, by: &By, id: &str) -> Result<()> {
    let found = known(app, by, id).await?;
    let hour = Instant(app.clock.now().0.div_euclid(HOUR) * HOUR);
    if hour > found.used_at {
        store::view::used(&app.store, &app.settings().id, id, hour).await?;
    }
    Ok(())
}

/// Says which view whoever asks begins with; `None`: the list as it is.
///
/// # Errors
/// `view.not_found`; when the store refuses.
pub async fn set_default(app: &App, by: &By, id: Option<&str>) -> Result<()> {
    if let Some(id) = id {
        known(app, by, id).await?;
    }
    let mut tx = app.store.begin().await?;
    store::view::set_default(&mut tx, &app.settings().id, &by.actor.id, id).await?;
    Ok(tx.commit().await?)
}
