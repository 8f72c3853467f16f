//! The files of one import, each in the order of customers, become as many whose customers do not overlap: whoever asks for one
//! customer opens one file, and the fold reads straight on. A customer's rows keep their order.

use crate::{
    Result, anew,
    error::at,
    read::Reader,
    schema, stats,
    writer::Shelf,
};
use arrow::{array::AsArray, compute::concat_batches, datatypes::Int32Type, record_batch::RecordBatch};
use domain::table::{DataFile, Table};
use std::{fs, ops::Range};

/// Rows read at once.
const BATCH: usize = 16_384;

/// The same rows in files apart from one another; the files they were in are gone. Files that lie apart already stay.
pub(crate) fn apart(shelf: &Shelf, table: Table, files: Vec<DataFile>) -> Result<Vec<DataFile>> {
    if table.columns().iter().all(|c| c.name != "customer") || lie_apart(&files) {
        return Ok(files);
    }
    let reader = anew::reader(&shelf.root);
    let bounds = bounds(&reader, &files)?;
    let stretches = files.iter().map(|f| stretches(&reader, f, &bounds)).collect::<Result<Vec<_>>>()?;
    let columns: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
    let mut apart = Vec::with_capacity(bounds.len());
    let mut behind = None;
    for n in 0..bounds.len() {
        let mut pieces: Vec<RecordBatch> = Vec::new();
        let mut customers: Vec<u32> = Vec::new();
        for (file, stretches) in files.iter().zip(&stretches) {
            let Some(rows) = stretches.get(n).filter(|rows| !rows.is_empty()) else { continue };
            let mut batches = reader.stream(file, rows.clone(), &columns, BATCH)?;
            while let Some(arrays) = batches.next()? {
                let piece = RecordBatch::try_new(schema::coded(table), arrays)?;
                customers.extend(whose(&piece));
                pieces.push(piece);
            }
        }
        let whole = concat_batches(&schema::coded(table), &pieces)?;
        drop(pieces);
        apart.extend(shelf.wait(&mut behind)?);
        behind = Some(shelf.write_behind(table, files.len() + apart.len() + 1, whole, customers));
    }
    apart.extend(shelf.wait(&mut behind)?);
    for file in &files {
        let path = schema::folder(&shelf.root, table).join(&file.path);
        fs::remove_file(&path).map_err(at(&path))?;
    }
    Ok(apart)
}

fn whose(batch: &RecordBatch) -> impl Iterator<Item = u32> + '_ {
    let column = batch.column_by_name("customer").and_then(|c| c.as_primitive_opt::<Int32Type>());
    column.into_iter().flat_map(|c| c.values().iter().map(|c| *c as u32))
}

/// Does every file begin behind the customers of the one before?
fn lie_apart(files: &[DataFile]) -> bool {
    let spans: Vec<(i64, i64)> = files.iter().filter_map(|f| stats::span(f, "customer")).collect();
    spans.len() == files.len() && spans.windows(2).all(|pair| matches!(pair, [(_, before), (next, _)] if before < next))
}

/// The customers behind the last of each of as many files, all about as long.
fn bounds(reader: &Reader, files: &[DataFile]) -> Result<Vec<i32>> {
    let mut rows_of: Vec<u32> = Vec::new();
    for file in files {
        reader.scan(file, &["customer"], |batch| {
            for customer in batch.iter().filter_map(|c| c.as_primitive_opt::<Int32Type>()).flat_map(|c| c.values().iter()) {
                let place = usize::try_from(*customer).unwrap_or(0);
                if rows_of.len() <= place {
                    rows_of.resize(place + 1, 0);
                }
                if let Some(rows) = rows_of.get_mut(place) {
                    *rows += 1;
                }
            }
            Ok(())
        })?;
    }
    let all: u64 = files.iter().map(|f| f.rows).sum();
    let each = all.div_ceil(files.len() as u64).max(1);
    let (mut bounds, mut held) = (Vec::with_capacity(files.len()), 0);
    for (customer, rows) in (0i32..).zip(&rows_of) {
        held += u64::from(*rows);
        if held >= each {
            bounds.push(customer + 1);
            held = 0;
        }
    }
    if held > 0 {
        bounds.push(i32::MAX);
    }
    Ok(bounds)
}

/// Which rows of a file lie between the bounds, one stretch each.
fn stretches(reader: &Reader, file: &DataFile, bounds: &[i32]) -> Result<Vec<Range<usize>>> {
    let mut ends: Vec<usize> = Vec::with_capacity(bounds.len());
    let mut row = 0;
    reader.scan(file, &["customer"], |batch| {
        for customer in batch.iter().filter_map(|c| c.as_primitive_opt::<Int32Type>()).flat_map(|c| c.values().iter()) {
            while bounds.get(ends.len()).is_some_and(|bound| bound <= customer) {
                ends.push(row);
            }
            row += 1;
        }
        Ok(())
    })?;
    ends.resize(bounds.len(), row);
    let starts = std::iter::once(0).chain(ends.clone());
    Ok(starts.zip(ends).map(|(from, to)| from..to).collect())
}
