//! The pairs as a file: the two rows' names and the probability, `id_l,id_r,probability`.

use super::Found;
use crate::{
    Error, Result,
    output::{
        Format,
        cell::{Cell, Column, Kind, Rows, Sheet},
        csv, json, parquet, whole, xlsx,
    },
};
use domain::Label;
use std::{io::Write, path::Path, sync::Arc};

/// Decimals of a probability.
const DECIMALS: f64 = 1e6;

/// Writes the pairs, most probable rows as they stand in the table. CSV of nothing but ASCII has no byte order mark, so that
/// programs find the first column by its name.
///
/// # Errors
/// When the disk refuses, or the format is none for a table.
pub fn write(found: &Arc<Found>, path: &Path, format: Format) -> Result<()> {
    let sheet = Sheet { columns: columns(is_numbered(found)), rows: Box::new(Pairs(Arc::clone(found), is_numbered(found))), digits: 2 };
    whole(path, |out| match format {
        Format::Csv => {
            let mut bytes = Vec::new();
            csv::write(&sheet, &mut bytes)?;
            let mark = "\u{feff}".len();
            let plain = bytes.get(mark..).is_some_and(<[u8]>::is_ascii);
            Ok(out.write_all(bytes.get(if plain { mark } else { 0 }..).unwrap_or_default())?)
        }
        Format::Xlsx => xlsx::write_table(&sheet, out),
        Format::Parquet => parquet::write(&sheet, out),
        Format::Json => Ok(json::write_table(&sheet, out)?),
        Format::Html => Err(Error::invalid("output.format", "这个表不能写成 HTML", "this table cannot be written as HTML")),
    })
}

/// Are all names whole numbers, written as such?
fn is_numbered(found: &Found) -> bool {
    found.ids.iter().all(|id| number(id).is_some())
}

fn number(id: &str) -> Option<i64> {
    id.parse::<i64>().ok().filter(|n| n.to_string() == id)
}

fn columns(numbered: bool) -> Vec<Column> {
    let id = if numbered { Kind::Int } else { Kind::Text };
    let column = |key: &str, zh: &str, en: &str, kind| Column { key: key.into(), label: Label::new(zh, en), description: Label::default(), unit: None, kind };
    vec![column("id_l", "行一", "first row", id), column("id_r", "行二", "second row", id), column("probability", "概率", "probability", Kind::Number)]
}

struct Pairs(Arc<Found>, bool);

impl Rows for Pairs {
    fn count(&self) -> usize {
        self.0.links.pairs.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let Some(pair) = self.0.links.pairs.get(row) else { return Cell::Empty };
        let name = |row: u32| match number(self.0.name(row)).filter(|_| self.1) {
            Some(n) => Cell::Int(n),
            None => Cell::text(self.0.name(row)),
        };
        match column {
            0 => name(pair.a),
            1 => name(pair.b),
            _ => Cell::Number((pair.probability * DECIMALS).round() / DECIMALS),
        }
    }
}
