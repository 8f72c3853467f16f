//! Can these numbers be trusted? What is wrong in the whole base as it is now, whom it touches, what it does to results and what to do
//! about it. What takes a look at everything is reckoned behind (`reckon`) and kept as long as nothing changed; what people change by a
//! click is asked when somebody looks.

mod findings;
mod kinds;
mod reckon;
mod view;

pub use view::{DataQuality, FindingExample, FindingView, QualityBefore, QualityDay, members, note, show};

use crate::{Result, app::App};
use domain::Day;
use reckon::Base;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the base looked like when it was looked at; another means that it may be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    head: i64,
    customers: u32,
    revision: i64,
    touched: i64,
    today: Day,
}

async fn key(app: &App) -> Result<Key> {
    let now = app.look().await?;
    Ok(Key { head: now.head, customers: now.customers, revision: now.revision, touched: now.touched, today: app.today() })
}

/// The last look at the whole base, and whose turn it is to look.
#[derive(Default)]
pub struct Quality {
    last: Mutex<Option<Arc<Base>>>,
    turn: tokio::sync::Mutex<()>,
}

impl Quality {
    fn last(&self) -> MutexGuard<'_, Option<Arc<Base>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last look, and is the base still so?
    async fn known(&self, app: &App) -> Result<Option<(Arc<Base>, bool)>> {
        let now = key(app).await?;
        Ok(self.last().clone().map(|base| (Arc::clone(&base), base.key == now)))
    }

    /// A look at the base as it is now, made if there is none; one at a time.
    async fn now(&self, app: &App) -> Result<Arc<Base>> {
        let fresh = |known: Option<(Arc<Base>, bool)>| known.filter(|(_, fresh)| *fresh).map(|(base, _)| base);
        if let Some(base) = fresh(self.known(app).await?) {
            return Ok(base);
        }
        let _turn = self.turn.lock().await;
        if let Some(base) = fresh(self.known(app).await?) {
            return Ok(base);
        }
        let base = Arc::new(reckon::look(app, key(app).await?).await?);
        *self.last() = Some(Arc::clone(&base));
        Ok(base)
    }

    /// Is somebody looking?
    fn is_busy(&self) -> bool {
        self.turn.try_lock().is_err()
    }
}
