//! The commit: everything staged becomes true in one transaction, or nothing does. If the world moved since staging, it is
//! staged again; the same content twice is in once.

use super::{
    stage::{Progress, Request, Staged, stage},
    wire::Take,
};
use crate::{Error, Result, app::App, audit, fresh::Fresh, jobs::Kind};
use domain::{
    CustomerKey,
    audit::{Action, Actor},
    clock::Instant,
    identity::{Identifier, IdentifierKind},
};
use std::sync::Arc;
use store::{
    comment::Comment,
    customer::{NewCustomer, NewIdentifier},
    import::{Base, Commit, Counts},
};

/// How long a committed import may be undone.
pub const UNDO_DAYS: i64 = 30;
/// Times staging is repeated when others commit in between.
const TRIES: usize = 8;
/// Belongs to nobody: the database refuses the commit in which a kept record did not read back.
const NOBODY: CustomerKey = CustomerKey(u32::MAX);

/// Names this room's failpoints, in the order an import passes them; the store has its own in between.
pub const FAILPOINTS: &[&str] = &["staged-written", "staged-synced", "before-commit", "after-commit"];

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// it is in
    Committed {
        /// the lake snapshot that made it visible
        snapshot: i64,
    },
    /// the same content was in already; nothing changed
    Already {
        /// the earlier import
        import: String,
    },
}

/// The job that follows every commit: the current run is computed anew after `what` (an import id).
pub fn refresh(app: &App, what: &str, author: &Actor) -> store::job::NewJob {
    let (now, key) = (app.clock.now(), Kind::Refresh.key());
    let mut job = store::job::NewJob::new(app.new_id("job"), key, serde_json::json!({ "after": what }), now).by(&app.settings().id, author);
    job.unique_key = Some(key.to_owned());
    job.priority = Kind::Refresh.priority();
    job.max_attempts = Kind::Refresh.attempts();
    job
}

/// Commits what was staged; the files of what is refused go. `Err(Conflict)` of the store when it must be staged again.
///
/// # Errors
/// When the store refuses.
pub async fn commit(app: &App, staged: &mut Staged, author: &Actor) -> Result<Done> {
    let now = app.clock.now();
    let report = serde_json::to_value(&staged.report).map_err(|e| Error::Internal(e.to_string()))?;
    let base = Base { snapshot: staged.snapshot, customers: staged.customers, identifiers: staged.people.version() };
    let (id, fresh) = (staged.id.clone(), staged.fresh.take());
    let mut c = Commit::new(&id, &author.name, now, base, &staged.files);
    let r = &staged.report;
    c.counts = Counts { rows_in: r.rows_in, accepted: r.accepted, quarantined: r.quarantined, duplicates: r.duplicates };
    c.report = report;
    c.undo_until = Some(Instant(now.0 + UNDO_DAYS * 86_400_000_000));
    c.definitions = &staged.definitions;
    c.job = Some(refresh(app, &id, author));
    let mut counts = serde_json::json!({ "rows": r.rows_in, "accepted": r.accepted, "rejected": r.quarantined });
    if let Some(carried) = &staged.carried {
        counts["posted_by"] = serde_json::json!(carried.by);
        c.inbox = Some(carried.moved);
    }
    c.audit = Some(audit::entry(app, audit::of(app, author, Action::ImportCommitted, id.as_str()).detail(counts)));
    let chance = Arc::clone(&app.chance);
    c.customers = Box::new((staged.customers..).zip(&staged.settled.fresh).map(move |(key, f)| NewCustomer {
        key: CustomerKey(key),
        id: domain::id::public("cus", now, chance.id_bytes()),
        organisation: f.organisation,
        name: f.name.as_deref().map(str::to_owned),
    }));
    c.changes = Box::new(staged.settled.changes.iter().cloned());
    c.contacts = Box::new(staged.settled.contacts.iter().cloned());
    c.mentioned = Box::new(staged.mentioned.iter().map(|n| CustomerKey(n as u32)));
    c.identifiers = Box::new(kept(staged.people.reader()?, identifier));
    c.comments = Box::new(kept(staged.comments.reader(0)?, comment));
    c.quarantine = Some(Box::new(staged.rejects.stream()?));
    if staged.report.tells_of_erased() {
        let mut tx = app.store.begin().await?;
        store::erasure::texts::drop_samples_of(&mut tx, &id).await?;
        tx.commit().await?;
    }
    store::failpoint("before-commit");
    let done = match Fresh::naming(fresh, store::import::commit(&app.store, c)).await {
        Ok(committed) => Done::Committed { snapshot: committed.snapshot },
        Err(store::Error::AlreadyImported { import }) => {
            // nobody comes back for files in hand; an upload stays for its people to see why
            if !app.uploads(&id).exists() {
                super::ledger::drop_import(app, &id).await?;
            }
            return Ok(Done::Already { import });
        }
        Err(e) => return Err(e.into()),
    };
    store::failpoint("after-commit");
    Ok(done)
}

/// Records of a spool, read back one after the other.
fn kept<'a, T: 'a>(
    mut reader: super::spool::Reader<'a>,
    read: fn(&mut Take<'_>) -> std::io::Result<T>,
) -> impl Iterator<Item = T> + Send + 'a
where
    T: Poison + Send,
{
    let mut record = Vec::new();
    let mut broken = false;
    std::iter::from_fn(move || {
        if broken {
            return None;
        }
        match reader.next(&mut record) {
            Ok(false) => None,
            Ok(true) => read(&mut Take(&record)).ok().or_else(|| {
                broken = true;
                Some(T::poison())
            }),
            Err(_) => {
                broken = true;
                Some(T::poison())
            }
        }
    })
}

/// A row no database accepts, in place of one that did not read back.
trait Poison {
    fn poison() -> Self;
}

impl Poison for NewIdentifier {
    fn poison() -> Self {
        NewIdentifier { customer: NOBODY, identifier: Identifier { kind: IdentifierKind::External, value: "\u{fffd}".into() } }
    }
}

impl Poison for Comment {
    fn poison() -> Self {
        Comment { row_key: 0, customer: NOBODY, at: Instant(0), question: String::new(), channel: None, body: String::new() }
    }
}

fn identifier(take: &mut Take<'_>) -> std::io::Result<NewIdentifier> {
    let customer = CustomerKey(take.u32()?);
    Ok(NewIdentifier { customer, identifier: take.identifier()? })
}

fn comment(take: &mut Take<'_>) -> std::io::Result<Comment> {
    Ok(Comment {
        row_key: take.i64()?,
        customer: CustomerKey(take.u32()?),
        at: take.instant()?,
        question: take.text()?.to_owned(),
        channel: take.maybe_string()?,
        body: take.text()?.to_owned(),
    })
}

/// Stages and commits, again if others commit in between.
///
/// # Errors
/// When a file cannot be read, or the store, the lake or the disk refuses.
pub async fn import(app: &Arc<App>, request: &Request, author: &Actor, progress: &Arc<Progress>) -> Result<(Staged, Done)> {
    let mut staged = stage(app, request.clone(), Arc::clone(progress)).await?;
    for _ in 1..TRIES {
        match commit(app, &mut staged, author).await {
            Ok(done) => return Ok((staged, done)),
            Err(Error::Store(store::Error::Conflict(why))) => {
                tracing::info!(import = %request.id, %why, "staging again");
                staged = stage(app, request.clone(), Arc::clone(progress)).await?;
            }
            Err(e) => return Err(e),
        }
    }
    let done = commit(app, &mut staged, author).await?;
    Ok((staged, done))
}
