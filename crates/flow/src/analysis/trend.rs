//! Sizes over time: how large every class and segment was on the days before, by the definitions in force, and who came and went
//! between two of them. A day is computed as any other reading is; its sizes are kept as long as nothing changes them, so that a
//! picture of a year is computed once.

use super::{Known, Picture, defined, moment::{Asked, Manner}};
use crate::{Error, Result, app::App, schema, sight::{Sight, Walls}};
use domain::{Day, Label};
use futures::{FutureExt, future::{BoxFuture, Shared}};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use utoipa::ToSchema;

/// How far apart the days are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// one day
    Day,
    /// seven days
    Week,
    /// the same day of each month
    #[default]
    Month,
}

/// The most days a trend has.
pub const MOST: u32 = 37;
/// How long a reader waits for days that are not computed yet before they are told how many are missing.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The size of a segment over time, by the definition in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentTrend {
    /// the version all days are computed by
    pub version: u32,
    /// oldest first; the last is the business day asked for
    pub points: Vec<SegmentPoint>,
    /// days still being computed; ask again
    pub pending: u32,
    /// as known then or today
    pub known: Known,
}

/// A segment on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentPoint {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// members
    pub size: u64,
    /// all customers there were
    pub total: u64,
    /// members who were none on the day before it in this list
    pub entered: Option<u64>,
    /// members of that day who are none any more
    pub left: Option<u64>,
}

/// The sizes of the classes of a classification over time, by the definition in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassTrend {
    /// the version all days are computed by
    pub version: u32,
    /// the classes, in the order they have now
    pub classes: Vec<ClassLine>,
    /// oldest first; the last is the business day asked for
    pub days: Vec<TrendDay>,
    /// days still being computed; ask again
    pub pending: u32,
    /// as known then or today
    pub known: Known,
}

/// A day of a trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrendDay {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// all customers there were; the classes add up to it
    pub total: u64,
}

/// A class over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassLine {
    /// machine name
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// customers on each of the days
    pub sizes: Vec<u64>,
}

/// What sizes are true of: equal grounds give equal sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ground {
    snapshot: i64,
    customers: u32,
    revision: i64,
    manner: Manner,
}

impl Ground {
    fn of(picture: &Picture) -> Ground {
        Ground {
            snapshot: picture.lake.snapshot().id,
            customers: picture.run.customers(),
            revision: picture.definitions.revision(),
            manner: picture.manner(),
        }
    }
}

/// Everything that is counted on one day.
#[derive(Debug)]
struct Sizes {
    total: u64,
    classes: BTreeMap<String, BTreeMap<String, u64>>,
    segments: BTreeMap<String, u64>,
}

/// Who came into each segment and who left it between two days.
type Moves = BTreeMap<String, (u64, u64)>;

type Pending = Shared<BoxFuture<'static, Result<(), Arc<Error>>>>;

#[derive(Default)]
struct Kept {
    ground: Option<Ground>,
    sizes: BTreeMap<Day, Arc<Sizes>>,
    moves: BTreeMap<(Day, Day), Arc<Moves>>,
    under_way: Option<(Vec<Day>, Pending)>,
}

/// Sizes of days already computed.
#[derive(Default)]
pub struct Trends(Mutex<Kept>);

impl Trends {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Forgets what is true of other grounds.
    fn on(&mut self, ground: Ground) {
        if self.ground != Some(ground) {
            *self = Kept { ground: Some(ground), ..Kept::default() };
        }
    }

    fn has(&self, days: &[Day]) -> bool {
        self.missing(days).is_empty()
    }

    /// Days whose sizes, or whose moves since the day before them, are not known.
    fn missing(&self, days: &[Day]) -> BTreeSet<Day> {
        let sizes = days.iter().filter(|d| !self.sizes.contains_key(d)).copied();
        let pairs = days.iter().zip(days.iter().skip(1));
        let moves = pairs.filter(|(a, b)| !self.moves.contains_key(&(**a, **b))).map(|(_, b)| *b);
        sizes.chain(moves).collect()
    }
}

