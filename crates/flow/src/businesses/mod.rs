//! The businesses of one server. Each is a house of its own: a data folder and a database (a file, or a schema), its people, keys,
//! jobs and log. The first holds the list of the others and nothing of what is in them.

mod slug;

pub use slug::slug;

use crate::{Error, Result, app::App, audit, people::By};
use domain::{audit::Action, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};
use store::business::{self, Business};
use utoipa::ToSchema;

/// Names this room's failpoints.
pub const FAILPOINTS: &[&str] = &["business-added", "business-made"];

/// Businesses a server holds at most besides the first.
const MOST: usize = 500;
/// Where the data folders of further businesses lie in that of the first.
const FOLDER: &str = "businesses";

/// Where a business is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// its data folder
    pub data: PathBuf,
    /// address of its database
    pub url: String,
}

impl Place {
    /// Where a further business is kept, beside the first: a folder of its own, and a file in it or a schema of the same database.
    ///
    /// # Errors
    /// When the first's address is none we know.
    pub fn of(&self, id: &str) -> Result<Place> {
        let data = std::path::absolute(&self.data)?.join(FOLDER).join(id);
        let url = match store::Store::file(&self.url)? {
            Some(_) => format!("sqlite:{}", data.join("zhiyin.db").display()),
            None => store::dump::schema_address(&self.url, id)?,
        };
        Ok(Place { data, url })
    }

    /// Makes what a database of its own needs before it can be opened. Twice is harmless.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn make(&self, id: &str) -> Result<()> {
        if store::Store::file(&self.url)?.is_none() {
            store::dump::make_schema(&self.url, id).await?;
        }
        Ok(())
    }

    /// Is its data here?
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn exists(&self) -> Result<bool> {
        Ok(store::Store::exists(&self.url).await?)
    }
}

/// How it stands with a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BusinessState {
    /// people work in it
    Open,
    /// it waits for its founder
    Waiting,
    /// it is not served; nothing is deleted
    Archived,
    /// its data is not where it should be: a backup is to be restored
    Missing,
    /// its data does not open; the server's log says why
    Broken,
}

/// A further business of the server.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BusinessView {
    /// `biz_…`
    pub id: String,
    /// its name in the address
    pub slug: String,
    /// where it is on this server: `/w/<slug>`
    pub path: String,
    /// how it stands with it
    pub state: BusinessState,
    /// what it calls itself; absent before it is founded
    pub name: Option<String>,
    /// how many customers it has; absent while it is not open
    pub customers: Option<u64>,
    /// bytes it takes on disk
    pub bytes: u64,
    /// RFC 3339, to the hour: when somebody was last in it
    pub last_seen_at: Option<String>,
    /// RFC 3339: added
    pub created_at: String,
    /// RFC 3339: archived
    pub archived_at: Option<String>,
}

/// Where a business is on its server.
pub fn path(slug: &str) -> String {
    format!("/w/{slug}")
}

/// Every further business, archived or not.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App) -> Result<Vec<Business>> {
    Ok(business::list(&app.store).await?)
}

/// One of them.
///
/// # Errors
/// `business.not_found`.
pub async fn get(app: &App, id: &str) -> Result<Business> {
    business::get(&app.store, id).await?.ok_or_else(|| Error::not_found("business", id))
}

/// One by its name in the address.
///
/// # Errors
/// `business.not_found`.
pub async fn named(app: &App, slug: &str) -> Result<Business> {
    business::by_slug(&app.store, slug).await?.ok_or_else(|| Error::not_found("business", slug))
}

/// Adds a business to the list. That is all there is to it: whoever serves makes what is missing of those on the list, so that one cut
/// short here is finished by the next.
///
/// # Errors
/// `business.slug`, `business.reserved`, `business.taken`, `business.many`, `business.first`, or when the store refuses.
pub async fn add(app: &App, by: &By, typed: &str) -> Result<Business> {
    let slug = slug(typed)?;
    founded(app).await?;
    let new = Business { id: app.new_id("biz"), slug, created_at: app.clock.now(), made_at: None, archived_at: None };
    let mut tx = app.store.begin().await?;
    if business::list(&mut tx).await?.len() >= MOST {
        return Err(Error::conflict("business.many", format!("一台服务器最多再容纳 {MOST} 家企业"), format!("a server holds at most {MOST} further businesses")));
    }
    business::create(&mut tx, &new).await.map_err(|e| match e {
        store::Error::Taken { .. } => taken(&new.slug),
        e => e.into(),
    })?;
    let note = audit::of(app, &by.actor, Action::BusinessAdded, new.id.as_str()).detail(json!({ "slug": new.slug }));
    audit::append(app, &mut tx, &note).await?;
    tx.commit().await?;
    store::failpoint("business-added");
    Ok(new)
}

