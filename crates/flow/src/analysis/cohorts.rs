//! Cohorts: customers by the month of their first valid order, and how many of them ordered again in each later month.

use super::moment::Asked;
use crate::{Result, app::App};
use domain::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The triangle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cohorts {
    /// the business day; the last month may be incomplete
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// oldest first
    pub cohorts: Vec<Cohort>,
}

/// Customers whose first valid order fell into one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cohort {
    /// `YYYY-MM`
    pub month: String,
    /// customers
    pub size: u64,
    /// customers with a valid order in that month, the next, … up to the month of the as-of day; the first equals `size`
    pub values: Vec<u64>,
}

/// The triangle of the last so many months up to the as-of day's.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn cohorts(app: &App, asked: Asked, months: u32) -> Result<Cohorts> {
    let picture = app.runs.at(app, asked).await?;
    tokio::task::spawn_blocking(move || {
        let month = |c: lake::Cohort| Cohort { month: c.month.to_string().chars().take(7).collect(), size: c.size, values: c.values };
        Ok(Cohorts { as_of: picture.as_of, cohorts: picture.run.cohorts(months)?.into_iter().map(month).collect() })
    })
    .await?
}
