//! Staging: every row of every file is read, resolved and weighed, and what is new is written into the final Parquet files,
//! which nobody names yet. Dry run and import are this one path, so the report is exact; a commit only names the files.

use super::{
    customers::Settled,
    gather::Gather,
    people::People,
    rejects::Rejects,
    report::Report,
    spool::Spool,
};
use crate::{Error, Result, app::App, erasure::known::Suppressed, fresh::Fresh};
use domain::{Day, Label, merge::Aliases, table::{DataFile, Snapshot}};
use sources::{Batch, Kind, Mapping, Target};
use std::{
    collections::BTreeSet,
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
};

/// A file and how it is read.
#[derive(Debug, Clone)]
pub struct Source {
    /// name people know it by
    pub name: String,
    /// where it lies
    pub path: PathBuf,
    /// what its columns mean
    pub mapping: Mapping,
}

/// What is to be staged.
#[derive(Debug, Clone)]
pub struct Request {
    /// the import's id, stem of its files' names
    pub id: String,
    /// the number its facts carry
    pub batch: i64,
    /// the files
    pub sources: Vec<Source>,
    /// rows were known when they happened (`domain.md` §2)
    pub history: bool,
    /// the stretch of the inbox it is made of, where programs posted it
    pub carried: Option<Carried>,
}

/// A stretch of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// where it stands; it leaves the inbox with the commit
    pub moved: store::inbox::Moved,
    /// who posted how many of its rows
    pub by: std::collections::BTreeMap<String, u64>,
}

/// How far staging is; and the switch that stops it.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: AtomicU64,
    total: AtomicU64,
    rows: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    /// Bytes read and bytes in all.
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Rows seen.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Asks it to stop at the next batch.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Everything an import would add, on disk and in hand, and the report that says so.
#[derive(Debug)]
pub struct Staged {
    /// the import
    pub id: String,
    /// the number its facts carry
    pub batch: i64,
    /// what it would do
    pub report: Report,
    /// files written, named by nobody yet
    pub files: Vec<DataFile>,
    /// lake snapshot it was weighed against
    pub snapshot: i64,
    /// customer counter it was weighed against
    pub customers: u32,
    /// rows were known when they happened
    pub history: bool,
    pub(super) carried: Option<Carried>,
    pub(super) people: People,
    pub(super) settled: Settled,
    pub(super) definitions: Vec<(store::definition::Kind, String, serde_json::Value)>,
    pub(super) comments: Spool,
    pub(super) mentioned: super::bits::Bits,
    /// rows set aside
    pub rejects: Rejects,
    /// they go with it until a commit
    pub(super) fresh: Option<Fresh>,
}

/// A file that cannot be read as it is.
pub fn unreadable(name: &str, e: &sources::Error) -> Error {
    let label = e.label();
    Error::Invalid {
        code: e.code.key(),
        message: Label::new(format!("“{name}”：{}", label.zh), format!("“{name}”: {}", label.en)),
        params: serde_json::json!({ "file": name, "values": e.params }),
    }
}

/// Reads, resolves, weighs and writes. Blocking work runs on its own thread.
///
/// # Errors
/// When a file cannot be read to its end, or the store, the lake or the disk refuses, or it was asked to stop.
pub async fn stage(app: &Arc<App>, request: Request, progress: Arc<Progress>) -> Result<Staged> {
    let snapshot = store::catalog::snapshot(&app.store, None).await?;
    let mut request = request;
    super::own::typed(&mut request.sources, &*crate::definitions::current(app).await?);
    let aliases = Arc::new(store::merge::at(&app.store, snapshot.id).await?);
    let known = Known { snapshot, aliases, customers: store::customer::counter(&app.store).await?, corrected: super::ledger::corrected(app).await?, suppressed: Suppressed::now(app).await?, removed: store::customer::put_right::removed(&app.store).await? };
    let app = Arc::clone(app);
    // whoever asks something meanwhile comes first
    let staged = lake::aside("import", move || run(&app, &request, &known, &progress)).await;
    staged.unwrap_or_else(|| Err(Error::Internal("the reading of an import broke off".to_owned())))
}

