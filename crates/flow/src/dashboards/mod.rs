//! Dashboards: tiles over features, classes and segments. A dashboard is a document of the store, not a definition: nothing is
//! computed from it, no run depends on it, and a private one is nobody else's business (`docs/decisions/0014-dashboards.md`).
//!
//! [`figures`] says what tiles show on a day, from one run; [`file`] and [`digest`] tell the same tables elsewhere.

mod became;
mod between;
mod bins;
mod digest;
mod draw;
mod figure;
mod file;
mod goal;
mod groups;
mod over_time;
mod reckon;
mod series;
pub mod subscription;
mod templates;
mod tile;

pub use digest::{Digest, DigestTable, Section, digest};
pub use draw::{Reading, figures};
pub use figure::{ColumnKind, Figure, FigureCell, FigureColumn, FigureGoal, FigureProblem, FigureRow, Figures, Headline, Reckoned};
pub use file::{FileFormat, taken};
pub use series::Boards;
pub use templates::{DashboardTemplate, templates};
pub use tile::{Back, CohortOf, FlowView, Goal, Measure, Reach, Show, Stat, TILES, Tile, Who, narrowed, shape};

use crate::{Error, Result, analysis::{defined, used_by::Names}, app::App, audit, people::By, schema, sight::{self, Sight, Walls}, work::UNDO_DAYS};
use domain::{Label, access::Permission, audit::Action, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use store::dashboard::Dashboard;
use utoipa::ToSchema;

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DashboardView {
    /// `dsh_…`
    pub id: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub name: Label,
    /// what is on it, in the order of reading
    pub tiles: Vec<Tile>,
    /// `private` or `everyone`
    pub audience: String,
    /// whose, `usr_…`
    pub owner: String,
    /// display name
    pub owner_name: Option<String>,
    /// may whoever asks change it and take it away?
    pub mine: bool,
    /// one more with every change, from 1
    pub edition: i64,
    /// RFC 3339
    pub updated_at: String,
}

/// What a dashboard shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DashboardDraft {
    /// name for people, at most 60 characters in each language
    #[schema(value_type = schema::Label)]
    pub name: Label,
    /// what is on it
    pub tiles: Vec<Tile>,
    /// `private` (if absent) or `everyone`
    #[serde(default)]
    pub audience: Option<String>,
    /// the edition that was changed: another one means that somebody else was quicker. Absent for a new dashboard.
    #[serde(default)]
    pub edition: Option<i64>,
}

const NAME: usize = 60;
/// Dashboards a person may have.
const MOST: i64 = 100;

fn may_change(d: &Dashboard, by: &By) -> bool {
    by.permissions.has(Permission::DefinitionsWrite) && (d.shared || d.owner == by.actor.id)
}

/// The tiles of a dashboard. One that a later program wrote reads as empty here, and is not changed by this one.
fn tiles(d: &Dashboard) -> Option<Vec<Tile>> {
    serde_json::from_value(d.tiles.clone()).ok()
}

/// What its tiles name.
pub(crate) fn names(d: &Dashboard) -> Names {
    let mut found = Names::default();
    tiles(d).iter().flatten().for_each(|tile| tile.name(&mut found));
    found
}

/// Is every tile understood in this set?
pub(crate) fn fits(d: &Dashboard, all: &defined::Definitions) -> bool {
    tiles(d).iter().flatten().all(|t| tile::names(t, all, &Walls::none()).is_ok())
}

/// Texts people typed into rules, titles and notes may be a phone.
fn shown(sight: Sight, mut tile: Tile) -> Tile {
    tile.who.values_mut().for_each(|v| *v = sight::text(sight, std::mem::take(v)));
    tile.words().for_each(|t| *t = masked(sight, std::mem::take(t)));
    tile
}

/// Words people wrote, in both languages.
fn masked(sight: Sight, words: Label) -> Label {
    Label::new(sight::text(sight, words.zh), sight::text(sight, words.en))
}

