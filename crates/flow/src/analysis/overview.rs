//! The first page: the whole base on one day, and every classification with the size and worth of its classes.

use super::{Picture, moment::Asked, runs::Reading};
use crate::{Error, Result, app::App, inbox::Waiting, jobs::{self, Kind, schedule::ROLL, view::{JobView, Viewer}}, schema, sight::{self, Sight, Walls}};
use domain::{Day, Label, classification::Classification};
use lake::GroupSum;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use store::job::NewJob;
use utoipa::ToSchema;

/// The base as of a day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// today; without a day asked for, the business day is the last one up to today on which anything happened
    #[schema(value_type = String, format = Date)]
    pub today: Day,
    /// as known then or today
    pub known: super::moment::Known,
    /// how and when it was computed
    pub run: RunInfo,
    /// RFC 3339: when it is computed anew if nothing changes before; whatever changes is computed at once
    pub next_run_at: String,
    /// some of it is sample data, made up to try things with
    pub sample: bool,
    /// all customers
    pub customers: u64,
    /// customers with at least one valid order
    pub buyers: u64,
    /// customers who do not want to be profiled: in the class `not_profiled` of every classification, and in no segment that a rule makes
    pub not_profiled: u64,
    /// net, minor units
    pub net: i64,
    /// paid before refunds, minor units
    pub gross: i64,
    /// valid orders
    pub orders: i64,
    /// ISO 4217 code of the reporting currency
    pub currency: String,
    /// every classification, in the order of the library, then own ones
    pub classifications: Vec<ClassificationSummary>,
}

/// How and when the numbers were computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunInfo {
    /// snapshot of the lake
    pub lake_version: i64,
    /// RFC 3339, UTC
    pub computed_at: String,
    /// how long it took
    pub milliseconds: u64,
    /// an import or a definition changed meanwhile and a newer run is under way
    pub stale: bool,
    /// rows programs posted that are not in it yet
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

impl RunInfo {
    /// Of what a reading was answered with.
    pub fn of(reading: &Reading) -> RunInfo {
        let picture = &reading.picture;
        RunInfo {
            lake_version: picture.lake.snapshot().id,
            computed_at: picture.computed_at.rfc3339(),
            milliseconds: picture.milliseconds,
            stale: reading.stale,
            waiting: reading.waiting.clone(),
        }
    }
}

/// A classification and its classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassificationSummary {
    /// machine name
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// one sentence
    #[schema(value_type = schema::Label)]
    pub description: Label,
    /// shelf
    pub group: String,
    /// version of the definition
    pub version: u32,
    /// ships with the product
    pub builtin: bool,
    /// its classes; customers add up to all customers
    pub classes: Vec<ClassSize>,
}

/// How many and how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassSize {
    /// machine name
    pub key: String,
    /// name for people
    #[schema(value_type = schema::Label)]
    pub label: Label,
    /// customers
    pub customers: u64,
    /// ÷ all customers
    pub share: f64,
    /// net, minor units
    pub net: i64,
    /// ÷ all net; 0 when all net is not positive
    pub net_share: f64,
    /// contribution, minor units; absent where no cost of goods is known
    pub contribution: Option<i64>,
    /// ÷ all contribution; 0 when that is not positive; absent as it is
    pub contribution_share: Option<f64>,
    /// valid orders
    pub orders: i64,
    /// median of `recency_days` over buyers in the class (the lower of two middle values)
    pub median_recency: Option<i64>,
}

/// Has the run of the current day computed anew, unless that is under way; answers the job.
///
/// # Errors
/// When the store refuses.
pub async fn anew(app: &App, who: &Viewer) -> Result<JobView> {
    let (now, key) = (app.clock.now(), "refresh anew");
    let mut job = NewJob::new(app.new_id("job"), Kind::Refresh.key(), serde_json::json!({ "anew": true }), now).by(&app.settings().id, &who.actor);
    job.unique_key = Some(key.to_owned());
    job.priority = Kind::Refresh.priority();
    job.max_attempts = Kind::Refresh.attempts();
    if store::job::enqueue(&app.store, &job, now).await? {
        app.jobs.pulse();
        return jobs::view::get(app, who, &job.id).await;
    }
    match store::job::open(&app.store, key).await? {
        Some(open) => Ok(jobs::view::of(app, who, &open)),
        None => Err(Error::Store(store::Error::Busy)),
    }
}

/// The base as of a day.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn overview(app: &App, sight: Sight, asked: Asked) -> Result<Overview> {
    let reading = app.runs.read(app, asked).await?;
    let picture = &reading.picture;
    Ok(Overview {
        as_of: picture.as_of,
        today: app.today(),
        known: picture.known,
        run: RunInfo::of(&reading),
        next_run_at: ROLL.next(&app.settings().zone, app.clock.now()).rfc3339(),
        sample: picture.sample,
        customers: picture.total(),
        buyers: picture.buyers().count(),
        not_profiled: picture.run.refused().count(),
        net: picture.all.net,
        gross: picture.all.gross,
        orders: picture.all.orders,
        currency: picture.currency.code().to_owned(),
        classifications: sight::classifications(&Walls::of(sight, picture), picture.summaries()),
    })
}

impl Picture {
    /// Every classification with its classes; counted once a run.
    pub fn summaries(&self) -> &[ClassificationSummary] {
        self.summaries.get_or_init(|| {
            let all = self.definitions.classifications();
            all.par_iter().map(|c| summarise(self, c)).collect()
        })
    }

    /// How many and how much of one class.
    pub fn size(&self, key: &str, label: Label, sum: &GroupSum) -> ClassSize {
        ClassSize {
            key: key.to_owned(),
            label,
            customers: sum.customers,
            share: share(sum.customers as f64, self.total() as f64),
            net: sum.net,
            net_share: share(sum.net as f64, self.all.net as f64),
            contribution: self.costs_known.then_some(sum.contribution),
            contribution_share: self.costs_known.then(|| share(sum.contribution as f64, self.all.contribution as f64)),
            orders: sum.orders,
            median_recency: sum.median_recency,
        }
    }
}

/// `part ÷ whole`, 0 when the whole is not positive.
pub fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// One classification: classes with a name of their own in their order, classes that are values by size.
pub fn summarise(picture: &Picture, c: &Classification) -> ClassificationSummary {
    let groups = picture.run.groups(&c.key);
    let classes = groups.iter().map(|(key, sum)| picture.size(key, c.class_label(key), sum)).collect();
    ClassificationSummary {
        key: c.key.clone(),
        label: c.label.clone(),
        description: c.description.clone(),
        group: c.group.clone(),
        version: c.version,
        builtin: c.builtin,
        classes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_nothing() {
        assert_eq!((share(1.0, 4.0), share(3.0, 0.0), share(-1.0, -5.0)), (0.25, 0.0, 0.0));
    }
}
