//! Which columns show that two rows are one person, which one names the rows, and which are left alone: numbers of rows, and
//! above all columns that hold the answer.

use domain::Label;
use models::linkage::{FIELDS, Kind};
use serde::Serialize;
use sources::{Table, Trait, TraitGuess};
use std::collections::HashMap;

/// What a person chose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// column that names the rows; else one that does by its header and content, else the row's number
    pub id: Option<String>,
    /// compare exactly these
    pub columns: Vec<String>,
    /// compare these, too
    pub also: Vec<String>,
    /// do not compare these
    pub not: Vec<String>,
    /// probability from which a pair counts, 0–1
    pub threshold: f64,
    /// seed of what is drawn
    pub seed: u64,
}

/// What became of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnUse {
    /// header as written
    pub column: String,
    /// what it was taken for
    pub kind: &'static str,
    /// is it compared?
    pub used: bool,
    /// why, or why not
    pub reason: Reason,
    /// share of the rows that are filled in
    pub fill: f64,
}

/// Why a column is compared or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// it says something about the person
    Known,
    /// it was asked for
    Asked,
    /// there is little else to compare
    LittleElse,
    /// it names the rows
    NamesRows,
    /// it numbers something
    Number,
    /// it seems to hold the answer
    Answer,
    /// it says nothing about who somebody is
    NotPersonal,
    /// nobody can tell what it says
    Unknown,
    /// it was not asked for
    NotAsked,
    /// nothing is filled in
    Empty,
    /// other columns say the same
    Twice,
    /// there are too many
    TooMany,
}

/// Why nothing can be compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Wrong {
    /// no such column
    NoColumn {
        /// as it was asked for
        name: String,
        /// what there is
        headers: Vec<String>,
    },
    /// two rows have one name
    RepeatedId {
        /// the column
        column: String,
        /// the name
        value: String,
        /// lines of the two rows
        lines: (u64, u64),
    },
    /// a row has no name
    MissingId {
        /// the column
        column: String,
        /// line of the row
        line: u64,
    },
    /// no column says anything about a person
    NothingToCompare,
}

impl Wrong {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Wrong::NoColumn { .. } => "dedupe.no_column",
            Wrong::RepeatedId { .. } => "dedupe.id_repeated",
            Wrong::MissingId { .. } => "dedupe.id_missing",
            Wrong::NothingToCompare => "dedupe.nothing_to_compare",
        }
    }

    /// What and where.
    pub fn message(&self) -> Label {
        match self {
            Wrong::NoColumn { name, .. } => Label::new(format!("没有“{name}”这一列"), format!("there is no column “{name}”")),
            Wrong::RepeatedId { column, value, lines: (a, b) } => Label::new(
                format!("“{column}”不能作行号：第 {a} 行和第 {b} 行都是“{value}”"),
                format!("“{column}” does not name the rows: lines {a} and {b} both say “{value}”"),
            ),
            Wrong::MissingId { column, line } => {
                Label::new(format!("“{column}”不能作行号：第 {line} 行是空的"), format!("“{column}” does not name the rows: it is blank on line {line}"))
            }
            Wrong::NothingToCompare => Label::new("没有一列能说明是谁（姓名、电话、邮箱、生日、地址……）", "no column says who somebody is (name, phone, e-mail, date of birth, address …)"),
        }
    }

    /// How to mend it.
    pub fn hint(&self) -> Label {
        match self {
            Wrong::NoColumn { headers, .. } => Label::new(format!("有这些列：{}", headers.join("、")), format!("there are: {}", headers.join(", "))),
            Wrong::RepeatedId { .. } | Wrong::MissingId { .. } => {
                Label::new("去掉 --id（则用行的序号），或换一列", "leave --id out (rows then go by their number), or name another column")
            }
            Wrong::NothingToCompare => Label::new("用 --columns 指明要比较的列", "name the columns to compare with --columns"),
        }
    }
}

/// A field to compare.
pub(super) struct Compared {
    pub column: usize,
    pub kind: Kind,
    /// where it is blank, it is put together from these
    pub others: Option<Vec<usize>>,
}

/// What is compared.
pub(super) struct Chosen {
    pub id: Option<usize>,
    pub fields: Vec<Compared>,
    pub columns: Vec<ColumnUse>,
}

/// Fewer columns than this are little to go by.
const LITTLE: usize = 3;
/// A text that is hardly ever filled in is none to compare.
const HARDLY: f64 = 0.05;

