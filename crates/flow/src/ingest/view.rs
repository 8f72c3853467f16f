//! An import as people see it: where it stands, its files with every guess, and its report. The same documents are kept in
//! the ledger.

use super::{
    board::Board,
    report::{Report, label},
};
use crate::{Result, analysis::defined, app::App, schema::Label};
use domain::clock::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sources::{Guess, Kind, Probe, Target};
use utoipa::ToSchema;

/// An import.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    /// `imp_…`
    pub id: String,
    /// `mapping`, `checking`, `checked`, `committing`, `committed`, `undone`, `failed`
    pub status: String,
    /// RFC 3339
    pub created_at: String,
    /// who
    pub author: String,
    /// while it is checked or committed
    pub progress: Option<ProgressView>,
    /// why it failed: `code`, `params` with a `message` in both languages
    #[schema(value_type = Option<Object>)]
    pub error: Option<Value>,
    /// its files
    pub files: Vec<ImportFile>,
    /// what a commit would do, or did
    pub report: Option<Report>,
    /// RFC 3339; absent when it cannot be undone
    pub undo_until: Option<String>,
    /// rows of later imports that say what this one brought, and go with it when it is undone; told where one import that
    /// can be undone is asked for
    #[serde(default)]
    pub resting_rows: Option<u64>,
    /// customers that go when it is undone and have something by hand: a tag, an owner, a note, a record, a name or a value that was
    /// put right; told with `resting_rows`
    #[serde(default)]
    pub handled: Option<u64>,
    /// the lake snapshot that made it visible
    pub snapshot: Option<i64>,
    /// its files are made up, to try things with; `DELETE /sample` takes it back, however long it has been there
    #[serde(default)]
    pub sample: bool,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProgressView {
    /// so many
    pub done: u64,
    /// of so many
    pub total: u64,
    /// `bytes`
    pub unit: String,
}

/// A file of an import.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportFile {
    /// as it was called
    pub name: String,
    /// size
    pub bytes: u64,
    /// hash of its content
    #[serde(default)]
    pub sha256: String,
    /// `csv`, `xlsx`, `xls`, `jsonl`, `json`, `parquet`
    #[serde(default)]
    pub format: String,
    /// encoding, if it is text
    #[serde(default)]
    pub encoding: Option<String>,
    /// separator, if it has one
    #[serde(default)]
    pub delimiter: Option<String>,
    /// sheets, if it is a workbook
    #[serde(default)]
    pub sheets: Vec<String>,
    /// the sheet that is read
    #[serde(default)]
    pub sheet: Option<String>,
    /// row of the header, from 1; 0 = none
    #[serde(default)]
    pub header_row: u64,
    /// rows, more or less
    #[serde(default)]
    pub rows_estimate: u64,
    /// its columns
    #[serde(default)]
    pub columns: Vec<ColumnGuess>,
    /// how it is read
    #[schema(value_type = Object)]
    #[serde(default)]
    pub mapping: Value,
    /// everything that was guessed
    #[serde(default)]
    pub guesses: Vec<GuessView>,
}

/// What was found in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ColumnGuess {
    /// place in the file, from 0
    pub index: usize,
    /// heading
    pub header: String,
    /// the first cells that are not blank
    pub samples: Vec<String>,
    /// share of rows that are not blank
    pub fill: f64,
    /// type of its content
    #[serde(rename = "type")]
    pub kind: String,
    /// proposed meaning
    pub target: String,
    /// how sure, 0–1
    pub confidence: f64,
    /// share of cells that can be read so
    pub valid: f64,
    /// what a person should know about it
    pub notes: Vec<GuessView>,
}

/// One thing that was guessed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GuessView {
    /// stable code
    pub code: String,
    /// values of the sentence
    #[schema(value_type = Object)]
    pub params: Value,
    /// the sentence
    pub text: Label,
    /// should a person look at it before going on?
    #[serde(default)]
    pub warning: bool,
}

impl From<&Guess> for GuessView {
    fn from(g: &Guess) -> GuessView {
        let text = g.text();
        GuessView { code: g.code.key().to_owned(), params: serde_json::json!(g.params), text: label(text.zh, text.en), warning: g.is_warning() }
    }
}

impl ImportFile {
    /// A file that was looked at.
    pub fn of(name: &str, sha256: String, p: &Probe) -> ImportFile {
        ImportFile {
            name: name.to_owned(),
            bytes: p.bytes,
            sha256,
            format: p.format.key().to_owned(),
            encoding: p.encoding.map(|e| e.name().to_owned()),
            delimiter: p.delimiter.map(|d| d.to_string()),
            sheets: p.sheets.clone(),
            sheet: p.mapping.sheet.clone(),
            header_row: p.header_row,
            rows_estimate: p.rows_estimate,
            columns: p.columns.iter().map(column).collect(),
            mapping: serde_json::to_value(&p.mapping).unwrap_or_default(),
            guesses: p.guesses.iter().map(GuessView::from).collect(),
        }
    }
}

