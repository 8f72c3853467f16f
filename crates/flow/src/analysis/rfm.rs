//! The RFM board: the 5 × 5 cells of recency and frequency under one way of scoring, with the change since another day,
//! the edges of the scores, and the groups of RFM 8 and RFM 11.

use super::{Picture, moment::Asked, overview::ClassSize};
use crate::{Error, Result, app::App};
use domain::{
    Day,
    feature::{Aggregate, Definition, FactKind, Measure},
    period::Window,
};
use lake::{Cell, Matrix};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How scores' edges are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// fifths of the buyers
    #[default]
    Quantile,
    /// own edges
    Bins,
    /// one-dimensional k-means
    Kmeans,
}

/// The board.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rfm {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// the day compared with
    #[schema(value_type = Option<String>, format = Date)]
    pub compare: Option<Day>,
    /// way of scoring
    pub scoring: Scoring,
    /// which orders count: `all`, or the window of the definition in words a program reads (`months:12`)
    pub window: String,
    /// customers with a valid order in the window
    pub buyers: u64,
    /// 25 cells, R from 1 to 5, F from 1 to 5
    pub cells: Vec<RfmCell>,
    /// where scores begin
    pub edges: RfmEdges,
    /// RFM 8
    pub groups8: Vec<ClassSize>,
    /// RFM 11
    pub groups11: Vec<ClassSize>,
    /// what it should stand on; where one is not met it is given anyway, and says less
    pub grounds: Vec<Ground>,
}

/// Something a board should stand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ground {
    /// of what
    pub of: GroundOf,
    /// how much there is
    pub have: u64,
    /// how much there should be at least
    pub need: u64,
}

/// What a board should stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroundOf {
    /// customers with a valid order in the window
    Buyers,
    /// days since the first valid order
    Days,
    /// customers with three valid orders or more
    Repeat,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RfmCell {
    /// recency score 1–5, 5 = most recent
    pub r: u8,
    /// frequency score 1–5
    pub f: u8,
    /// customers
    pub customers: u64,
    /// net, minor units
    pub net: i64,
    /// contribution, minor units; absent where no cost of goods is known
    pub contribution: Option<i64>,
    /// customers now − customers on the compared day; absent without one
    pub change: Option<i64>,
}

/// For each axis the worst value that still reaches score 2, 3, 4, 5; absent where nobody has the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RfmEdges {
    /// days since the last order, at most
    pub r: Vec<Option<f64>>,
    /// orders, at least
    pub f: Vec<Option<f64>>,
    /// net in minor units, at least
    pub m: Vec<Option<f64>>,
}

impl Scoring {
    /// The score features of this way: `rfm_r`, `rfm_r_bins`, `rfm_r_kmeans`.
    fn feature(self, axis: char) -> String {
        match self {
            Scoring::Quantile => format!("rfm_{axis}"),
            Scoring::Bins => format!("rfm_{axis}_bins"),
            Scoring::Kmeans => format!("rfm_{axis}_kmeans"),
        }
    }
}

impl Scoring {
    /// The partition of the 125 cells under this way.
    fn rfm_11(self) -> &'static str {
        match self {
            Scoring::Quantile => "rfm_11",
            Scoring::Bins => "rfm_11_bins",
            Scoring::Kmeans => "rfm_11_kmeans",
        }
    }
}

/// The board as of a day, with the change since another.
///
/// # Errors
/// When the store or the lake refuses, or the score features were taken away.
pub async fn board(app: &App, asked: Asked, compare: Option<Day>, scoring: Scoring) -> Result<Rfm> {
    let now = app.runs.at(app, asked).await?;
    let then = match compare {
        Some(day) => Some(app.runs.beside(app, now.manner(), day).await?),
        None => None,
    };
    tokio::task::spawn_blocking(move || of(&now, then.as_deref(), scoring)).await?
}

