//! Column statistics of whole tables, which other readers prune by. Kept true by widening; never narrowed.

use crate::{Result, Tx};
use domain::table::{ColumnType, DataFile, Table};
use std::{cmp::Ordering, collections::HashMap};

statements! {
    GET = "SELECT column_id, contains_null, min_value, max_value FROM ducklake_table_column_stats WHERE table_id = $1";
    PUT = "INSERT INTO ducklake_table_column_stats (table_id, column_id, contains_null, contains_nan, min_value, max_value,
            extra_stats)
        VALUES ($1, $2, $3, NULL, $4, $5, NULL)";
    SET = "UPDATE ducklake_table_column_stats SET contains_null = $3, min_value = $4, max_value = $5
        WHERE table_id = $1 AND column_id = $2";
}

/// A bound as the catalog can hold it.
pub(crate) fn bound(text: Option<&str>) -> Option<String> {
    text.filter(|t| !t.contains('\0')).map(str::to_owned)
}

/// Bounds of a column: `None` inside means unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bounds {
    nulls: bool,
    /// nothing but nulls, so that there is nothing to bound
    empty: bool,
    min: Option<String>,
    max: Option<String>,
}

impl Bounds {
    /// Of one column of one file.
    fn of(column: u32, file: &DataFile) -> Bounds {
        match file.columns.iter().find(|s| s.column == column) {
            Some(s) => Bounds {
                nulls: s.nulls > 0,
                empty: s.nulls >= file.rows,
                min: bound(s.min.as_deref()),
                max: bound(s.max.as_deref()),
            },
            // a file without statistics may hold anything
            None => Bounds { nulls: true, empty: false, min: None, max: None },
        }
    }

    fn with(self, kind: ColumnType, other: Bounds) -> Bounds {
        if other.empty {
            return Bounds { nulls: true, ..self };
        }
        if self.empty {
            return Bounds { nulls: true, ..other };
        }
        let pick = |a: Option<String>, b: Option<String>, keep: Ordering| match (a, b) {
            (Some(a), Some(b)) => Some(if compare(kind, &b, &a) == keep { b } else { a }),
            _ => None,
        };
        Bounds {
            nulls: self.nulls || other.nulls,
            empty: false,
            min: pick(self.min, other.min, Ordering::Less),
            max: pick(self.max, other.max, Ordering::Greater),
        }
    }
}

fn compare(kind: ColumnType, a: &str, b: &str) -> Ordering {
    match kind {
        ColumnType::Int32 | ColumnType::Int64 => {
            let number = |t: &str| t.parse::<i64>().unwrap_or_default();
            number(a).cmp(&number(b))
        }
        // days and timestamps are written in an order-keeping form
        _ => a.cmp(b),
    }
}

/// Widens the statistics of a table by new files.
pub(crate) async fn widen(tx: &mut Tx, id: i64, table: Table, files: &[&DataFile]) -> Result<()> {
    let rows = rows!(&mut *tx, (i64, Option<bool>, Option<String>, Option<String>), GET, id)?;
    let known: HashMap<i64, Bounds> = rows
        .into_iter()
        .map(|(c, nulls, min, max)| (c, Bounds { nulls: nulls.unwrap_or(true), empty: false, min, max }))
        .collect();
    for (column, of) in (1u32..).zip(table.columns()) {
        let new = files.iter().filter(|f| f.rows > 0).map(|f| Bounds::of(column, f)).reduce(|a, b| a.with(of.kind, b));
        let Some(new) = new else { continue };
        let c = i64::from(column);
        match known.get(&c) {
            None => execute!(&mut *tx, PUT, id, c, new.nulls, new.min, new.max)?,
            Some(before) => {
                let after = before.clone().with(of.kind, new);
                if after == *before {
                    continue;
                }
                execute!(&mut *tx, SET, id, c, after.nulls, after.min, after.max)?
            }
        };
    }
    Ok(())
}
