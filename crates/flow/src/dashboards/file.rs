//! A tile's table as a file.

use super::figure::{ColumnKind, Figure, FigureCell, FigureColumn};
use crate::{
    Result,
    app::App,
    audit,
    output::{cell::{Cell, Column, Kind, Sheet}, csv, xlsx},
    sight::Sight,
};
use domain::{Label, Lang, Value, audit::{Action, Actor}, rule::grouped};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{borrow::Cow, io::Cursor};
use utoipa::ToSchema;

/// Format of a tile's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// UTF-8 with byte order mark
    #[default]
    Csv,
    /// Excel
    Xlsx,
}

impl FileFormat {
    /// MIME type.
    pub fn content_type(self) -> &'static str {
        match self {
            FileFormat::Csv => "text/csv; charset=utf-8",
            FileFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// End of the file name.
    pub fn extension(self) -> &'static str {
        match self {
            FileFormat::Csv => "csv",
            FileFormat::Xlsx => "xlsx",
        }
    }
}

fn kind(kind: ColumnKind) -> Kind {
    match kind {
        ColumnKind::Text => Kind::Text,
        ColumnKind::Int => Kind::Int,
        ColumnKind::Number | ColumnKind::Share => Kind::Number,
        ColumnKind::Money => Kind::Money,
        ColumnKind::Day => Kind::Day,
        ColumnKind::Bool => Kind::Bool,
    }
}

/// The figure as a table in somebody's language: what people call things, not their machine names.
pub(super) fn sheet(figure: &Figure, lang: Lang, digits: u32) -> Sheet {
    let column = |c: &FigureColumn| Column { key: c.label.get(lang).to_owned(), label: c.label.clone(), description: Label::default(), unit: c.unit.clone(), kind: kind(c.kind) };
    let cell = |c: &FigureCell| match &c.label {
        Some(label) => Cell::Text(Cow::Owned(label.get(lang).to_owned())),
        None => Cell::of(c.value.clone()),
    };
    let rows: Vec<Vec<Cell<'static>>> = figure.rows.iter().map(|r| r.cells.iter().map(cell).collect()).collect();
    Sheet { columns: figure.columns.iter().map(column).collect(), rows: Box::new(rows), digits }
}

/// A tile's table as a file. That it was taken is noted before it leaves.
///
/// # Errors
/// When the store or the disk refuses.
pub async fn taken(app: &App, sight: Sight, actor: &Actor, dashboard: &str, figure: &Figure, lang: Lang, format: FileFormat) -> Result<Vec<u8>> {
    let table = sheet(figure, lang, app.settings().currency.digits());
    let rows = figure.rows.len();
    let bytes = tokio::task::spawn_blocking(move || -> Result<Vec<u8>> {
        let mut out = Cursor::new(Vec::new());
        match format {
            FileFormat::Csv => csv::write(&table, &mut out)?,
            FileFormat::Xlsx => xlsx::write_table(&table, &mut out)?,
        }
        Ok(out.into_inner())
    })
    .await??;
    let detail = json!({ "format": format.extension(), "rows": rows, "as_of": figure.as_of.to_string(), "tile": figure.tile, "masked": sight.is_masked() });
    audit::note(app, audit::of(app, actor, Action::ExportTaken, dashboard).detail(detail)).await?;
    Ok(bytes)
}

/// A value as people of a language read it, with its unit.
pub(super) fn text(value: &Value, kind: ColumnKind, unit: Option<&Label>, lang: Lang, currency: domain::Currency) -> String {
    let behind = unit.map_or_else(String::new, |u| format!(" {}", u.get(lang)));
    match value {
        Value::Null => "—".to_owned(),
        Value::Number(x) if kind == ColumnKind::Share => format!("{:.1}%", x * 100.0),
        // an end of an interval
        Value::Number(x) if kind == ColumnKind::Money => text(&Value::Money(x.round_ties_even() as i64), kind, unit, lang, currency),
        Value::Number(x) => format!("{}{behind}", grouped(&format!("{x:.2}"))),
        Value::Int(n) => format!("{}{behind}", grouped(&n.to_string())),
        Value::Money(m) => format!("{}{}", currency.symbol(), grouped(&domain::money::decimal(*m, currency.digits()))),
        Value::Text(t) => t.clone(),
        Value::Day(d) => d.to_string(),
        Value::Bool(true) => lang.pick("是", "yes").to_owned(),
        Value::Bool(false) => lang.pick("否", "no").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Currency;

    #[test]
    fn values_read_as_people_write_them() {
        let say = |v: Value, kind| text(&v, kind, None, Lang::En, Currency::CNY);
        assert_eq!(say(Value::Money(-123_456_789), ColumnKind::Money), "¥-1,234,567.89");
        assert_eq!(say(Value::Int(1_000), ColumnKind::Int), "1,000");
        assert_eq!(say(Value::Number(0.1234), ColumnKind::Share), "12.3%");
        assert_eq!(text(&Value::Int(3), ColumnKind::Int, Some(&Label::new("位", "customers")), Lang::Zh, Currency::CNY), "3 位");
        assert_eq!(say(Value::Null, ColumnKind::Money), "—");
    }
}
