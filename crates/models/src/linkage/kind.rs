//! What a field holds and how far two of its values can agree. Every kind uses some of the eight levels; what each means for
//! it is said here and decided in `compare.rs`.

use serde::{Deserialize, Serialize};

/// What a field says about whoever its row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// first name
    GivenName,
    /// surname
    FamilyName,
    /// whole name, in Latin or Chinese letters
    FullName,
    /// name of a company
    Company,
    /// telephone number
    Phone,
    /// e-mail address
    Email,
    /// date of birth, or another date that stays with a person: `YYYY-MM-DD` or `YYYYMMDD`
    Date,
    /// number that somebody was given for good: identity card, social security, tax
    Identity,
    /// street or a whole address
    Address,
    /// house number
    House,
    /// postcode
    Postcode,
    /// suburb, city, district, province, country
    Place,
    /// one of few values: gender, title
    Category,
    /// any other text
    Text,
}

impl Kind {
    /// Does it follow one person, where people who live together share the rest?
    pub fn is_personal(self) -> bool {
        matches!(self, Kind::GivenName | Kind::FullName | Kind::Email | Kind::Date | Kind::Identity | Kind::Category)
    }

    /// Levels two filled values can come to, strongest first.
    pub fn levels(self) -> &'static [Level] {
        use Level::*;
        match self {
            Kind::GivenName | Kind::FamilyName | Kind::Address => &[Exact, Close, Similar, Part, Swapped, SwappedClose, Different],
            Kind::FullName => &[Exact, Swapped, Close, Similar, Part, Different],
            Kind::Company | Kind::Text | Kind::Place | Kind::Phone | Kind::Email | Kind::Date => &[Exact, Close, Similar, Part, Different],
            Kind::Identity | Kind::Postcode => &[Exact, Close, Similar, Different],
            Kind::House => &[Exact, Close, Different],
            Kind::Category => &[Exact, Different],
        }
    }
}

/// How far two values of a field agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Level {
    /// one of them is not filled in: says nothing
    Missing = 0,
    /// equal after normalisation; how much that says depends on how rare the value is
    Exact = 1,
    /// one slip of the pen: a letter or digit added, left out, changed, or two exchanged; day and month exchanged
    Close = 2,
    /// more alike than strangers' values usually are
    Similar = 3,
    /// one is part of the other, or they share a part: an initial, the same last digits, the same local part, two of year,
    /// month and day
    Part = 4,
    /// equal to the partner field's value of the other row: first name and surname exchanged; the same words in another order
    Swapped = 5,
    /// nearly equal to the partner field's value of the other row
    SwappedClose = 6,
    /// none of these
    Different = 7,
}

impl Level {
    /// How many there are.
    pub const COUNT: usize = 8;
    /// In the order of their codes.
    pub const ALL: [Level; Level::COUNT] = [
        Level::Missing,
        Level::Exact,
        Level::Close,
        Level::Similar,
        Level::Part,
        Level::Swapped,
        Level::SwappedClose,
        Level::Different,
    ];

    /// Stable machine name.
    pub fn key(self) -> &'static str {
        match self {
            Level::Missing => "missing",
            Level::Exact => "exact",
            Level::Close => "close",
            Level::Similar => "similar",
            Level::Part => "part",
            Level::Swapped => "swapped",
            Level::SwappedClose => "swapped_close",
            Level::Different => "different",
        }
    }

    /// Of a packed code.
    pub(crate) fn of(code: u64) -> Level {
        Level::ALL[(code & 7) as usize]
    }

    /// How much it speaks for one person, on a rough scale: only to choose between two ways to lay fields beside each other.
    pub(crate) fn promise(self) -> i32 {
        match self {
            Level::Exact | Level::Swapped => 8,
            Level::Close | Level::SwappedClose => 6,
            Level::Similar => 4,
            Level::Part => 2,
            Level::Missing => 0,
            Level::Different => -4,
        }
    }
}
