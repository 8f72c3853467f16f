//! Questions in SQL by analysts: of what stands in the lake as of a day, of what was computed, and of who the customers are as far as
//! whoever asks may see it. The walls are in `lake::desk`; every question is noted, answered or not.

mod kept;
mod tables;

pub use kept::{AskedView, QuestionDraft, QuestionView, create, edit, history, list, remove, restore};
pub use tables::{SqlColumn, SqlTable, tables};

use crate::{
    Error, Result,
    analysis::{Asked, Picture, runs::since},
    app::App,
    audit,
    output::{cell::{Cell, Column, Kind, Sheet}, csv, xlsx},
    people::By,
    sight::Sight,
};
use domain::{Day, Label, Value, audit::Action};
use lake::desk::{Answer, AnswerKind, Fault, Field, Question};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{io::Cursor, sync::Arc, time::Duration};
use utoipa::ToSchema;

/// Rows an answer on the page has.
pub const ROWS: usize = 10_000;
/// Rows a file has.
pub const FILE_ROWS: usize = 100_000;
/// How long a question may take.
const DEADLINE: Duration = Duration::from_secs(10);
const FILE_DEADLINE: Duration = Duration::from_secs(60);

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SqlForm {
    /// one SELECT
    pub text: String,
    /// the business day; absent = the last day on which anything happened
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Day>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SqlAnswer {
    /// its columns
    pub columns: Vec<AnswerColumnView>,
    /// its rows, at most 10,000; an exact decimal is a text
    #[schema(value_type = Vec<Vec<crate::schema::Value>>)]
    pub rows: Vec<Vec<Value>>,
    /// there are more rows than are shown
    pub more: bool,
    /// how long it took
    pub milliseconds: u64,
    /// the business day
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    /// people's details are hidden in it
    pub masked: bool,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerColumnView {
    /// as the question calls it
    pub name: String,
    /// `bool`, `int`, `number`, `decimal`, `text`, `day` or `other`
    pub kind: String,
}

fn kind(k: AnswerKind) -> &'static str {
    match k {
        AnswerKind::Bool => "bool",
        AnswerKind::Int => "int",
        AnswerKind::Number => "number",
        AnswerKind::Decimal => "decimal",
        AnswerKind::Text => "text",
        AnswerKind::Day => "day",
        AnswerKind::Other => "other",
    }
}

fn value(f: Field) -> Value {
    match f {
        Field::Null => Value::Null,
        Field::Bool(b) => Value::Bool(b),
        Field::Int(n) => Value::Int(n),
        Field::Number(x) => Value::Number(x),
        f @ Field::Decimal(..) => Value::Text(f.to_string()),
        Field::Text(t) => Value::Text(t),
        Field::Day(d) => Value::Day(d),
    }
}

fn refused(f: Fault) -> Error {
    Error::Invalid { code: f.code, message: f.message, params: json!({ "line": f.at.map(|a| a.0), "column": f.at.map(|a| a.1) }) }
}

/// Asks, and notes that it was asked and what came of it.
async fn asked(app: &App, by: &By, form: &SqlForm, rows: usize, deadline: Duration, file: Option<&str>) -> Result<(Arc<Picture>, Answer, u64)> {
    let sight = by.permissions.sight();
    let picture = app.runs.at(app, Asked { as_of: form.as_of, ..Asked::default() }).await?;
    let begun = app.clock.now();
    let outcome = match app.desk.place().await {
        Ok(place) => {
            let question = Question {
                text: form.text.clone(),
                lake: picture.lake.clone(),
                as_of: picture.as_of,
                currency: picture.currency,
                masked: sight.is_masked(),
                sheets: tables::sheets(app, sight, &picture, &form.text).await?,
                rows,
                deadline,
                folder: app.temporary(),
            };
            app.desk.ask(place, question).await
        }
        Err(busy) => Err(busy),
    };
    let took = since(begun, app.clock.now());
    let (code, found) = match &outcome {
        Ok(a) => ("", a.rows.len()),
        Err(f) => (f.code, 0),
    };
    let mut tx = app.store.begin().await?;
    let entry = store::question::Asked {
        id: app.new_id("ask"),
        text: form.text.chars().take(lake::desk::MOST_CHARS).collect(),
        code: code.to_owned(),
        rows: found as i64,
        milliseconds: took as i64,
        as_of: picture.as_of,
        at: app.clock.now(),
    };
    store::question::note(&mut tx, &app.settings().id, &by.actor.id, &entry).await?;
    // what is written down for good holds nothing of people: texts stand as `…`
    let detail = json!({ "text": lake::desk::without_texts(&form.text), "rows": found, "ms": took, "as_of": picture.as_of.to_string(), "code": code, "masked": sight.is_masked(), "format": file });
    audit::append(app, &mut tx, &audit::of(app, &by.actor, Action::QuestionAsked, "sql").detail(detail)).await?;
    tx.commit().await?;
    Ok((picture, outcome.map_err(refused)?, took))
}

/// Answers a question.
///
/// # Errors
/// `sql.…` with `line` and `column` where it is known; when the store or the lake refuses.
pub async fn ask(app: &App, by: &By, form: SqlForm) -> Result<SqlAnswer> {
    let (picture, answer, milliseconds) = asked(app, by, &form, ROWS, DEADLINE, None).await?;
    Ok(SqlAnswer {
        columns: answer.columns.iter().map(|c| AnswerColumnView { name: c.name.clone(), kind: kind(c.kind).to_owned() }).collect(),
        rows: answer.rows.into_iter().map(|r| r.into_iter().map(value).collect()).collect(),
        more: answer.more,
        milliseconds,
        as_of: picture.as_of,
        masked: by.permissions.sight() == Sight::Masked,
    })
}

/// The answer as a file, whole or not at all.
///
/// # Errors
/// As [`ask`]; `sql.rows` for more than 100,000 of them.
pub async fn file(app: &App, by: &By, form: SqlForm, format: crate::dashboards::FileFormat) -> Result<(Vec<u8>, String)> {
    let (picture, answer, _) = asked(app, by, &form, FILE_ROWS, FILE_DEADLINE, Some(format.extension())).await?;
    if answer.more {
        return Err(Error::Invalid {
            code: "sql.rows",
            message: Label::new(format!("超过 {FILE_ROWS} 行，没有导出：请缩小范围，或用 LIMIT"), format!("more than {FILE_ROWS} rows, so nothing was exported: narrow it down, or use LIMIT")),
            params: json!({ "most": FILE_ROWS }),
        });
    }
    let digits = picture.currency.digits();
    let column = |c: &lake::desk::AnswerColumn| Column {
        key: c.name.clone(),
        label: Label::same(c.name.clone()),
        description: Label::default(),
        unit: None,
        kind: match c.kind {
            AnswerKind::Bool => Kind::Bool,
            AnswerKind::Int => Kind::Int,
            AnswerKind::Number | AnswerKind::Decimal => Kind::Number,
            AnswerKind::Day => Kind::Day,
            AnswerKind::Text | AnswerKind::Other => Kind::Text,
        },
    };
    let cell = move |f: Field| match f {
        Field::Null => Cell::Empty,
        Field::Bool(b) => Cell::Bool(b),
        Field::Int(n) => Cell::Int(n),
        Field::Number(x) => Cell::Number(x),
        Field::Decimal(n, scale) if scale == digits => i64::try_from(n).map_or(Cell::Number(n as f64), Cell::Money),
        f @ Field::Decimal(..) => f.to_string().parse().map_or(Cell::Empty, Cell::Number),
        Field::Text(t) => Cell::Text(t.into()),
        Field::Day(d) => Cell::Day(d),
    };
    let columns = answer.columns.iter().map(column).collect();
    let rows: Vec<Vec<Cell<'static>>> = answer.rows.into_iter().map(|r| r.into_iter().map(cell).collect()).collect();
    let sheet = Sheet { columns, rows: Box::new(rows), digits };
    let name = format!("sql-{}.{}", picture.as_of, format.extension());
    let bytes = tokio::task::spawn_blocking(move || -> Result<Vec<u8>> {
        let mut out = Cursor::new(Vec::new());
        match format {
            crate::dashboards::FileFormat::Csv => csv::write(&sheet, &mut out)?,
            crate::dashboards::FileFormat::Xlsx => xlsx::write_table(&sheet, &mut out)?,
        }
        Ok(out.into_inner())
    })
    .await??;
    Ok((bytes, name))
}

/// Functions a question may call.
pub fn functions() -> &'static [&'static str] {
    lake::desk::FUNCTIONS
}
