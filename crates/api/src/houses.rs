//! Every business of a server behind one listener. The first is at `/`, others at `/w/<slug>/…`: the outer layer takes that part off
//! and hands the request to the business's own router, which knows nothing of the others. Whether one is served is what the first's
//! store says, looked at again and again, so that all processes on one database serve the same.

use crate::{Config, Ctx, error::{Error, Result}, router, turns::Turns};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, Uri, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use domain::clock::Instant;
use flow::{app::App, businesses::{self, BusinessState, Place}, jobs::Workers};
use futures::{StreamExt, future::BoxFuture};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, atomic::{AtomicBool, Ordering}},
    time::Duration,
};
use store::business::Business;
use tower::ServiceExt;

/// How often it is looked whether a business came or went.
const LOOK: Duration = Duration::from_millis(1_000);
/// Businesses that are opened at a time.
const OPENING: usize = 4;
/// Microseconds until one that did not open is tried again.
const AGAIN: i64 = 30_000_000;
/// How long requests under way in a business that is not served any more have until its store closes.
const FAREWELL: Duration = Duration::from_secs(3);

/// Opens the business at a place; `among`: how many share the machine. Whoever puts the pieces together knows how.
pub trait Opener: Send + Sync {
    /// Opens it, and makes what is missing.
    fn open(&self, place: Place, among: usize) -> BoxFuture<'static, flow::Result<App>>;
}

/// A business that is served.
pub struct House {
    /// its application
    pub ctx: Ctx,
    router: Router,
    workers: Mutex<Option<Workers>>,
    turns: Turns,
}

impl House {
    fn new(ctx: Ctx) -> House {
        House { router: router(ctx.clone()), ctx, workers: Mutex::new(None), turns: Turns::default() }
    }

    fn workers(&self) -> MutexGuard<'_, Option<Workers>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        self.workers().get_or_insert_with(|| Workers::start(&self.ctx.app));
    }

    async fn rest(&self) {
        let workers = self.workers().take();
        if let Some(workers) = workers {
            workers.stop().await;
        }
    }
}

/// How it stands with one on the list.
#[derive(Clone)]
enum Standing {
    /// served
    Open(Arc<House>),
    /// its data is not there, or does not open; looked at then
    Away(BusinessState, Instant),
}

/// The businesses of a server.
pub struct Houses {
    first: Arc<House>,
    others: RwLock<BTreeMap<String, Standing>>,
    opener: Arc<dyn Opener>,
    place: Place,
    /// of many who look at the list at once one acts
    turn: tokio::sync::Mutex<()>,
    working: AtomicBool,
}

impl Houses {
    /// Around the first business, kept at this place.
    pub fn new(app: Arc<App>, config: Config, place: Place, opener: Arc<dyn Opener>) -> Arc<Houses> {
        Arc::new_cyclic(|houses| Houses {
            first: Arc::new(House::new(Ctx::new(app, config).among(houses.clone()))),
            others: RwLock::default(),
            opener,
            place,
            turn: tokio::sync::Mutex::default(),
            working: AtomicBool::new(false),
        })
    }

    /// The first business.
    pub fn first(&self) -> &Ctx {
        &self.first.ctx
    }

    /// Where a further business is kept.
    ///
    /// # Errors
    /// When the first's address is none we know.
    pub fn place(&self, id: &str) -> Result<Place> {
        Ok(self.place.of(id)?)
    }

    /// A further business that is served, by its name in the address.
    pub fn open(&self, slug: &str) -> Option<Arc<House>> {
        match self.standing(slug) {
            Some(Standing::Open(house)) => Some(house),
            _ => None,
        }
    }

