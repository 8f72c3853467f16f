//! What is said about a search for duplicates, for people and programs.

use super::{Choice, ColumnUse, Found};
use models::linkage::{FieldModel, Kind, Level};
use serde::Serialize;

/// The answer of `zhiyin dedupe --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// rows compared
    pub rows: usize,
    /// rows that could not be read
    pub skipped: usize,
    /// pairs looked at
    pub candidate_pairs: usize,
    /// pairs of at least the threshold
    pub pairs: usize,
    /// groups of rows the pairs connect
    pub clusters: usize,
    /// rows in these groups
    pub clustered_rows: usize,
    /// share of all pairs that are one person's, 0–1
    pub prior: f64,
    /// share of all pairs that are of people who live together, 0–1
    pub household: f64,
    /// probability from which a pair counts
    pub threshold: f64,
    /// column that names the rows; null = their numbers from 1
    pub id: Option<String>,
    /// every column and what became of it
    pub columns: Vec<ColumnUse>,
    /// what agreement of each compared column says
    pub fields: Vec<FieldReport>,
    /// what strangers who share one thing share besides
    pub ties: Vec<TieReport>,
    /// from the first byte read to the last pair found
    pub seconds: f64,
}

/// One compared column.
#[derive(Debug, Clone, Serialize)]
pub struct FieldReport {
    /// header
    pub column: String,
    /// what it holds
    pub kind: Kind,
    /// strongest first
    pub levels: Vec<LevelReport>,
}

/// One level of it.
#[derive(Debug, Clone, Serialize)]
pub struct LevelReport {
    /// how far two values agree
    pub level: Level,
    /// how often one person's rows do
    pub m: f64,
    /// how often strangers do
    pub u: f64,
    /// log₂(m/u)
    pub bits: f64,
}

/// Strangers who share `given` agree `times` as often in `column`.
#[derive(Debug, Clone, Serialize)]
pub struct TieReport {
    /// header of what is shared
    pub given: String,
    /// header of what agrees, too
    pub column: String,
    /// how far
    pub level: Level,
    /// how many times as often
    pub times: f64,
}

impl Report {
    /// Of what was found.
    pub fn of(found: &Found, choice: &Choice, seconds: f64) -> Report {
        let model = &found.links.model;
        let name = |field: usize| model.fields.get(field).map(|f| f.name.clone()).unwrap_or_default();
        Report {
            rows: found.rows,
            skipped: found.skipped.len(),
            candidate_pairs: found.links.candidates,
            pairs: found.links.pairs.len(),
            clusters: found.clusters,
            clustered_rows: found.clustered,
            prior: model.prior,
            household: model.household,
            threshold: choice.threshold,
            id: found.id.clone(),
            columns: found.columns.clone(),
            fields: model.fields.iter().map(FieldReport::of).collect(),
            ties: model.ties.iter().map(|t| TieReport { given: name(t.given), column: name(t.field), level: t.level, times: t.times }).collect(),
            seconds,
        }
    }
}

impl FieldReport {
    fn of(field: &FieldModel) -> FieldReport {
        let levels = field.levels.iter().map(|l| LevelReport { level: l.level, m: l.m, u: l.u, bits: l.bits() });
        FieldReport { column: field.name.clone(), kind: field.kind, levels: levels.collect() }
    }
}