fn view(by: &By, d: Dashboard) -> DashboardView {
    let sight = by.permissions.sight();
    let found = tiles(&d);
    DashboardView {
        mine: may_change(&d, by) && found.is_some(),
        tiles: found.unwrap_or_default().into_iter().map(|t| shown(sight, t)).collect(),
        audience: if d.shared { "everyone" } else { "private" }.to_owned(),
        name: masked(sight, d.name),
        id: d.id,
        owner: d.owner,
        owner_name: d.owner_name,
        edition: d.edition,
        updated_at: d.updated_at.rfc3339(),
    }
}

async fn known(app: &App, by: &By, id: &str) -> Result<Dashboard> {
    store::dashboard::get(&app.store, &app.settings().id, id, &by.actor.id).await?.ok_or_else(|| Error::not_found("dashboard", id))
}

/// Name, tiles and audience, if they will do. Tiles that stood there before are not asked about again.
async fn checked(app: &App, by: &By, mut draft: DashboardDraft, before: &[Tile]) -> Result<(Label, Vec<Tile>, bool)> {
    let plain = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = defined::both(Label::new(plain(&draft.name.zh), plain(&draft.name.en)));
    if [&name.zh, &name.en].into_iter().any(|n| n.is_empty() || n.chars().count() > NAME) {
        return Err(Error::invalid("dashboard.name", format!("看板名要 1 到 {NAME} 个字"), format!("a dashboard's name has 1 to {NAME} characters")));
    }
    let shared = match draft.audience.as_deref() {
        None | Some("private" | "") => false,
        Some("everyone") => true,
        Some(other) => {
            return Err(Error::Invalid {
                code: "dashboard.audience",
                message: Label::new(format!("没有这种范围：{other}"), format!("there is no audience {other}")),
                params: json!({ "audience": other }),
            });
        }
    };
    draft.tiles.iter_mut().flat_map(Tile::words).for_each(|w| *w = defined::both(std::mem::take(w)));
    tile::shape(&draft.tiles)?;
    let walls = Walls::now(app, by.permissions.sight()).await?;
    let all = defined::current(app).await?;
    draft.tiles.iter().filter(|t| !before.contains(t)).try_for_each(|t| tile::names(t, &all, &walls))?;
    Ok((name, draft.tiles, shared))
}

fn document(tiles: &[Tile]) -> Result<serde_json::Value> {
    serde_json::to_value(tiles).map_err(|e| Error::Internal(e.to_string()))
}

/// One's own and the team's, oldest first.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App, by: &By) -> Result<Vec<DashboardView>> {
    let all = store::dashboard::list(&app.store, &app.settings().id, &by.actor.id).await?;
    Ok(all.into_iter().map(|d| view(by, d)).collect())
}

/// One of them.
///
/// # Errors
/// `dashboard.not_found`; when the store refuses.
pub async fn get(app: &App, by: &By, id: &str) -> Result<DashboardView> {
    Ok(view(by, known(app, by, id).await?))
}

/// The tiles as they are kept, whatever whoever asks may see of their texts: what they show is walled where it is counted.
///
/// # Errors
/// `dashboard.not_found`; when the store refuses.
pub async fn tiles_of(app: &App, by: &By, id: &str) -> Result<Vec<Tile>> {
    let found = known(app, by, id).await?;
    tiles(&found).ok_or_else(|| Error::conflict("dashboard.newer", "这个看板由更新的版本生成，请升级后打开", "a newer program made this dashboard; upgrade to open it"))
}

/// Makes a dashboard.
///
/// # Errors
/// `dashboard.name`, `dashboard.audience`, `dashboard.tiles`, `dashboard.tile`, `dashboard.many`, `access.masked`; when the store refuses.
pub async fn create(app: &App, by: &By, draft: DashboardDraft) -> Result<DashboardView> {
    let (name, tiles, shared) = checked(app, by, draft, &[]).await?;
    let (workspace, now) = (app.settings().id.clone(), app.clock.now());
    let made = Dashboard {
        id: app.new_id("dsh"),
        owner: by.actor.id.clone(),
        owner_name: Some(by.actor.name.clone()),
        name,
        tiles: document(&tiles)?,
        shared,
        edition: 1,
        created_at: now,
        updated_at: now,
        updated_by: by.actor.id.clone(),
    };
    let mut tx = app.store.begin().await?;
    if store::dashboard::count(&mut tx, &workspace, &made.owner).await? >= MOST {
        return Err(Error::conflict("dashboard.many", format!("最多 {MOST} 个看板，先删掉不用的"), format!("a person has at most {MOST} dashboards; take some away first")));
    }
    store::dashboard::create(&mut tx, &workspace, &made).await?;
    if shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::DashboardShared, made.id.as_str())).await?;
    }
    tx.commit().await?;
    Ok(view(by, made))
}