/// The days of a trend that ends on a day, oldest first.
pub(crate) fn days(last: Day, step: Step, points: u32) -> Vec<Day> {
    let back = |n: u32| match step {
        Step::Day => last.plus(-(n.min(MOST) as i32)),
        Step::Week => last.plus(-7 * n.min(MOST) as i32),
        Step::Month => last.months_before(n),
    };
    let mut days: Vec<Day> = (0..points.clamp(2, MOST)).rev().map(back).collect();
    days.dedup();
    days
}

fn counted(picture: &Picture) -> Sizes {
    let of = |key: &str| {
        let classes = picture.classes(key)?;
        Some((key.to_owned(), classes.keys().iter().cloned().zip(classes.sizes().iter().copied()).collect()))
    };
    let segments = picture.definitions.segments().iter();
    Sizes {
        total: picture.total(),
        classes: picture.definitions.classifications().iter().filter_map(|c| of(&c.key)).collect(),
        segments: segments.filter_map(|s| Some((s.key.clone(), picture.members(&s.key)?.count()))).collect(),
    }
}

fn moved(before: &Picture, after: &Picture) -> Moves {
    let each = after.definitions.segments().iter().filter_map(|s| {
        let (was, is) = (before.members(&s.key)?, after.members(&s.key)?);
        let (mut entered, mut left) = (is.clone(), was.clone());
        entered.and_not(was);
        left.and_not(is);
        Some((s.key.clone(), (entered.count(), left.count())))
    });
    each.collect()
}

/// Computes what is missing of some days, one after the other: a run a day, the one before it at hand.
async fn compute(app: Arc<App>, ground: Ground, days: Vec<Day>) -> Result<()> {
    let mut before: Option<(Day, Arc<Picture>)> = None;
    for (i, day) in days.iter().copied().enumerate() {
        let (wanted, needed) = {
            let mut kept = app.trends.lock();
            kept.on(ground);
            let missing = kept.missing(&days);
            (missing.contains(&day), days.get(i + 1).is_some_and(|next| missing.contains(next)))
        };
        if !wanted && !needed {
            before = None;
            continue;
        }
        let picture = app.runs.beside(&app, ground.manner, day).await?;
        if Ground::of(&picture) != ground {
            // an import or a definition came in between: whoever waits asks again
            return Ok(());
        }
        let other = before.take();
        let of = Arc::clone(&picture);
        let (sizes, moves) = tokio::task::spawn_blocking(move || {
            let moves = other.map(|(day, other)| (day, moved(&other, &of)));
            (counted(&of), moves)
        })
        .await?;
        let mut kept = app.trends.lock();
        if kept.ground != Some(ground) {
            return Ok(());
        }
        kept.sizes.insert(day, Arc::new(sizes));
        if let Some((other, moves)) = moves {
            kept.moves.insert((other, day), Arc::new(moves));
        }
        before = Some((day, picture));
    }
    Ok(())
}

/// Everything counted on these days, as far as it is known by now, and how many days are still missing.
async fn gather(app: &Arc<App>, ground: Ground, days: &[Day]) -> Result<u32> {
    let begun = {
        let mut kept = app.trends.lock();
        kept.on(ground);
        match (kept.has(days), &kept.under_way) {
            (true, _) => return Ok(0),
            (false, Some((of, pending))) if of == days && pending.peek().is_none() => pending.clone(),
            _ => {
                let (app, all) = (Arc::clone(app), days.to_vec());
                let task = tokio::spawn(compute(app, ground, all));
                let pending: Pending = async move {
                    match task.await {
                        Ok(outcome) => outcome.map_err(Arc::new),
                        Err(e) => Err(Arc::new(e.into())),
                    }
                }
                .boxed()
                .shared();
                kept.under_way = Some((days.to_vec(), pending.clone()));
                pending
            }
        }
    };
    match tokio::time::timeout(PATIENCE, begun).await {
        Ok(Err(e)) => Err(Arc::try_unwrap(e).unwrap_or_else(|e| Error::Internal(e.to_string()))),
        _ => {
            let mut kept = app.trends.lock();
            kept.on(ground);
            Ok(kept.missing(days).len() as u32)
        }
    }
}

/// What a trend is asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// the last day, and how it is known
    pub asked: Asked,
    /// how far apart
    pub step: Step,
    /// how many days
    pub points: Option<u32>,
}

const USUAL: u32 = 13;