fn of(now: &Picture, then: Option<&Picture>, scoring: Scoring) -> Result<Rfm> {
    let matrix = matrix(now, scoring)?;
    let before = then.map(|p| self::matrix(p, scoring)).transpose()?;
    let cell = |(i, cell): (usize, &Cell)| RfmCell {
        r: cell.r,
        f: cell.f,
        customers: cell.customers,
        net: cell.net,
        contribution: now.costs_known.then_some(cell.contribution),
        change: before.as_ref().and_then(|b| b.cells.get(i)).map(|b| cell.customers as i64 - b.customers as i64),
    };
    Ok(Rfm {
        as_of: now.as_of,
        compare: then.map(|p| p.as_of),
        scoring,
        window: window(now, scoring),
        buyers: matrix.buyers,
        edges: RfmEdges {
            r: edges(now, scoring, 'r')?,
            f: edges(now, scoring, 'f')?,
            m: edges(now, scoring, 'm')?,
        },
        cells: matrix.cells.iter().enumerate().map(cell).collect(),
        groups8: groups(now, "rfm_8")?,
        groups11: groups(now, scoring.rfm_11())?,
        grounds: grounds(now, matrix.buyers),
    })
}

/// Fifths of few are chance; recency and frequency show only over months, and where some come again and again.
fn grounds(now: &Picture, buyers: u64) -> Vec<Ground> {
    let whole = |key: &str| -> Vec<i64> { now.column(key).map(|c| now.everyone().iter().filter_map(|i| c.whole(i)).collect()).unwrap_or_default() };
    let days = whole("tenure_days").into_iter().max().and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    let repeat = whole("orders").into_iter().filter(|n| *n >= 3).count() as u64;
    vec![
        Ground { of: GroundOf::Buyers, have: buyers, need: 500 },
        Ground { of: GroundOf::Days, have: days, need: 180 },
        Ground { of: GroundOf::Repeat, have: repeat, need: 1 },
    ]
}

/// How well the clusters fit that scores are made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RfmFit {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// recency, frequency and money
    pub axes: Vec<AxisFit>,
}

/// How well the clusters of one axis fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AxisFit {
    /// `r`, `f` or `m`
    pub axis: String,
    /// buyers who were clustered
    pub n: u64,
    /// mean silhouette (Rousseeuw 1987), −1 to 1: near 1 the groups lie apart, near 0 they run into each other; absent with one group
    pub silhouette: Option<f64>,
    /// share of the spread the groups explain, 0–1
    pub explained: f64,
    /// share of buyers who keep their score when buyers are drawn again, and where nine tenths of the draws lie; absent with one group
    pub same: Option<FitRange>,
    /// buyers of each draw
    pub drawn: u64,
    /// draws, with replacement
    pub draws: u32,
    /// by score, 1 to 5; fewer if there are fewer different values
    pub scores: Vec<ScoreFit>,
}

/// A mean over draws, and where nine tenths of them lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FitRange {
    /// the mean
    pub mean: f64,
    /// 5 % lie below
    pub low: f64,
    /// 5 % lie above
    pub high: f64,
}

/// How well one group fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScoreFit {
    /// the score it stands for
    pub score: u8,
    /// buyers
    pub customers: u64,
    /// mean silhouette of its buyers
    pub silhouette: f64,
    /// mean Jaccard similarity with the group most like it in each draw (Hennig 2007): above 0.75 stable, below 0.6 it says little
    pub stability: f64,
}

/// Times buyers are drawn again.
const DRAWS: u32 = 100;

/// How well k-means scores fit, as of a day: silhouettes, and what becomes of the groups when buyers are drawn again.
///
/// # Errors
/// When the store or the lake refuses, or the score features were taken away.
pub async fn fit(app: &App, asked: Asked) -> Result<RfmFit> {
    let picture = app.runs.at(app, asked).await?;
    tokio::task::spawn_blocking(move || {
        let axes = ['r', 'f', 'm'].into_iter().map(|axis| axis_fit(&picture, axis)).collect::<Result<_>>()?;
        Ok(RfmFit { as_of: picture.as_of, axes })
    })
    .await?
}

