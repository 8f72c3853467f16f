//! What people write by hand into the lake, of one customer or of all matching: rows of an attribute in files and a snapshot of their
//! own, committed with the change, its note and the run that follows. Where the lake moves meanwhile they are written again; taking it
//! back takes them out.

use super::changes;
use crate::{Error, Result, app::App, compaction, fresh::Fresh, ingest::{ALWAYS, Content, refresh}, people::By};
use domain::{CustomerKey, Day, Value, clock::Instant, table::DataFile};
use lake::{AttributeRow, Lake, Limits, Part, Writer};
use std::future::Future;
use store::{
    Tx,
    change::{self, Change, Deltas},
    edit::{self, Written},
};

/// Times it is tried when the lake moves meanwhile.
const TRIES: usize = 8;

/// Of whom, from which day, what.
pub(crate) type Row = (CustomerKey, Day, Value);

/// What is to be written.
pub(crate) struct Rows {
    /// which attribute
    pub attribute: String,
    /// of how many customers something changes; nothing is written where it is none
    pub changed: u64,
    /// the customer, if it is one
    pub one: Option<CustomerKey>,
    /// the rows, made as they are written
    pub rows: Box<dyn Iterator<Item = Row> + Send>,
}

impl Rows {
    /// Something about one customer.
    pub fn one(attribute: &str, row: Row) -> Rows {
        Rows { attribute: attribute.to_owned(), changed: 1, one: Some(row.0), rows: Box::new(std::iter::once(row)) }
    }
}

/// What was begun: a transaction whose snapshot names the rows, if there are any.
pub(super) struct Begun {
    pub tx: Tx,
    changed: u64,
    written: Option<(Written, Instant)>,
}

/// From which day a value holds: a first one from the beginning, a later one from the day people look at; the same as with files.
pub(crate) fn from(said: bool, day: Day) -> Day {
    if said { day } else { ALWAYS }
}

/// The lake as it is, and the day people look at when they name none.
pub(crate) async fn now(app: &App) -> Result<(Lake, Day)> {
    let lake = app.runs.lake(app).await?;
    let today = app.today();
    let day = lake.last_day(today)?.map_or(today, |d| d.min(today));
    Ok((lake, day))
}

/// Writes rows of an attribute, learnt at an instant, into files that nothing names yet.
pub(crate) async fn write(app: &App, stem: &str, rows: Rows, at: Instant) -> Result<Vec<DataFile>> {
    let (root, stem, Rows { attribute, rows, .. }) = (app.lake.clone(), stem.to_owned(), rows);
    let files = tokio::task::spawn_blocking(move || {
        let mut writer: Writer<AttributeRow<'static>> = Writer::new(&root, &stem, Limits::default());
        let mut content = Content::default();
        for (customer, day, value) in rows {
            let row_key = content.attribute(customer, day, &attribute, &value);
            writer.add(&AttributeRow { customer, row_key, day, recorded_at: at, key: &attribute, value: &value, batch: 0 })?;
        }
        writer.finish()
    });
    Ok(files.await??)
}

/// Removes files that nothing will name.
pub(crate) fn discard(app: &App, files: &[DataFile]) {
    for f in files {
        let path = lake::folder(&app.lake, f.table).join(&f.path);
        if let Err(e) = std::fs::remove_file(&path) {
            tracing::debug!(path = %path.display(), error = %e, "left for the sweep");
        }
    }
}

/// Writes what `rows` makes of the lake as it is and of the day people look at, and begins the transaction that names it.
pub(super) async fn begin<F>(app: &App, by: &By, stem: &str, rows: impl Fn(Lake, Day) -> F) -> Result<Begun>
where
    F: Future<Output = Result<Rows>>,
{
    for _ in 0..TRIES {
        let (lake, day) = now(app).await?;
        let base = lake.snapshot().id;
        let rows = rows(lake, day).await?;
        let changed = rows.changed;
        if changed == 0 {
            let mut tx = app.store.begin().await?;
            store::audit::turn(&mut tx).await?;
            return Ok(Begun { tx, changed, written: None });
        }
        let (attribute, customer, at) = (rows.attribute.clone(), rows.one, app.clock.now());
        let files = write(app, stem, rows, at).await?;
        match edit::begin(&app.store, app.clock.now(), base, &files, &by.actor.name).await {
            Ok((mut tx, snapshot)) => {
                store::audit::turn(&mut tx).await?;
                return Ok(Begun { tx, changed, written: Some((Written { customer, attribute, snapshot }, at)) });
            }
            Err(store::Error::Conflict(why)) => {
                tracing::info!(%stem, %why, "written again");
                discard(app, &files);
            }
            Err(e) => return Err(e.into()),
        }
    }
    Err(Error::Store(store::Error::Busy))
}

/// Writes the change down with what was begun for it; the run follows. The change is of the moment its rows were learnt.
pub(super) async fn finish(app: &App, by: &By, made: &mut Change, begun: Begun) -> Result<()> {
    let Begun { mut tx, changed, written } = begun;
    made.changed = changed;
    made.at = written.as_ref().map_or(made.at, |(_, at)| *at);
    changes::close(app, &mut tx, by, made, &Deltas::new()).await?;
    if let Some((written, _)) = &written {
        edit::note(&mut tx, &made.id, written).await?;
        follow(app, &mut tx, by, &made.id).await?;
    }
    tx.commit().await?;
    if written.is_some() {
        app.jobs.pulse();
    }
    Ok(())
}

/// Enqueues the run that comes next.
pub(super) async fn follow(app: &App, tx: &mut Tx, by: &By, id: &str) -> Result<()> {
    store::job::enqueue(tx, &refresh(app, id, &by.actor), app.clock.now()).await?;
    Ok(())
}

/// What takes a change back: the transaction, of how many it had changed something, and what it wrote.
pub(super) type Back = (Tx, u64, Option<Fresh>);

/// Takes out what a change wrote; what was written later stands.
pub(super) async fn back(app: &App, by: &By, c: &Change) -> Result<Back> {
    let Some(written) = edit::of(&app.store, &c.id).await? else {
        // it said what was there already
        return nothing(app).await;
    };
    for _ in 0..TRIES {
        let part = Part::Hand { attribute: written.attribute.clone(), learnt: c.at, customer: written.customer };
        let found = compaction::find(app, part, true).await?;
        match edit::end(&app.store, app.clock.now(), written.snapshot, found.merged(), &by.actor.name).await {
            Ok(Some(mut tx)) => {
                store::audit::turn(&mut tx).await?;
                follow(app, &mut tx, by, &c.id).await?;
                return Ok((tx, c.changed, found.fresh));
            }
            Ok(None) => {
                // somebody else takes it back at this moment, or whom it was about has been erased since
                let now = change::get(&app.store, &app.settings().id, &c.id).await?;
                if now.is_some_and(|c| c.undone_at.is_some()) {
                    return Err(Error::conflict("change.overtaken", "这次修改刚被撤销", "this change has just been taken back"));
                }
                return nothing(app).await;
            }
            Err(store::Error::Conflict(why)) => tracing::info!(change = %c.id, %why, "it is looked anew where its rows are"),
            Err(e) => return Err(e.into()),
        }
    }
    Err(Error::Store(store::Error::Busy))
}

/// A transaction that takes nothing out.
async fn nothing(app: &App) -> Result<Back> {
    let mut tx = app.store.begin().await?;
    store::audit::turn(&mut tx).await?;
    Ok((tx, 0, None))
}
