//! What the files say of themselves.

use super::{Format, column::Shape};
use crate::{Result, app::Settings};
use domain::Day;
use serde::{Deserialize, Serialize};

/// What a manifest of this kind says first.
pub(super) const WHAT: &str = "zhiyin everything";
/// The layout this program writes, and the newest it reads.
pub(super) const LAYOUT: u32 = 1;
/// Its name.
pub const NAME: &str = "manifest.json";

/// Everything that was taken away: each file with its bytes and SHA-256, each table with its columns and rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `zhiyin everything`
    pub what: String,
    /// how it is laid out
    pub layout: u32,
    /// the program that wrote it
    pub program: String,
    /// when, RFC 3339
    pub made: String,
    /// format of the tables
    pub format: Format,
    /// what decides results
    pub business: Business,
    /// the business day of classes and segments
    #[serde(with = "day")]
    pub as_of: Day,
    /// the tables
    pub tables: Vec<Said>,
    /// the other files
    pub files: Vec<File>,
}

/// How the business reckons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Business {
    /// its name
    pub name: String,
    /// IANA name; decides where business days end
    pub time_zone: String,
    /// ISO 4217
    pub currency: String,
    /// decimals of an amount
    pub decimals: u32,
    /// `zh-CN` or `en`
    pub lang: String,
}

impl Business {
    pub(super) fn of(settings: &Settings) -> Business {
        Business {
            name: settings.name.clone(),
            time_zone: settings.zone.name().to_owned(),
            currency: settings.currency.code().to_owned(),
            decimals: settings.currency.digits(),
            lang: settings.lang.tag().to_owned(),
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// its name
    pub name: String,
    /// its columns, in order: name and type
    pub columns: Vec<(String, String)>,
    /// rows of all its files
    pub rows: u64,
    /// its files, in order
    pub parts: Vec<Part>,
}

/// A file of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// its name
    pub name: String,
    /// its rows
    pub rows: u64,
    /// its bytes
    pub bytes: u64,
    /// their SHA-256, hexadecimal
    pub sha256: String,
}

/// Another file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// its name
    pub name: String,
    /// its bytes
    pub bytes: u64,
    /// their SHA-256, hexadecimal
    pub sha256: String,
}

impl Said {
    pub(super) fn of(shape: &Shape, parts: Vec<Part>) -> Said {
        let columns = shape.columns.iter().map(|c| (c.name.clone(), c.kind.key().to_owned())).collect();
        Said { name: shape.name.clone(), columns, rows: parts.iter().map(|p| p.rows).sum(), parts }
    }
}

impl Manifest {
    /// A table.
    pub fn table(&self, name: &str) -> Option<&Said> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|t| t.rows).fold(0, u64::saturating_add)
    }

    /// Every file but this one: name, bytes, hash.
    pub fn every_file(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        let parts = self.tables.iter().flat_map(|t| &t.parts).map(|p| (p.name.as_str(), p.bytes, p.sha256.as_str()));
        parts.chain(self.files.iter().map(|f| (f.name.as_str(), f.bytes, f.sha256.as_str())))
    }

    /// Its bytes.
    pub(super) fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| crate::Error::Internal(e.to_string()))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// A day as `YYYY-MM-DD`.
mod day {
    use domain::Day;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(day: &Day, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&day.to_string())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Day, D::Error> {
        let text = String::deserialize(d)?;
        Day::parse(&text).filter(|d| (-200_000..=200_000).contains(&d.0)).ok_or_else(|| D::Error::custom("no day"))
    }
}