pub(super) fn choose(table: &Table, traits: &[TraitGuess], choice: &Choice) -> Result<Chosen, Wrong> {
    let find = |names: &[String]| names.iter().map(|name| place(table, name)).collect::<Result<Vec<usize>, Wrong>>();
    let (only, also, not) = (find(&choice.columns)?, find(&choice.also)?, find(&choice.not)?);
    let id = match &choice.id {
        Some(name) => Some(named(table, place(table, name)?)?),
        None => traits.iter().find(|t| t.what == Trait::Id && t.is_unique && !only.contains(&t.column) && !also.contains(&t.column)).map(|t| t.column),
    };
    let known = traits.iter().filter(|t| says_who(t.what) && Some(t.column) != id && !not.contains(&t.column)).count();
    let mut reasons: Vec<(Reason, bool)> = traits.iter().map(|t| {
        let asked = only.contains(&t.column) || also.contains(&t.column);
        match t.what {
            _ if Some(t.column) == id => (Reason::NamesRows, false),
            _ if not.contains(&t.column) => (Reason::NotAsked, false),
            Trait::Empty => (Reason::Empty, false),
            _ if asked => (Reason::Asked, true),
            _ if !only.is_empty() => (Reason::NotAsked, false),
            Trait::Id => (Reason::Number, false),
            Trait::Label => (Reason::Answer, false),
            Trait::Number | Trait::Time => (Reason::NotPersonal, false),
            Trait::Category | Trait::Text if known < LITTLE && t.fill >= HARDLY => (Reason::LittleElse, true),
            Trait::Category | Trait::Text => (Reason::Unknown, false),
            _ => (Reason::Known, true),
        }
    }).collect();
    let parts = whole_name(traits, &mut reasons);
    let mut fields = Vec::new();
    for (t, reason) in traits.iter().zip(&mut reasons).filter(|(_, r)| r.1) {
        if fields.len() == FIELDS {
            *reason = (Reason::TooMany, false);
            continue;
        }
        let others = parts.as_ref().filter(|_| t.what == Trait::FullName).cloned();
        fields.push(Compared { column: t.column, kind: kind(t.what), others });
    }
    if fields.is_empty() {
        return Err(Wrong::NothingToCompare);
    }
    let columns = traits.iter().zip(&reasons).map(|(t, (reason, used))| ColumnUse { column: t.header.clone(), kind: t.what.key(), used: *used, reason: *reason, fill: t.fill });
    Ok(Chosen { id, columns: columns.collect(), fields })
}

/// A whole name beside its parts says everything twice: the better filled side stays. Answers with the parts if the whole
/// name stays, family name first.
fn whole_name(traits: &[TraitGuess], reasons: &mut [(Reason, bool)]) -> Option<Vec<usize>> {
    let compared = |what: Trait, reasons: &[(Reason, bool)]| traits.iter().find(|t| t.what == what && reasons.get(t.column).is_some_and(|r| r.1 && r.0 == Reason::Known)).map(|t| (t.column, t.fill));
    let (whole, family, given) = (compared(Trait::FullName, reasons)?, compared(Trait::FamilyName, reasons)?, compared(Trait::GivenName, reasons)?);
    let parts_stay = family.1.min(given.1) >= whole.1;
    for column in if parts_stay { vec![whole.0] } else { vec![family.0, given.0] } {
        if let Some(reason) = reasons.get_mut(column) {
            *reason = (Reason::Twice, false);
        }
    }
    (!parts_stay).then(|| vec![family.0, given.0])
}

fn place(table: &Table, name: &str) -> Result<usize, Wrong> {
    let exact = table.headers.iter().position(|h| h == name);
    let near = || table.headers.iter().position(|h| h.trim().eq_ignore_ascii_case(name.trim()));
    exact.or_else(near).ok_or_else(|| Wrong::NoColumn { name: name.to_owned(), headers: table.headers.clone() })
}

/// The column, if it names every row differently.
fn named(table: &Table, column: usize) -> Result<usize, Wrong> {
    let header = || table.headers.get(column).cloned().unwrap_or_default();
    let mut seen: HashMap<&str, u64> = HashMap::with_capacity(table.rows());
    for (value, line) in table.column(column).zip(&table.lines) {
        if value.is_empty() {
            return Err(Wrong::MissingId { column: header(), line: *line });
        }
        if let Some(before) = seen.insert(value, *line) {
            return Err(Wrong::RepeatedId { column: header(), value: value.to_owned(), lines: (before, *line) });
        }
    }
    Ok(column)
}

fn says_who(what: Trait) -> bool {
    !matches!(what, Trait::Id | Trait::Label | Trait::Category | Trait::Text | Trait::Number | Trait::Time | Trait::Empty)
}

fn kind(what: Trait) -> Kind {
    match what {
        Trait::GivenName => Kind::GivenName,
        Trait::FamilyName => Kind::FamilyName,
        Trait::FullName => Kind::FullName,
        Trait::Company => Kind::Company,
        Trait::Phone => Kind::Phone,
        Trait::Email => Kind::Email,
        Trait::BirthDate | Trait::Time => Kind::Date,
        Trait::Identity | Trait::Id => Kind::Identity,
        Trait::Address => Kind::Address,
        Trait::House | Trait::Number => Kind::House,
        Trait::Postcode => Kind::Postcode,
        Trait::Place => Kind::Place,
        Trait::Gender | Trait::Category | Trait::Label | Trait::Empty => Kind::Category,
        Trait::Text => Kind::Text,
    }
}