/// What was known before the import.
pub(super) struct Known {
    /// the lake
    pub snapshot: Snapshot,
    /// who stands for whom
    pub aliases: Arc<Aliases>,
    /// customers, by number
    pub customers: u32,
    /// kinds of facts of which some rows are corrected by later ones
    pub corrected: BTreeSet<String>,
    /// identifiers of people who were erased
    pub suppressed: Option<Suppressed>,
    /// identifiers that people took from customers
    pub removed: store::customer::put_right::Removed,
}

fn run(app: &App, request: &Request, known: &Known, progress: &Progress) -> Result<Staged> {
    let begun = app.clock.now();
    let sizes: Vec<u64> = request.sources.iter().map(|s| std::fs::metadata(&s.path).map(|m| m.len()).unwrap_or(0)).collect();
    progress.total.store(sizes.iter().sum(), Ordering::Relaxed);
    let order = reading_order(&request.sources);
    // they go if it breaks off
    let fresh = Fresh::new(&app.lake, format!("{}-{:x}", request.id, begun.0));
    let mut gather = Gather::new(app, request, known, fresh.stem())?;
    let (sender, receiver) = mpsc::sync_channel::<(usize, sources::Result<Batch>)>(3);
    std::thread::scope(|scope| -> Result<()> {
        // on the way out the receiver goes first, so that a reader that still sends is let go
        let receiver = receiver;
        scope.spawn(move || read(request, &sender));
        let mut before = 0;
        let mut current = None;
        for (index, batch) in &receiver {
            if progress.stopped() {
                return Err(Error::conflict("import.stopped", "导入已停止", "the import was stopped"));
            }
            let Some(source) = request.sources.get(index) else { continue };
            if current.replace(index).is_some_and(|c| c != index) {
                before = progress.bytes.load(Ordering::Relaxed);
                let mut coming = order.iter().skip_while(|i| **i != index).filter_map(|i| request.sources.get(*i));
                gather.next_file(coming.any(|s| s.mapping.kinds.contains(&Kind::Order)))?;
            }
            let batch = batch.map_err(|e| unreadable(&source.name, &e))?;
            progress.bytes.store(before + batch.bytes_read, Ordering::Relaxed);
            progress.rows.fetch_add(batch.rows_in(), Ordering::Relaxed);
            gather.batch(index as u32, batch)?;
        }
        Ok(())
    })?;
    let staged = gather.finish(begun)?;
    store::failpoint("staged-synced");
    Ok(Staged { fresh: Some(fresh), ..staged })
}

/// Streams the files one after the other, those first that later ones refer to.
fn read(request: &Request, sender: &mpsc::SyncSender<(usize, sources::Result<Batch>)>) {
    let taken = |s: &Source| s.mapping.columns.iter().any(|c| c.target != Target::Ignore);
    let any = request.sources.iter().any(taken);
    for index in reading_order(&request.sources) {
        // a table of which every column is left out is left out, unless there is no other
        let Some(source) = request.sources.get(index).filter(|s| taken(s) || !any) else { continue };
        let mut gone = false;
        let result = sources::read(&source.path, &source.mapping, &mut |batch| {
            gone = sender.send((index, Ok(batch))).is_err();
            if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if gone {
            return;
        }
        if let Err(e) = result {
            if sender.send((index, Err(e))).is_err() {
                return;
            }
        }
    }
}

/// Customers, products, orders, lines, refunds, the rest.
fn reading_order(sources: &[Source]) -> Vec<usize> {
    let rank = |kinds: &[Kind]| {
        let has = |k: Kind| kinds.contains(&k);
        if has(Kind::Order) {
            2
        } else if has(Kind::Line) {
            3
        } else if has(Kind::Refund) {
            4
        } else if has(Kind::Interaction) || has(Kind::Answer) || has(Kind::Cost) {
            5
        } else if has(Kind::Contact) || has(Kind::Product) {
            1
        } else {
            0
        }
    };
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|i| sources.get(*i).map(|s| rank(&s.mapping.kinds)));
    order
}

/// First and last day seen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span(Option<(Day, Day)>);

impl Span {
    pub(super) fn add(&mut self, day: Day) {
        self.0 = Some(self.0.map_or((day, day), |(a, b)| (a.min(day), b.max(day))));
    }

    pub(super) fn first(self) -> Option<String> {
        self.0.map(|s| s.0.to_string())
    }

    pub(super) fn last(self) -> Option<String> {
        self.0.map(|s| s.1.to_string())
    }
}
