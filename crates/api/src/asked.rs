//! The parameters every reading shares: which day, and as known then or today.

use crate::error::Result;
use domain::Day;
use flow::analysis::moment::{Asked, Known, parse_day};
use serde::Deserialize;
use utoipa::IntoParams;

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