/// The picture of the last day, its ground and all days.
async fn begin(app: &App, span: Span) -> Result<(Arc<Picture>, Ground, Vec<Day>)> {
    let points = span.points.unwrap_or(USUAL);
    if !(2..=MOST).contains(&points) {
        return Err(Error::Invalid {
            code: "trend.points",
            message: Label::new(format!("点数须在 2 到 {MOST} 之间"), format!("points: from 2 to {MOST}")),
            params: serde_json::json!({ "most": MOST }),
        });
    }
    let picture = app.runs.at(app, span.asked).await?;
    let ground = Ground::of(&picture);
    let days = days(picture.as_of, span.step, points);
    Ok((picture, ground, days))
}

/// A segment over time.
///
/// # Errors
/// `segment.not_found`, `trend.points`; when the store or the lake refuses.
pub async fn of_segment(app: &Arc<App>, key: &str, span: Span) -> Result<SegmentTrend> {
    let (picture, ground, days) = begin(app, span).await?;
    // one that was made just now is no part of the run before it, which may serve for a moment
    let now = defined::current(app).await?;
    let version = picture.definitions.segment(key).or_else(|| now.segment(key)).ok_or_else(|| Error::not_found("segment", key))?.version;
    let pending = gather(app, ground, &days).await?;
    let mut kept = app.trends.lock();
    kept.on(ground);
    let mut points = Vec::with_capacity(days.len());
    let mut before: Option<Day> = None;
    for day in days {
        if let Some(sizes) = kept.sizes.get(&day) {
            let moves = before.and_then(|b| kept.moves.get(&(b, day))).and_then(|m| m.get(key));
            points.push(SegmentPoint {
                day,
                size: sizes.segments.get(key).copied().unwrap_or(0),
                total: sizes.total,
                entered: moves.map(|m| m.0),
                left: moves.map(|m| m.1),
            });
        }
        before = Some(day);
    }
    Ok(SegmentTrend { version, points, pending, known: span.asked.known })
}

/// The classes of a classification over time.
///
/// # Errors
/// `classification.not_found`, `access.masked`, `trend.points`; when the store or the lake refuses.
pub async fn of_classification(app: &Arc<App>, sight: Sight, key: &str, span: Span) -> Result<ClassTrend> {
    let (picture, ground, days) = begin(app, span).await?;
    let definition = picture.definitions.classification(key).ok_or_else(|| Error::not_found("classification", key))?;
    Walls::of(sight, &picture).ask(&format!("class.{key}"))?;
    let pending = gather(app, ground, &days).await?;
    let mut kept = app.trends.lock();
    kept.on(ground);
    let known: Vec<(Day, Arc<Sizes>)> = days.iter().filter_map(|d| Some((*d, Arc::clone(kept.sizes.get(d)?)))).collect();
    drop(kept);
    let mut keys: Vec<String> = picture.classes(key).map(|c| c.keys().to_vec()).unwrap_or_default();
    for (_, sizes) in known.iter().rev() {
        for class in sizes.classes.get(key).into_iter().flat_map(|c| c.keys()) {
            if !keys.contains(class) {
                keys.push(class.clone());
            }
        }
    }
    let size = |sizes: &Sizes, class: &str| sizes.classes.get(key).and_then(|c| c.get(class)).copied().unwrap_or(0);
    let line = |class: String| ClassLine {
        label: definition.class_label(&class),
        sizes: known.iter().map(|(_, sizes)| size(sizes, &class)).collect(),
        key: class,
    };
    Ok(ClassTrend {
        version: definition.version,
        classes: keys.into_iter().map(line).collect(),
        days: known.iter().map(|(day, sizes)| TrendDay { day: *day, total: sizes.total }).collect(),
        pending,
        known: span.asked.known,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_on_the_day_asked_for() {
        let last = Day::parse("2026-03-31").expect("a day");
        let text = |all: Vec<Day>| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(text(days(last, Step::Month, 4)), ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31"]);
        assert_eq!(text(days(last, Step::Day, 3)), ["2026-03-29", "2026-03-30", "2026-03-31"]);
        assert_eq!(text(days(last, Step::Week, 3)), ["2026-03-17", "2026-03-24", "2026-03-31"]);
    }
}
