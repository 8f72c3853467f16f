//! The parameters every reading shares: which day, and as known then or today.

use crate::error::Result;
use domain::Day;
use flow::analysis::{moment::{Asked, Known, parse_day}, trend::{Span, Step}};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// `as_of` and `known`.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct At {
    /// the business day, `YYYY-MM-DD`; absent = the last day on which anything happened
    #[param(format = Date)]
    pub as_of: Option<String>,
    /// as known `then` or `today`
    pub known: Option<Known>,
}

impl At {
    /// Parsed.
    pub fn asked(&self) -> Result<Asked> {
        let as_of = day("as_of", self.as_of.as_deref())?;
        Ok(Asked { as_of, known: self.known.unwrap_or_default() })
    }
}

/// An optional day of the query string.
pub fn day(name: &str, text: Option<&str>) -> Result<Option<Day>> {
    Ok(text.map(|t| parse_day(name, t)).transpose()?)
}

/// How far a trend goes back from its day.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Back {
    /// how far apart its days are; a month if absent
    pub step: Option<Step>,
    /// how many days, the last one among them: from 2 to 37, 13 if absent
    #[param(minimum = 2, maximum = 37)]
    pub points: Option<u32>,
}

impl Back {
    /// From the day `at` says.
    pub fn span(&self, at: &At) -> Result<Span> {
        Ok(Span { asked: at.asked()?, step: self.step.unwrap_or_default(), points: self.points })
    }
}

/// Whether something goes although it is named elsewhere.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Anyway {
    /// `true`: also if dashboards, saved views or webhooks name it; they then show and tell nothing of it
    pub anyway: Option<bool>,
}

/// From which version a definition was changed.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Base {
    /// the version that was opened and changed: where another one is in force by now, nothing is written (`definition.moved`). Absent: whichever is
    pub version: Option<u32>,
}

/// Which version of a definition is wanted back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Restore {
    /// its number
    #[schema(minimum = 1)]
    pub version: u32,
}