fn axis_fit(picture: &Picture, axis: char) -> Result<AxisFit> {
    let key = Scoring::Kmeans.feature(axis);
    let scores = picture.expect(&key)?;
    let (of, smaller) = scored(picture, &key).ok_or_else(|| Error::not_found("feature", key.clone()))?;
    let values = picture.expect(&of)?;
    // whoever has a score took part in it
    let numbers: Vec<f64> = picture.everyone().iter().filter(|i| scores.whole(*i).is_some_and(|s| s > 0)).filter_map(|i| values.number(i)).collect();
    let f = models::fit(&numbers, 5, DRAWS, picture.as_of.0.unsigned_abs().into());
    let best = f.clusters.len() as u8;
    let score = |(i, c): (usize, &models::ClusterFit)| ScoreFit {
        score: if smaller { best - i as u8 } else { i as u8 + 1 },
        customers: c.size,
        silhouette: c.silhouette,
        stability: c.jaccard,
    };
    let mut scores: Vec<ScoreFit> = f.clusters.iter().enumerate().map(score).collect();
    scores.sort_by_key(|s| s.score);
    Ok(AxisFit {
        axis: axis.to_string(),
        n: f.n,
        silhouette: f.silhouette,
        explained: f.explained,
        same: f.same.map(|r| FitRange { mean: r.mean, low: r.low, high: r.high }),
        drawn: f.drawn,
        draws: f.draws,
        scores,
    })
}

/// Customers and net of the 25 cells, R before F. Score 0 is in none.
fn matrix(picture: &Picture, scoring: Scoring) -> Result<Matrix> {
    let (r, f) = (scoring.feature('r'), scoring.feature('f'));
    picture.run.matrix(&r, &f).ok_or_else(|| Error::not_found("feature", r))
}

/// The feature an axis scores, and whether smaller is better.
fn scored(picture: &Picture, key: &str) -> Option<(String, bool)> {
    match &picture.definitions.feature(key)?.definition {
        Definition::Score { of, smaller_is_better, .. } => Some((of.clone(), *smaller_is_better)),
        _ => None,
    }
}

/// For scores 2 to 5 the worst value that has this score; a score that nobody has begins nowhere.
fn edges(picture: &Picture, scoring: Scoring, axis: char) -> Result<Vec<Option<f64>>> {
    let key = scoring.feature(axis);
    let scores = picture.expect(&key)?;
    let Some((of, smaller)) = scored(picture, &key) else { return Ok(vec![None; 4]) };
    let values = picture.expect(&of)?;
    let mut worst: Vec<Option<f64>> = vec![None; 4];
    for i in picture.everyone().iter() {
        let (Some(score @ 2..=5), Some(value)) = (scores.whole(i), values.number(i)) else { continue };
        if let Some(edge) = worst.get_mut(score as usize - 2) {
            *edge = Some(edge.map_or(value, |e| if smaller { e.max(value) } else { e.min(value) }));
        }
    }
    Ok(worst)
}

/// Which orders the frequency counts, in words a program reads.
fn window(picture: &Picture, scoring: Scoring) -> String {
    let counted = scored(picture, &scoring.feature('f')).and_then(|(of, _)| picture.definitions.feature(&of).cloned());
    match counted.map(|f| f.definition) {
        Some(Definition::Aggregate(Aggregate { fact: FactKind::Orders, measure: Measure::Count, window, .. })) => match window {
            Window::All => "all".to_owned(),
            Window::Days(n) => format!("days:{n}"),
            Window::Months(n) => format!("months:{n}"),
            Window::DaysAgo { from, to } => format!("days_ago:{from}:{to}"),
        },
        _ => "all".to_owned(),
    }
}

/// Sizes of the classes of an RFM classification.
fn groups(picture: &Picture, key: &str) -> Result<Vec<ClassSize>> {
    let summary = picture.summaries().iter().find(|s| s.key == key);
    summary.map(|s| s.classes.clone()).ok_or_else(|| Error::not_found("classification", key))
}