/// Could a business be added under this name?
///
/// # Errors
/// As [`add`].
pub async fn tried(app: &App, typed: &str) -> Result<()> {
    let slug = slug(typed)?;
    founded(app).await?;
    match business::by_slug(&app.store, &slug).await? {
        Some(_) => Err(taken(&slug)),
        None => Ok(()),
    }
}

/// The first business has its owner, in whose log it is noted.
async fn founded(app: &App) -> Result<()> {
    app.reload().await?;
    if app.settings().id.is_empty() || store::setup::required(&app.store).await? {
        return Err(Error::conflict("business.first", "请先建立第一家企业：运行 zhiyin serve，打开它打印的链接", "set up the first business first: run `zhiyin serve` and open the link it prints"));
    }
    Ok(())
}

fn taken(slug: &str) -> Error {
    Error::conflict("business.taken", format!("地址名 {slug} 已有企业使用（也可能已归档）"), format!("a business has the name {slug} in its address already; it may be archived"))
}

/// Notes that a link to found it was made.
///
/// # Errors
/// When the store refuses.
pub async fn offered(app: &App, by: &By, b: &Business) -> Result<()> {
    let note = audit::of(app, &by.actor, Action::BusinessOffered, b.id.as_str()).detail(json!({ "slug": b.slug }));
    audit::note(app, note).await
}

/// Is not served any more; nothing of it is deleted. Twice is harmless.
///
/// # Errors
/// `business.not_found`, or when the store refuses.
pub async fn archive(app: &App, by: &By, id: &str) -> Result<Business> {
    set(app, by, id, Action::BusinessArchived).await
}

/// Is served again. Twice is harmless.
///
/// # Errors
/// `business.not_found`, or when the store refuses.
pub async fn reopen(app: &App, by: &By, id: &str) -> Result<Business> {
    set(app, by, id, Action::BusinessReopened).await
}

async fn set(app: &App, by: &By, id: &str, action: Action) -> Result<Business> {
    let mut tx = app.store.begin().await?;
    let found = business::get(&mut tx, id).await?.ok_or_else(|| Error::not_found("business", id))?;
    let changed = match action {
        Action::BusinessArchived => business::archive(&mut tx, id, app.clock.now()).await?,
        _ => business::reopen(&mut tx, id).await?,
    };
    if changed {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, action, id).detail(json!({ "slug": found.slug }))).await?;
    }
    tx.commit().await?;
    get(app, id).await
}

/// What whoever runs the server sees of a business: sizes, and when somebody was there. Nothing of what is in it.
///
/// # Errors
/// When a store or the disk refuses.
pub async fn view(b: &Business, place: &Place, state: BusinessState, app: Option<&App>) -> Result<BusinessView> {
    let mut view = BusinessView {
        id: b.id.clone(),
        slug: b.slug.clone(),
        path: path(&b.slug),
        state,
        name: None,
        customers: None,
        bytes: 0,
        last_seen_at: None,
        created_at: b.created_at.rfc3339(),
        archived_at: b.archived_at.map(Instant::rfc3339),
    };
    let folder = place.data.clone();
    view.bytes = tokio::task::spawn_blocking(move || occupied(&folder)).await?;
    let Some(app) = app else { return Ok(view) };
    view.bytes += app.store.bytes().await?;
    view.customers = Some(store::customer::count(&app.store).await?);
    if store::setup::required(&app.store).await? {
        view.state = BusinessState::Waiting;
        return Ok(view);
    }
    app.reload().await?;
    let settings = app.settings();
    view.name = Some(settings.name.clone());
    view.last_seen_at = store::member::list(&app.store, &settings.id).await?.into_iter().filter_map(|m| m.seen_at).max().map(Instant::rfc3339);
    Ok(view)
}

/// Bytes of a folder; what goes meanwhile counts for nothing.
fn occupied(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => occupied(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |m| m.len()),
        _ => 0,
    };
    entries.flatten().map(size).sum()
}