/// Changes a dashboard of one's own or of the team.
///
/// # Errors
/// `dashboard.not_found`, `dashboard.moved` if somebody else was quicker; `access.masked` for one that whoever asks does not see whole;
/// and as [`create`].
pub async fn edit(app: &App, by: &By, id: &str, draft: DashboardDraft) -> Result<DashboardView> {
    let before = known(app, by, id).await?;
    let stood = tiles_of(app, by, id).await?;
    let sight = by.permissions.sight();
    if stood.iter().any(|t| shown(sight, t.clone()) != *t) || sight::text(sight, before.name.zh.clone()) != before.name.zh {
        return Err(sight::masked("dashboard"));
    }
    let edition = draft.edition.unwrap_or(before.edition);
    let (name, tiles, shared) = checked(app, by, draft, &stood).await?;
    if !shared && before.shared && before.owner != by.actor.id {
        return Err(Error::denied("dashboard.foreign", "团队的看板只有建它的人能改成私有", "only who made a dashboard of the team makes it private"));
    }
    let after = Dashboard { name, tiles: document(&tiles)?, shared, edition, updated_at: app.clock.now(), updated_by: by.actor.id.clone(), ..before.clone() };
    let mut tx = app.store.begin().await?;
    if !store::dashboard::change(&mut tx, &app.settings().id, &after).await? {
        return Err(Error::conflict("dashboard.moved", "看板刚被他人修改：请重新打开，或另存为一个新的", "somebody else just changed this dashboard: open it again, or keep yours as a new one"));
    }
    let noted = match (before.shared, shared) {
        (_, true) => Some(Action::DashboardShared),
        (true, false) => Some(Action::DashboardWithdrawn),
        (false, false) => None,
    };
    if let Some(action) = noted {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, action, id).detail(changed(&stood, &tiles))).await?;
    }
    tx.commit().await?;
    Ok(view(by, Dashboard { edition: edition + 1, ..after }))
}

/// What changed, by the names of tiles.
fn changed(before: &[Tile], after: &[Tile]) -> serde_json::Value {
    let ids = |all: &[Tile]| all.iter().map(|t| t.id.clone()).collect::<BTreeSet<_>>();
    let (old, new) = (ids(before), ids(after));
    let edited = after.iter().filter(|t| old.contains(&t.id) && !before.contains(t)).count();
    json!({ "added": new.difference(&old).count(), "removed": old.difference(&new).count(), "edited": edited })
}

/// Takes a dashboard away.
///
/// # Errors
/// `dashboard.not_found`; when the store refuses.
pub async fn remove(app: &App, by: &By, id: &str) -> Result<()> {
    let before = known(app, by, id).await?;
    let mut tx = app.store.begin().await?;
    store::dashboard::remove(&mut tx, &app.settings().id, id, app.clock.now()).await?;
    if before.shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::DashboardWithdrawn, id)).await?;
    }
    Ok(tx.commit().await?)
}

/// Brings a dashboard back that was taken away within 30 days.
///
/// # Errors
/// `dashboard.not_found`; when the store refuses.
pub async fn restore(app: &App, by: &By, id: &str) -> Result<DashboardView> {
    let from = Instant(app.clock.now().0 - UNDO_DAYS * 86_400_000_000);
    let mut tx = app.store.begin().await?;
    if !store::dashboard::restore(&mut tx, &app.settings().id, id, from, &by.actor.id).await? {
        return Err(Error::not_found("dashboard", id));
    }
    let back = store::dashboard::get(&mut tx, &app.settings().id, id, &by.actor.id).await?.ok_or_else(|| Error::not_found("dashboard", id))?;
    if back.shared {
        audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::DashboardShared, id)).await?;
    }
    tx.commit().await?;
    Ok(view(by, back))
}
