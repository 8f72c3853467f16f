//! What some customers were on days before: numbers compared with, points of a trend. A day is computed as any other reading is; what
//! was counted on it is kept as long as nothing changes it, so that a year is computed once.

use super::{
    figure::Reckoned,
    groups::groups,
    reckon::Reckoner,
    tile::{Measure, Who},
};
use crate::{
    Error, Result,
    analysis::{Picture, customers::{self, Filter}, moment::Manner},
    app::App,
    sight::{Sight, Walls},
};
use domain::{Day, Label};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Points that are kept.
const KEPT: usize = 4_000;
/// How long a reader waits for days that are not computed yet before they are told how many are missing.
const PATIENCE: Duration = Duration::from_millis(1200);
/// Lines of a trend.
pub(super) const LINES: usize = 12;

/// What is counted on each day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    /// of whom
    pub(super) who: Who,
    /// what
    pub(super) measure: Measure,
    /// in which groups
    pub(super) by: Option<String>,
}

/// What was counted on a day.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// customers it is about
    pub(super) n: u64,
    /// all of them, or each group
    pub(super) lines: Vec<Line>,
}

/// A group on a day.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// machine name
    pub(super) key: String,
    /// for people
    pub(super) label: Label,
    /// what narrows a list to it
    pub(super) filter: Who,
    /// the value
    pub(super) value: Reckoned,
    /// customers in it
    pub(super) size: u64,
}

/// What points are true of, and who may see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ground {
    snapshot: i64,
    customers: u32,
    revision: i64,
    manner: Manner,
    masked: bool,
    /// who has which tag and owner, where the reader asks by them
    marks: u64,
}

impl Ground {
    /// Of a picture, for a reader who narrows it like this.
    ///
    /// # Errors
    /// As the customer list.
    pub(super) async fn of(app: &App, sight: Sight, picture: &Picture, filter: &Who) -> Result<Ground> {
        let hung: Who = filter.iter().filter(|(k, _)| ["tag", "owner"].contains(&k.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect();
        let marks = if hung.is_empty() {
            0
        } else {
            let who = customers::matching(app, sight, picture, &Filter::of(&hung)?).await?;
            let mut hash = DefaultHasher::new();
            who.words().hash(&mut hash);
            hash.finish()
        };
        Ok(Ground {
            snapshot: picture.lake.snapshot().id,
            customers: picture.run.customers(),
            revision: picture.definitions.revision(),
            manner: picture.manner(),
            masked: sight.is_masked(),
            marks,
        })
    }

    fn same_data(self, other: Ground) -> bool {
        (self.snapshot, self.customers, self.revision) == (other.snapshot, other.customers, other.revision)
    }
}

type Key = (Ground, Day, Wanted);

#[derive(Default)]
struct Kept {
    points: BTreeMap<Key, Arc<Point>>,
    under_way: BTreeSet<Key>,
}

/// Points already counted.
#[derive(Default)]
pub struct Boards(Mutex<Kept>);

impl Boards {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A point, if it is known.
    pub(super) fn find(&self, ground: Ground, day: Day, wanted: &Wanted) -> Option<Arc<Point>> {
        self.lock().points.get(&(ground, day, wanted.clone())).cloned()
    }

    fn keep(&self, key: Key, point: Point) {
        let mut kept = self.lock();
        if kept.points.len() >= KEPT {
            kept.points.clear();
        }
        kept.points.retain(|(g, ..), _| g.same_data(key.0));
        kept.points.insert(key, Arc::new(point));
    }
}

/// Takes back that something is under way, however it ends.
struct UnderWay(Arc<App>, Vec<Key>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut kept = self.0.boards.lock();
        for key in &self.1 {
            kept.under_way.remove(key);
        }
    }
}

/// Counts on one picture.
pub(super) fn count(picture: &Picture, walls: &Walls, who: &lake::Bits, wanted: &Wanted) -> Result<Point> {
    let reckoner = Reckoner::new(picture, walls, &wanted.measure)?;
    let n = who.count();
    let Some(by) = &wanted.by else {
        let line = Line { key: "all".to_owned(), label: reckoner.label.clone(), filter: Who::new(), value: reckoner.of(picture, who), size: n };
        return Ok(Point { n, lines: vec![line] });
    };
    let groups = groups(picture, walls, who, by, LINES)?.all;
    let line = |g: super::groups::Group| Line { value: reckoner.of(picture, &g.who), size: g.who.count(), key: g.key, label: g.label, filter: g.filter };
    Ok(Point { n, lines: groups.into_iter().map(line).collect() })
}

/// Counts what is missing, day by day, so that a day is computed once for everything that is asked of it.
async fn compute(app: Arc<App>, sight: Sight, manner: Manner, missing: BTreeMap<Day, Vec<Key>>) -> Result<()> {
    let all: Vec<Key> = missing.values().flatten().cloned().collect();
    let _under_way = UnderWay(Arc::clone(&app), all);
    for (day, keys) in missing {
        let picture = app.runs.beside(&app, manner, day).await?;
        for key in keys {
            let who = customers::matching(&app, sight, &picture, &Filter::of(&key.2.who)?).await?;
            let (on, wanted) = (Arc::clone(&picture), key.2.clone());
            let point = tokio::task::spawn_blocking(move || count(&on, &Walls::of(sight, &on), &who, &wanted)).await?;
            if let (Ok(point), true) = (point, key.0.snapshot == picture.lake.snapshot().id && key.0.revision == picture.definitions.revision()) {
                app.boards.keep(key, point);
            }
        }
    }
    Ok(())
}

/// Sees to it that these points are known; how many are not yet.
///
/// # Errors
/// When the store or the lake refuses.
pub(super) async fn gather(app: &Arc<App>, sight: Sight, ground: Ground, wanted: &[(Day, Wanted)]) -> Result<u32> {
    let keys: BTreeSet<Key> = wanted.iter().map(|(day, w)| (ground, *day, w.clone())).collect();
    let missing = {
        let mut kept = app.boards.lock();
        let mut missing: BTreeMap<Day, Vec<Key>> = BTreeMap::new();
        let open: Vec<Key> = keys.iter().filter(|k| !kept.points.contains_key(k) && !kept.under_way.contains(k)).cloned().collect();
        for key in open {
            kept.under_way.insert(key.clone());
            missing.entry(key.1).or_default().push(key);
        }
        missing
    };
    if !missing.is_empty() {
        let task = tokio::spawn(compute(Arc::clone(app), sight, ground.manner, missing));
        if let Ok(ended) = tokio::time::timeout(PATIENCE, task).await {
            ended.map_err(|e| Error::Internal(e.to_string()))??;
        }
    }
    let kept = app.boards.lock();
    // what cannot be counted on a day is not waited for: it is neither kept nor under way
    Ok(keys.iter().filter(|k| kept.under_way.contains(k)).count() as u32)
}
