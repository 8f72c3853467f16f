//! Looks at a file and proposes how to read it. Every guess is listed, in both languages, so that a person can correct it.

use crate::{
    code::{Code, Params, Result},
    encoding::Encoding,
    mapping::{Format, Mapping},
    target::{Kind, Target},
};
use domain::{Currency, Label, ValueType, Zone};
use std::path::Path;

/// What the reader of a file must know beforehand.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// times without a zone are read as this
    pub time_zone: &'a Zone,
    /// reporting currency
    pub currency: Currency,
    /// the file's own name, if the path is not it (uploads)
    pub name: Option<&'a str>,
    /// what the file is said to hold (`--orders`), if anything
    pub kind: Option<Kind>,
    /// sheet to look at; the first one with data if none is named
    pub sheet: Option<&'a str>,
    /// row of the header if it was corrected by hand; 0 = there is none
    pub header_row: Option<u64>,
    /// encoding if it was corrected by hand
    pub encoding: Option<Encoding>,
    /// separator if it was corrected by hand
    pub delimiter: Option<char>,
}

impl<'a> Options<'a> {
    /// Nothing said about the file itself.
    pub fn new(time_zone: &'a Zone, currency: Currency) -> Options<'a> {
        Options { time_zone, currency, name: None, kind: None, sheet: None, header_row: None, encoding: None, delimiter: None }
    }
}

/// One thing that was guessed.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// what
    pub code: Code,
    /// filled into the sentence
    pub params: Params,
}

impl Guess {
    /// The sentence in both languages.
    pub fn text(&self) -> Label {
        self.code.label(&self.params)
    }

    /// Should a person look at it before going on?
    pub fn is_warning(&self) -> bool {
        self.code.is_warning()
    }
}

/// What was found in one column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnGuess {
    /// place in the file, from 0
    pub index: usize,
    /// header as written
    pub header: String,
    /// the first three cells that are not blank
    pub samples: Vec<String>,
    /// share of sampled rows that are not blank
    pub fill: f64,
    /// type of its content
    pub value_type: ValueType,
    /// proposed meaning
    pub target: Target,
    /// how sure, 0–1
    pub confidence: f64,
    /// share of its sampled cells that can be read as proposed
    pub valid: f64,
    /// what a person should know about it
    pub notes: Vec<Guess>,
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// what it is
    pub format: Format,
    /// its encoding, if it is text
    pub encoding: Option<Encoding>,
    /// its separator, if it has one
    pub delimiter: Option<char>,
    /// its sheets, if it is a workbook
    pub sheets: Vec<String>,
    /// row of the header, from 1; 0 = there is none
    pub header_row: u64,
    /// how many rows it has, more or less
    pub rows_estimate: u64,
    /// size of the file
    pub bytes: u64,
    /// its columns
    pub columns: Vec<ColumnGuess>,
    /// everything that was guessed
    pub guesses: Vec<Guess>,
    /// the currency the file itself names, in a currency column or by the signs beside its amounts; amounts in another one than
    /// the mapping's are rejected
    pub currency: Option<Currency>,
    /// the proposal
    pub mapping: Mapping,
}

/// Looks at a file and proposes how to read it.
///
/// # Errors
/// When the file cannot be read, is not one of our formats, or breaks a limit.
pub fn probe(path: &Path, options: &Options<'_>) -> Result<Probe> {
    crate::infer::probe(path, options)
}

/// Looks at a file as a mapping says it is read: the mapping comes back with everything that follows from the meaning of its columns
/// (see [`crate::settle`]), and with every guess that is true of it. `before` is the mapping that was shown when this one was made of
/// it; columns that were given another meaning since are read as their cells say.
///
/// # Errors
/// When the file cannot be read, or its header is not the mapping's ([`Code::HeaderDiffers`]).
pub fn review(path: &Path, options: &Options<'_>, mapping: Mapping, before: Option<&Mapping>) -> Result<Probe> {
    crate::infer::review(path, options, mapping, before)
}