fn column(c: &sources::ColumnGuess) -> ColumnGuess {
    ColumnGuess {
        index: c.index,
        header: c.header.clone(),
        samples: c.samples.clone(),
        fill: c.fill,
        kind: type_name(c.value_type),
        target: c.target.name(),
        confidence: c.confidence,
        valid: c.valid,
        notes: c.notes.iter().map(GuessView::from).collect(),
    }
}

fn type_name(value: domain::ValueType) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Names of an import's files, from the ledger's document.
pub(crate) fn names(files: &Value) -> Vec<String> {
    let name = |f: &Value| f.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    files.as_array().map(|all| all.iter().map(name).collect()).unwrap_or_default()
}

/// A row of the ledger as people see it.
pub(super) fn of(import: store::import::Import, board: &Board, now: Instant) -> ImportView {
    let read = |f: Value| ImportFile {
        name: f.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        ..serde_json::from_value(f).unwrap_or_else(|_| ImportFile::empty())
    };
    let files = match import.files {
        Value::Array(files) => files.into_iter().map(read).collect(),
        _ => Vec::new(),
    };
    let open = import.undo_until.filter(|t| import.status == store::import::Status::Committed && *t > now);
    ImportView {
        progress: board.progress(&import.id).map(|p| {
            let (done, total) = p.bytes();
            ProgressView { done, total, unit: "bytes".to_owned() }
        }),
        status: import.status.key().to_owned(),
        created_at: import.created_at.rfc3339(),
        author: import.author,
        error: import.error,
        files,
        report: import.report.and_then(|r| serde_json::from_value(r).ok()),
        undo_until: open.map(Instant::rfc3339),
        resting_rows: None,
        handled: None,
        snapshot: import.snapshot,
        sample: import.sample,
        id: import.id,
    }
}

impl ImportFile {
    fn empty() -> ImportFile {
        ImportFile {
            name: String::new(),
            bytes: 0,
            sha256: String::new(),
            format: String::new(),
            encoding: None,
            delimiter: None,
            sheets: Vec::new(),
            sheet: None,
            header_row: 0,
            rows_estimate: 0,
            columns: Vec::new(),
            mapping: Value::Null,
            guesses: Vec::new(),
        }
    }
}

/// What a column can mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TargetView {
    /// dotted name
    pub target: String,
    /// name for people
    pub label: Label,
    /// its shelf in the list
    pub group: Label,
    /// kind of record, or `ignore`
    pub kind: String,
    /// can it tell customers apart?
    pub identifier: bool,
    /// type of the value it takes, where the column's content does not decide it
    #[serde(rename = "type")]
    pub value_type: Option<String>,
    /// does a rule say what wins when the customer has a value already?
    pub collides: bool,
}

/// Everything a person can choose as the meaning of a column; `custom.<name>` comes on top.
///
/// # Errors
/// When the store refuses.
pub async fn targets(app: &App) -> Result<Vec<TargetView>> {
    let view = |t: Target| {
        let (text, kind) = (t.label(), t.kind());
        let group = match (&t, kind) {
            (Target::Attribute(_), _) => domain::Label::new("客户属性", "customer attributes"),
            (_, Some(kind)) => kind.label(),
            (_, None) => domain::Label::new("不导入", "left out"),
        };
        TargetView {
            target: t.name(),
            label: label(text.zh, text.en),
            group: label(group.zh, group.en),
            kind: kind.map_or("ignore", |k| k.key()).to_owned(),
            identifier: t.is_identifier(),
            value_type: t.value_type().map(type_name),
            collides: matches!(t, Target::Attribute(_) | Target::CustomerName | Target::CustomerCompany | Target::CustomerFamilyName | Target::CustomerGivenName),
        }
    };
    let definitions = defined::current(app).await?;
    let own = definitions.features().iter().filter_map(|f| Some((f, f.own_field()?))).map(|(f, key)| TargetView {
        target: key.to_owned(),
        label: label(&f.label.zh, &f.label.en),
        group: label("自有字段", "own fields"),
        kind: Kind::Customer.key().to_owned(),
        identifier: false,
        value_type: Some(type_name(f.value)),
        collides: true,
    });
    Ok(own.chain(Target::all().map(view)).collect())
}
