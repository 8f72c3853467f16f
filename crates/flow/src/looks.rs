//! How far the base is, asked once for everybody who asks at the same time: what is kept in memory is right as long as this look says
//! so. A look began after whoever is answered by it asked, so nobody is told what was before their request.

use crate::{Error, Result, app::App};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use std::{
    cell::Cell,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::reading::{self, Reading};

/// A database that does not answer for so long is not waited for any longer: everybody waits for the look under way, and whoever has it
/// would keep them all.
const PATIENCE: Duration = Duration::from_secs(20);

/// The look that everybody who asks now will share; a failure is not shared.
type Pending = Shared<BoxFuture<'static, Option<Reading>>>;

tokio::task_local! {
    /// of which business, and what
    static SEEN: Cell<Option<(usize, Reading)>>;
}

/// Does something that only reads with one look: all of it is of one moment, that of its first question.
pub async fn once<T>(read: impl Future<Output = T>) -> T {
    SEEN.scope(Cell::new(None), read).await
}

/// One look at a time; who asks meanwhile shares the next.
#[derive(Default)]
pub struct Looks(Arc<Turns>);

#[derive(Default)]
struct Turns {
    next: Mutex<Option<Pending>>,
    under_way: tokio::sync::Mutex<()>,
}

impl Turns {
    fn next(&self) -> std::sync::MutexGuard<'_, Option<Pending>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Looks {
    /// Tells the looks of one business from those of another.
    fn whose(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    fn join(&self, now: impl Future<Output = Result<Reading>> + Send + 'static) -> Pending {
        let mut next = self.0.next();
        if let Some(pending) = &*next {
            return pending.clone();
        }
        let turns = Arc::clone(&self.0);
        let look = async move {
            let _turn = turns.under_way.lock().await;
            // it begins: who asks from here on is of the one after
            turns.next().take();
            now.await.ok()
        };
        next.insert(look.boxed().shared()).clone()
    }
}

/// Looks, if the database answers in time.
async fn now(store: store::Store) -> Result<Reading> {
    let looked = tokio::time::timeout(PATIENCE, reading::now(&store)).await;
    Ok(looked.map_err(|_| store::Error::Busy)??)
}

impl App {
    /// How far the base is now; settings that changed are read again.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn look(&self) -> Result<Reading> {
        let whose = self.looks.whose();
        if let Some((_, seen)) = SEEN.try_with(Cell::get).ok().flatten().filter(|(of, _)| *of == whose) {
            return Ok(seen);
        }
        let now = match self.looks.join(now(self.store.clone())).await {
            Some(now) => now,
            None => now(self.store.clone()).await?,
        };
        self.settle(now.house).await?;
        // nobody minds outside of `once`
        let _ = SEEN.try_with(|seen| seen.set(Some((whose, now))));
        Ok::<_, Error>(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_look_began_after_whoever_shares_it_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store::Store::open(&format!("sqlite:{}", folder.path().join("z.db").display())).await.expect("opens");
        let looks = Looks::default();
        let look = || now(store.clone());
        let before = looks.join(look());
        let held = Arc::clone(&looks.0).under_way.try_lock().is_ok();
        assert!(held, "nothing is under way before somebody waits");
        // both ask before it begins: one look
        let same = looks.join(look());
        assert!(before.ptr_eq(&same));
        let seen = before.await.expect("answers");
        assert_eq!(same.await, Some(seen));
        // whoever asks after it began is not answered by it
        let after = looks.join(look());
        assert_eq!(after.peek(), None);
        assert_eq!(after.await, Some(seen));
    }

    #[tokio::test]
    async fn whoever_stops_waiting_keeps_nobody_from_looking() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store::Store::open(&format!("sqlite:{}", folder.path().join("z.db").display())).await.expect("opens");
        let looks = Looks::default();
        // one whose database never answers, and one who waits for its turn: both go away
        let hangs = looks.join(std::future::pending());
        assert_eq!(hangs.clone().now_or_never(), None);
        let waits = looks.join(now(store.clone()));
        assert_eq!(waits.clone().now_or_never(), None);
        drop((hangs, waits));
        assert!(looks.join(now(store)).await.is_some());
    }
}
