//! Which day a question is about, and what was known: `as_of` and `known` of every reading (`domain.md` §2).

use crate::{Error, Result};
use domain::{Day, Zone, clock::Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// As known then, or as known today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// only what was known by the end of that day
    Then,
    /// with everything learnt since
    #[default]
    Today,
}

/// An as-of day and a known-as-of instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    /// the business day
    pub as_of: Day,
    /// then or today
    pub known: Known,
}

impl Moment {
    /// A day as known today.
    pub fn of(as_of: Day) -> Moment {
        Moment { as_of, known: Known::Today }
    }

    /// The instant up to which facts were known.
    pub fn known_as_of(self, zone: &Zone) -> Instant {
        match self.known {
            Known::Then => zone.end_of(self.as_of),
            Known::Today => Instant::MAX,
        }
    }
}

/// `YYYY-MM-DD`, or an error that names the parameter.
pub fn parse_day(name: &str, text: &str) -> Result<Day> {
    let day = Day::parse(text).filter(|d| (-200_000..=200_000).contains(&d.0));
    day.ok_or_else(|| Error::Invalid {
        code: "request.day",
        message: domain::Label::new(format!("{name} 不是日期：{text}"), format!("{name} is not a day: {text}")),
        params: serde_json::json!({ "name": name, "value": text }),
    })
}

/// What a reading asks for: a day, or none for the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// the business day; `None` = the last day on which anything happened
    pub as_of: Option<Day>,
    /// then or today
    pub known: Known,
}

/// How days are read that are held beside each other: as known alike, and by the same definitions, so that they differ in facts alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Manner {
    /// then or today
    pub known: Known,
    /// by the definitions of this day; `None`: by those of now
    pub by: Option<Day>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_four_digits_two_two() {
        assert_eq!(parse_day("as_of", "1970-01-02").ok(), Some(Day(1)));
        for bad in ["", "2026-02-30", "yesterday", "2026-1"] {
            assert!(parse_day("as_of", bad).is_err(), "{bad}");
        }
    }
}
