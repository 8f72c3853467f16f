//! A dashboard as plain words and tables: for a mail, or whoever reads it without its pictures. Every number says of which day it is
//! and how many customers stand behind it.

use super::{
    draw::{Reading, figures},
    figure::{ColumnKind, Figure, FigureCell, FigureColumn, FigureRow, Reckoned},
    file::text,
    goal,
    tile::{Tile, Who},
};
use crate::{Result, analysis::moment::Asked, app::App, sight::Sight};
use domain::{Currency, Day, Label, Lang, Value};
use std::sync::Arc;

/// Rows of a table that are told.
const ROWS: usize = 15;
/// Columns of a table that are told.
const COLUMNS: usize = 8;

/// A dashboard, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// its name
    pub name: String,
    /// the business day of every number, unless something else is said
    pub as_of: Day,
    /// an import or a definition changed, and newer numbers are on their way
    pub stale: bool,
    /// a section for each tile
    pub sections: Vec<Section>,
}

/// A tile, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// the tile
    pub tile: String,
    /// what stands above it
    pub heading: String,
    /// sentences: the number and how it changed, of which day, of how many customers
    pub lines: Vec<String>,
    /// the table
    pub table: Option<DigestTable>,
    /// parameters of the customer list behind it
    pub open: Who,
}

/// A table, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestTable {
    /// headings
    pub columns: Vec<String>,
    /// cells, one a column
    pub rows: Vec<Vec<String>>,
    /// rows that are not told
    pub more: usize,
}

/// Tells a dashboard in a language, as far as whoever it is for may see it.
///
/// # Errors
/// When the store or the lake refuses.
pub async fn digest(app: &Arc<App>, name: &Label, tiles: &[Tile], lang: Lang, sight: Sight, as_of: Option<Day>) -> Result<Digest> {
    let reading = Reading { asked: Asked { as_of, ..Asked::default() }, ..Reading::default() };
    let mut found = figures(app, sight, tiles, &reading).await?;
    // nobody waits for a mail: days that are still being computed are waited for
    for _ in 0..30 {
        if found.pending == 0 {
            break;
        }
        found = figures(app, sight, tiles, &reading).await?;
    }
    let currency = app.settings().currency;
    Ok(Digest {
        name: name.get(lang).to_owned(),
        as_of: found.as_of,
        stale: found.run.stale,
        sections: found.items.into_iter().map(|f| section(f, lang, currency)).collect(),
    })
}

fn section(f: Figure, lang: Lang, currency: Currency) -> Section {
    let mut lines = Vec::new();
    if let Some(problem) = &f.problem {
        lines.push(problem.message.get(lang).to_owned());
    }
    if let Some(h) = &f.headline {
        let say = |v: &Value| text(v, h.kind, h.unit.as_ref(), lang, currency);
        lines.push(format!("{}{}", say(&h.now.value), interval(&h.now, h.kind, lang, currency)));
        if let (Some(before), Some(day)) = (&h.before, f.compare) {
            let rose = h.difference.as_ref().and_then(Value::as_f64).unwrap_or(0.0) > 0.0;
            let by = h.difference.as_ref().map(|d| format!("{}{}", if rose { "+" } else { "" }, say(d))).unwrap_or_default();
            let share = h.change.map(|c| format!(" ({:+.1}%)", c * 100.0)).unwrap_or_default();
            lines.push(lang.pick(&format!("{day} 为 {}，变化 {by}{share}", say(&before.value)), &format!("{} on {day}; change {by}{share}", say(&before.value))).to_owned());
        }
    }
    lines.extend(f.goal.as_ref().map(|g| goal::told(g, lang, currency)));
    if let Some(text) = &f.text {
        lines.push(text.get(lang).to_owned());
    } else if f.problem.is_none() {
        let n = domain::rule::grouped(&f.headline.as_ref().map_or(f.n, |h| h.now.n).to_string());
        lines.push(lang.pick(&format!("截至 {}，{n} 位客户", f.as_of), &format!("as of {}, {n} customers", f.as_of)).to_owned());
    }
    lines.extend(f.notes.iter().map(|n| n.get(lang).to_owned()));
    let table = (f.headline.is_none() && f.text.is_none() && f.problem.is_none() && !f.rows.is_empty()).then(|| table(&f, lang, currency));
    Section { tile: f.tile, heading: f.title.get(lang).to_owned(), lines, table, open: f.open }
}

fn interval(r: &Reckoned, kind: ColumnKind, lang: Lang, currency: Currency) -> String {
    match (&r.low, &r.high) {
        (Some(low), Some(high)) => {
            let say = |v: &Value| text(v, kind, None, lang, currency);
            lang.pick(&format!("（95% 区间 {} 到 {}）", say(low), say(high)), &format!(" (95% interval {} to {})", say(low), say(high))).to_owned()
        }
        _ => String::new(),
    }
}

fn table(f: &Figure, lang: Lang, currency: Currency) -> DigestTable {
    let cell = |column: &FigureColumn, c: &FigureCell| match &c.label {
        Some(label) => label.get(lang).to_owned(),
        None => {
            let shown = text(&c.value, column.kind, None, lang, currency);
            match c.share {
                Some(share) if column.key != "customers" && column.key != "size" => format!("{shown} ({:.0}%)", share * 100.0),
                _ => shown,
            }
        }
    };
    let row = |r: &FigureRow| f.columns.iter().zip(&r.cells).take(COLUMNS).map(|(column, c)| cell(column, c)).collect();
    // of a trend the last days are told
    let skip = if f.columns.first().is_some_and(|c| c.kind == ColumnKind::Day) { f.rows.len().saturating_sub(ROWS) } else { 0 };
    DigestTable {
        columns: f.columns.iter().take(COLUMNS).map(|c| c.label.get(lang).to_owned()).collect(),
        rows: f.rows.iter().skip(skip).take(ROWS).map(row).collect(),
        more: f.rows.len().saturating_sub(ROWS),
    }
}
