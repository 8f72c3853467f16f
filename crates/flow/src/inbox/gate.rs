//! One transaction for everything that is posted while another is under way: whoever comes first writes for all who wait, so that a
//! disk that is asked once a request is asked once a crowd.

use super::post::Received;
use crate::{Result, app::App};
use domain::clock::Instant;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use store::{
    answer::{Answer, Key, Known},
    inbox::{NEVER, NewRow},
};
use tokio::sync::oneshot;

/// Rows written in one transaction.
const CROWD: usize = 10_000;
/// What an acknowledged post is answered with.
const ACCEPTED: u16 = 202;

/// A request that named itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed {
    /// by what
    pub key: Key,
    /// hash of what it says
    pub request_hash: String,
    /// keys older than this are forgotten
    pub since: Instant,
}

/// How a post ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// it was written down
    Done(Received),
    /// a request of this name was met before, and this is what is known of it
    Known(Known),
}

/// A post on its way.
#[derive(Debug)]
pub(super) struct Pending {
    pub rows: Vec<NewRow>,
    pub received: Received,
    pub keyed: Option<Keyed>,
}

/// Why a crowd was not written down.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    Busy,
    Broken(String),
}

type Waiting = (Pending, oneshot::Sender<std::result::Result<Settled, Fault>>);

/// Where posts wait for the transaction under way to end.
#[derive(Debug, Default)]
pub struct Gate {
    queue: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
    /// whose turn it is to move what was written down: two moves at once would be two tellings of one thing
    pub(super) moving: tokio::sync::Mutex<()>,
}

impl Gate {
    /// Enters; answers when it is durable. The write goes on if whoever asked goes away: others may be part of it.
    pub(super) async fn enter(&self, app: &Arc<App>, pending: Pending) -> std::result::Result<Settled, Fault> {
        let (sender, receiver) = oneshot::channel();
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push((pending, sender));
        let app = Arc::clone(app);
        crate::writes::spawn(async move {
            let turn = app.inbox.turn.lock().await;
            let crowd = app.inbox.crowd();
            if crowd.is_empty() {
                return;
            }
            let (pending, senders): (Vec<Pending>, Vec<_>) = crowd.into_iter().unzip();
            let outcome = write(&app, pending).await;
            drop(turn);
            match outcome {
                Ok(settled) => settled.into_iter().zip(senders).for_each(|(s, to)| drop(to.send(Ok(s)))),
                Err(e) => {
                    tracing::error!(error = %e, "what was posted could not be written down");
                    let fault = match e {
                        crate::Error::Store(store::Error::Busy | store::Error::Unavailable(_)) => Fault::Busy,
                        other => Fault::Broken(other.to_string()),
                    };
                    senders.into_iter().for_each(|to| drop(to.send(Err(fault.clone()))));
                }
            }
        });
        receiver.await.unwrap_or_else(|_| Err(Fault::Broken("the write ended early".to_owned())))
    }

    /// Everybody who waits, as many as one transaction takes.
    fn crowd(&self) -> Vec<Waiting> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = 0;
        let upto = queue.iter().take_while(|(p, _)| { rows += p.rows.len(); rows <= CROWD }).count().max(1).min(queue.len());
        queue.drain(..upto).collect()
    }
}

/// Writes a crowd down in one transaction.
async fn write(app: &App, crowd: Vec<Pending>) -> Result<Vec<Settled>> {
    let mut tx = app.store.begin().await?;
    store::inbox::lock(&mut tx).await?;
    let identities: Vec<i64> = crowd.iter().flat_map(|p| &p.rows).map(|r| r.identity).collect();
    let mut newest = store::inbox::newest(&mut tx, &identities).await?;
    let (mut fresh, mut settled) = (Vec::new(), Vec::with_capacity(crowd.len()));
    let mut keys: BTreeMap<Key, Known> = BTreeMap::new();
    for Pending { rows, mut received, keyed } in crowd {
        if let Some(k) = &keyed {
            let known = match keys.get(&k.key) {
                Some(known) => Some(known.clone()),
                None => store::answer::find(&mut tx, &k.key, k.since).await?,
            };
            if let Some(known) = known {
                settled.push(Settled::Known(known));
                continue;
            }
        }
        for row in rows {
            if newest.insert(row.identity, row.content) == Some(row.content) && row.content != NEVER {
                received.duplicates += 1;
            } else {
                fresh.push(row);
            }
        }
        received.accepted = received.accepted.saturating_sub(received.duplicates);
        if let Some(k) = keyed {
            let now = app.clock.now();
            let body = serde_json::to_vec(&received).map_err(|e| crate::Error::Internal(e.to_string()))?;
            let answer = Answer { status: ACCEPTED, kind: Some("application/json".to_owned()), body };
            store::answer::claim(&mut tx, &k.key, &k.request_hash, now, k.since).await?;
            store::answer::keep(&mut tx, &k.key, &k.request_hash, &answer).await?;
            keys.insert(k.key, Known { request_hash: k.request_hash, made_at: now, answer: Some(answer) });
        }
        settled.push(Settled::Done(received));
    }
    store::inbox::append(&mut tx, fresh.into_iter()).await?;
    store::failpoint("inbox-written");
    tx.commit().await?;
    store::failpoint("inbox-acknowledged");
    Ok(settled)
}