    fn standing(&self, slug: &str) -> Option<Standing> {
        self.others.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    /// How it stands with one on the list.
    pub fn state(&self, b: &Business) -> BusinessState {
        match self.standing(&b.slug) {
            _ if b.archived_at.is_some() => BusinessState::Archived,
            Some(Standing::Away(state, _)) => state,
            Some(Standing::Open(_)) | None => BusinessState::Open,
        }
    }

    /// Is no other served than the first?
    fn alone(&self) -> bool {
        self.others.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// All that are served, the first before the others.
    pub fn all(&self) -> Vec<Arc<House>> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let open = others.values().filter_map(|s| match s {
            Standing::Open(house) => Some(Arc::clone(house)),
            Standing::Away(..) => None,
        });
        std::iter::once(Arc::clone(&self.first)).chain(open).collect()
    }

    /// Serves what is on the list and no more: opens who is new, closes who was archived.
    ///
    /// # Errors
    /// When the list cannot be read; one that does not open keeps nobody else from it.
    pub async fn refresh(self: &Arc<Houses>) -> Result<()> {
        // to its end, whether or not whoever asked still waits: a house that was opened is on the list or closed
        let houses = Arc::clone(self);
        tokio::spawn(async move { houses.follow().await }).await.map_err(Error::internal)?
    }

    async fn follow(self: &Arc<Houses>) -> Result<()> {
        let _turn = self.turn.lock().await;
        let listed: Vec<Business> = businesses::list(&self.first().app).await?.into_iter().filter(|b| b.archived_at.is_none()).collect();
        self.first().app.shares.served(listed.len());
        let slugs: BTreeSet<&str> = listed.iter().map(|b| b.slug.as_str()).collect();
        let gone: Vec<Standing> = {
            let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
            let names: Vec<String> = others.keys().filter(|slug| !slugs.contains(slug.as_str())).cloned().collect();
            names.iter().filter_map(|slug| others.remove(slug)).collect()
        };
        for standing in gone {
            if let Standing::Open(house) = standing {
                tokio::spawn(close(house));
            }
        }
        let now = self.first().app.clock.now();
        let due = |b: &Business| match self.standing(&b.slug) {
            None => true,
            Some(Standing::Open(_)) => false,
            Some(Standing::Away(_, at)) => (now.0 - at.0).abs() > AGAIN,
        };
        let due: Vec<Business> = listed.iter().filter(|b| due(b)).cloned().collect();
        let among = listed.len();
        let opened = futures::stream::iter(due).map(|b| async move {
            let standing = match self.enter(&b, among).await {
                Ok(Some(house)) => Standing::Open(house),
                Ok(None) => Standing::Away(BusinessState::Missing, now),
                Err(e) => {
                    tracing::error!(business = %b.slug, error = %e, "a business does not open");
                    Standing::Away(BusinessState::Broken, now)
                }
            };
            (b.slug, standing)
        });
        let opened: Vec<(String, Standing)> = opened.buffer_unordered(OPENING).collect().await;
        self.others.write().unwrap_or_else(PoisonError::into_inner).extend(opened);
        Ok(())
    }

    /// Opens one; `None` where its data was made once and is not there.
    async fn enter(self: &Arc<Houses>, b: &Business, among: usize) -> flow::Result<Option<Arc<House>>> {
        let place = self.place.of(&b.id)?;
        if b.made_at.is_none() {
            place.make(&b.id).await?;
        } else if !place.exists().await? {
            tracing::warn!(business = %b.slug, data = %place.data.display(), "the data of a business is not there: restore a backup of it");
            return Ok(None);
        }
        let first = self.first();
        let app = Arc::new(self.opener.open(place, among).await?.beside(&first.app));
        store::failpoint("business-made");
        store::business::made(&first.app.store, &b.id, first.app.clock.now()).await?;
        let config = Config { business: Some(b.slug.clone()), ..Config::clone(&first.config) };
        let house = Arc::new(House::new(Ctx::new(app, config).hashing_beside(first).among(Arc::downgrade(self))));
        if self.working.load(Ordering::Relaxed) {
            house.work();
        }
        Ok(Some(house))
    }

    /// Does the jobs of every business, and looks who comes and goes until the server ends.
    pub async fn work(self: Arc<Houses>) {
        self.working.store(true, Ordering::Relaxed);
        self.all().iter().for_each(|house| house.work());
        let mut closing = self.first().closing.subscribe();
        while !*closing.borrow() {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = closing.changed() => break,
            }
            if let Err(e) = self.refresh().await {
                tracing::error!(error = %e, "the list of businesses cannot be read");
            }
        }
    }

    /// Ends every stream.
    pub fn farewell(&self) {
        self.all().iter().for_each(|house| { house.ctx.closing.send_replace(true); });
    }

    /// Stops the jobs of every business and gives them back.
    pub async fn rest(&self) {
        self.working.store(false, Ordering::Relaxed);
        let all = self.all();
        futures::future::join_all(all.iter().map(|house| house.rest())).await;
    }

    /// The whole server.
    pub fn service(self: &Arc<Houses>) -> Router {
        Router::new().fallback(enter).with_state(Arc::clone(self))
    }
}

async fn close(house: Arc<House>) {
    house.ctx.closing.send_replace(true);
    house.rest().await;
    tokio::time::sleep(FAREWELL).await;
    house.ctx.app.store.close().await;
}

/// The name in an address, and what follows it.
fn named(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix("/w/")?;
    let end = rest.find('/').unwrap_or(rest.len());
    Some(rest.split_at(end))
}

/// The same address without the name of the business.
fn within(uri: &Uri, rest: &str) -> Option<Uri> {
    let path = if rest.is_empty() { "/" } else { rest };
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

/// Whose request it is. What names nobody is the first's, which has no such page.
async fn enter(State(houses): State<Arc<Houses>>, mut request: Request) -> Response {
    let found = named(request.uri().path()).and_then(|(slug, rest)| Some((houses.standing(slug)?, within(request.uri(), rest)?)));
    let house = match found {
        None => Arc::clone(&houses.first),
        Some((Standing::Open(house), uri)) => {
            *request.uri_mut() = uri;
            house
        }
        Some((Standing::Away(..), _)) => {
            let e = Error::new(StatusCode::SERVICE_UNAVAILABLE, "business.away", "this business cannot be opened at this moment; whoever runs the server finds out why in its log");
            return e.params(json!({ "retry_after": 30 })).into_response();
        }
    };
    let answer = |request: Request| async {
        match house.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    match houses.alone() {
        true => answer(request).await,
        false => house.turns.answer(request, answer).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_part_of_the_path() {
        assert_eq!(named("/w/brand-b/api/v1/session"), Some(("brand-b", "/api/v1/session")));
        assert_eq!(named("/w/brand-b"), Some(("brand-b", "")));
        assert_eq!(named("/w//api"), Some(("", "/api")));
        assert_eq!(named("/w"), None);
        assert_eq!(named("/api/v1/w/b"), None);
        let uri: Uri = "/w/b2/customers?q=%2F&x".parse().expect("an address");
        assert_eq!(within(&uri, "/customers").expect("one, too").to_string(), "/customers?q=%2F&x");
        assert_eq!(within(&"/w/b2".parse().expect("an address"), "").expect("one, too").to_string(), "/");
        let whole: Uri = "http://shop.test/w/b2/a".parse().expect("an address");
        assert_eq!(within(&whole, "/a").expect("one, too").to_string(), "http://shop.test/a");
    }
}
