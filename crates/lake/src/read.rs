//! Reading the files of one snapshot, column by column. Footers are parsed once: a file never changes under its name.

use crate::{
    Error, Result,
    error::of,
    schema, stats,
    writer::IN_ORDER,
};
use arrow::{
    array::{Array, ArrayRef, AsArray, new_null_array},
    datatypes::{DataType, Field, Int32Type, Schema},
};
use bytes::Bytes;
use domain::table::{DataFile, Table};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
        },
    },
    file::{
        metadata::PageIndexPolicy,
        page_index::column_index::ColumnIndexMetaData,
        reader::{ChunkReader, Length},
    },
};
use std::{
    collections::HashMap,
    fs::File,
    io::BufReader,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

const BATCH: usize = 16_384;

/// What is kept of files, shared by all snapshots of a lake.
#[derive(Debug, Default)]
pub(crate) struct Footers {
    parsed: Kept<ArrowReaderMetadata>,
    /// whose rows small files hold
    whose: Kept<Arc<Vec<i32>>>,
}

/// Rows of a file whose customers are kept: programs post many such files a day, and each holds few of all customers.
const SMALL: u64 = 65_536;
/// Bytes that are kept of each kind at a time.
const KEPT: usize = 64 << 20;

/// Something of each file, by its path. Files come and go, and nobody says which will never be asked for again: what would be too
/// much is forgotten as a whole.
#[derive(Debug)]
struct Kept<T>(Mutex<(usize, HashMap<PathBuf, T>)>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

impl<T: Clone> Kept<T> {
    fn all(&self) -> MutexGuard<'_, (usize, HashMap<PathBuf, T>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, path: &Path) -> Option<T> {
        self.all().1.get(path).cloned()
    }

    fn keep(&self, path: PathBuf, one: T, bytes: usize) {
        let mut all = self.all();
        if all.0.saturating_add(bytes) > KEPT {
            *all = Default::default();
        }
        // two may have read the same at once
        if all.1.insert(path, one).is_none() {
            all.0 += bytes;
        }
    }
}

/// The files of a snapshot, below a root.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) root: PathBuf,
    pub(crate) snapshot: i64,
    pub(crate) footers: Arc<Footers>,
}

impl Reader {
    fn path(&self, file: &DataFile) -> PathBuf {
        schema::folder(&self.root, file.table).join(&file.path)
    }

    /// Opens a file and makes sure that it is the one the catalog means.
    fn open(&self, file: &DataFile) -> Result<(File, ArrowReaderMetadata, PathBuf)> {
        let path = self.path(file);
        let open = File::open(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { path: path.clone(), snapshot: self.snapshot },
            _ => Error::Io { path: path.clone(), source },
        })?;
        if let Some(footer) = self.footers.parsed.get(&path) {
            return Ok((open, footer, path));
        }
        let bytes = open.metadata().map_err(|source| Error::Io { path: path.clone(), source })?.len();
        if bytes != file.bytes {
            let reason = format!("{bytes} bytes instead of {}", file.bytes);
            return Err(Error::Damaged { path, reason });
        }
        let footer = footer(&open, &path, file)?;
        self.footers.parsed.keep(path.clone(), footer.clone(), footer.metadata().memory_size());
        Ok((open, footer, path))
    }

    /// Reads these columns of the file, batch by batch.
    pub(crate) fn scan(
        &self,
        file: &DataFile,
        columns: &[&str],
        each: impl FnMut(&[ArrayRef]) -> Result<()>,
    ) -> Result<()> {
        let (open, footer, path) = self.open(file)?;
        self.batches(open, footer, &path, file.table, columns, None, each)
    }

    /// Was the file written before the column came, so that it does not have it?
    pub(crate) fn lacks(&self, file: &DataFile, column: &str) -> Result<bool> {
        let (_, footer, _) = self.open(file)?;
        Ok(footer.schema().field_with_name(column).is_err() && schema::later(file.table, column).is_some())
    }

    /// Does the file say that its rows, which are of several imports, stand in the order in which they were learnt?
    pub(crate) fn is_in_order(&self, file: &DataFile) -> Result<bool> {
        let (_, footer, _) = self.open(file)?;
        let said = footer.metadata().file_metadata().key_value_metadata();
        Ok(said.is_some_and(|all| all.iter().any(|said| said.key == IN_ORDER)))
    }

    /// Is the later row always the version that counts? The files of an import follow on each other, and none of its rows was
    /// learnt before those of the imports that came earlier.
    pub(crate) fn learnt_in_order<'a>(&self, files: impl Iterator<Item = &'a DataFile>) -> Result<bool> {
        let (mut before, mut now, mut batch) = (i64::MIN, i64::MIN, None);
        for f in files {
            let (Some((low, high)), Some((first, last))) = (stats::span(f, "recorded_at"), stats::span(f, "batch")) else {
                return Ok(false);
            };
            if batch.is_some_and(|b| first < b) {
                return Ok(false);
            }
            if first < last {
                // several that were merged: all of it is later than what came before
                if low < now || !self.is_in_order(f)? {
                    return Ok(false);
                }
                (before, batch) = (high, Some(last));
            } else if batch != Some(first) {
                (before, batch) = (before.max(now), Some(first));
            }
            if first == last && low < before {
                return Ok(false);
            }
            now = now.max(high);
        }
        Ok(true)
    }

    /// Hands out these columns of some rows of the file, a batch at a time. The file is opened anew for every page, so that
    /// any number of them can be read side by side.
    pub(crate) fn stream(&self, file: &DataFile, rows: Range<usize>, columns: &[&str], batch: usize) -> Result<Batches> {
        let (_, footer, path) = self.open(file)?;
        let order = order_of(&footer, columns, &path)?;
        let mask = ProjectionMask::columns(footer.parquet_schema(), columns.iter().copied());
        let pages = Pages { path: path.clone(), bytes: file.bytes };
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(pages, footer).with_projection(mask).with_batch_size(batch);
        let all = file.rows as usize;
        if rows.len() < all {
            builder = builder.with_row_selection(RowSelection::from_consecutive_ranges(std::iter::once(rows), all));
        }
        Ok(Batches { reader: builder.build().map_err(of(&path))?, order })
    }

    /// As [`Reader::stream`], of several stretches of rows, ascending and apart from one another.
    pub(crate) fn pick(&self, file: &DataFile, rows: Vec<Range<usize>>, columns: &[&str], batch: usize) -> Result<Batches> {
        let (_, footer, path) = self.open(file)?;
        let order = order_of(&footer, columns, &path)?;
        let mask = ProjectionMask::columns(footer.parquet_schema(), columns.iter().copied());
        let pages = Pages { path: path.clone(), bytes: file.bytes };
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(pages, footer)
            .with_projection(mask)
            .with_batch_size(batch)
            .with_row_selection(RowSelection::from_consecutive_ranges(rows.into_iter(), file.rows as usize));
        Ok(Batches { reader: reader.build().map_err(of(&path))?, order })
    }

    /// Reads these columns of the customer's rows. Where they are is read first, so that of the other columns only the pages are
    /// opened that hold some.
    pub(crate) fn scan_customer(
        &self,
        file: &DataFile,
        customer: u32,
        columns: &[&str],
        each: impl FnMut(&[ArrayRef]) -> Result<()>,
    ) -> Result<()> {
        let few = if file.rows <= SMALL { self.whose(file)? } else { None };
        let known = few.map(|whose| places(&whose, customer));
        if known.as_ref().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        let (open, footer, path) = self.open(file)?;
        let rows = match known {
            Some(rows) => rows,
            None => match pages_of(&footer, customer) {
                Some(pages) => rows_of(&open, &footer, &path, customer, pages)?,
                None => return self.batches(open, footer, &path, file.table, columns, None, each),
            },
        };
        if rows.is_empty() {
            return Ok(());
        }
        let chosen = RowSelection::from_consecutive_ranges(rows.into_iter(), file.rows as usize);
        self.batches(open, footer, &path, file.table, columns, Some(chosen), each)
    }

    /// The customers of a small file, row by row, where they stand in their order.
    fn whose(&self, file: &DataFile) -> Result<Option<Arc<Vec<i32>>>> {
        let path = self.path(file);
        if let Some(whose) = self.footers.whose.get(&path) {
            return Ok(Some(whose));
        }
        let mut whose: Vec<i32> = Vec::with_capacity(usize::try_from(file.rows).unwrap_or(0));
        self.scan(file, &["customer"], |batch| {
            whose.extend(batch.iter().filter_map(|c| c.as_primitive_opt::<Int32Type>()).flat_map(|c| c.values().iter()));
            Ok(())
        })?;
        if !whose.is_sorted() {
            return Ok(None);
        }
        let whose = Arc::new(whose);
        self.footers.whose.keep(path, Arc::clone(&whose), size_of_val(whose.as_slice()));
        Ok(Some(whose))
    }

    fn batches(
        &self,
        open: File,
        footer: ArrowReaderMetadata,
        path: &Path,
        table: Table,
        columns: &[&str],
        pages: Option<RowSelection>,
        mut each: impl FnMut(&[ArrayRef]) -> Result<()>,
    ) -> Result<()> {
        // a column that came after the file was written, or that nobody filled, has no value in it
        let lacks = |c: &str| match footer.schema().field_with_name(c) {
            Ok(field) => blank(&footer, c).then(|| field.data_type().clone()),
            Err(_) => schema::later(table, c),
        };
        let lacking: Vec<(usize, DataType)> = columns.iter().enumerate().filter_map(|(i, c)| Some((i, lacks(c)?))).collect();
        let columns: Vec<&str> = columns.iter().enumerate().filter(|(i, _)| !lacking.iter().any(|(l, _)| l == i)).map(|(_, c)| *c).collect();
        let mask = ProjectionMask::columns(footer.parquet_schema(), columns.iter().copied());
        let order = order_of(&footer, &columns, path)?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(open, footer)
            .with_projection(mask)
            .with_batch_size(BATCH);
        if let Some(pages) = pages {
            builder = builder.with_row_selection(pages);
        }
        let reader = builder.build().map_err(of(path))?;
        for batch in reader {
            let batch = batch?.project(&order)?;
            if lacking.is_empty() {
                each(batch.columns())?;
                continue;
            }
            let mut all = batch.columns().to_vec();
            for (place, kind) in &lacking {
                all.insert((*place).min(all.len()), new_null_array(kind, batch.num_rows()));
            }
            each(&all)?;
        }
        Ok(())
    }
}

/// Columns of a file, a batch of rows at a time.
pub(crate) struct Batches {
    reader: ParquetRecordBatchReader,
    /// per column asked for its place in a batch
    order: Vec<usize>,
}

impl Batches {
    /// The next rows, columns in the order asked for; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<ArrayRef>>> {
        let Some(batch) = self.reader.next() else { return Ok(None) };
        let batch = batch?;
        Ok(Some(self.order.iter().filter_map(|i| batch.columns().get(*i)).cloned().collect()))
    }
}

/// The bytes of a file that is open only while some of them are read.
struct Pages {
    path: PathBuf,
    bytes: u64,
}

impl Length for Pages {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Pages {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        File::open(&self.path)?.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        File::open(&self.path)?.get_bytes(start, length)
    }
}

/// The place of each column among those read: the reader keeps the file's order, the caller has its own.
fn order_of(footer: &ArrowReaderMetadata, columns: &[&str], path: &Path) -> Result<Vec<usize>> {
    let lacks = |c: &str| Error::Damaged { path: path.to_path_buf(), reason: format!("it has no column {c}") };
    let place = |c: &&str| footer.schema().index_of(c).map_err(|_| lacks(c));
    let places: Vec<usize> = columns.iter().map(place).collect::<Result<_>>()?;
    let before = |p: &usize| {
        let mut earlier: Vec<usize> = places.iter().copied().filter(|q| q < p).collect();
        earlier.sort_unstable();
        earlier.dedup();
        earlier.len()
    };
    Ok(places.iter().map(before).collect())
}

fn footer(open: &File, path: &Path, file: &DataFile) -> Result<ArrowReaderMetadata> {
    let damaged = |reason: String| Error::Damaged { path: path.to_path_buf(), reason };
    let options = ArrowReaderOptions::new()
        .with_skip_arrow_metadata(true)
        .with_page_index_policy(PageIndexPolicy::Optional);
    let plain = ArrowReaderMetadata::load(open, options.clone()).map_err(of(path))?;
    let rows: i64 = plain.metadata().file_metadata().num_rows();
    if u64::try_from(rows).ok() != Some(file.rows) {
        return Err(damaged(format!("{rows} rows instead of {}", file.rows)));
    }
    // repeating texts are decoded as dictionaries: hashing happens once a value, not once a row
    let fields: Vec<Field> = plain
        .schema()
        .fields()
        .iter()
        .map(|f| {
            let want = schema::coded(file.table);
            match want.field_with_name(f.name()).map(|w| w.data_type()) {
                Ok(kind @ DataType::Dictionary(..)) if *f.data_type() == DataType::Utf8 => {
                    f.as_ref().clone().with_data_type(kind.clone())
                }
                _ => f.as_ref().clone(),
            }
        })
        .collect();
    let schema = Schema::new_with_metadata(fields, plain.schema().metadata().clone());
    ArrowReaderMetadata::try_new(plain.metadata().clone(), options.with_schema(Arc::new(schema))).map_err(of(path))
}

/// Is no value of the column in the file, as its footer says?
fn blank(footer: &ArrowReaderMetadata, column: &str) -> bool {
    let Some(leaf) = (0..footer.parquet_schema().num_columns()).find(|i| footer.parquet_schema().column(*i).name() == column) else { return false };
    footer.metadata().row_groups().iter().all(|group| {
        let nulls = group.columns().get(leaf).and_then(|c| c.statistics()).and_then(|s| s.null_count_opt());
        nulls.is_some() && nulls == u64::try_from(group.num_rows()).ok()
    })
}

/// Which of the rows are the customer's.
fn places(whose: &[i32], customer: u32) -> Vec<Range<usize>> {
    let key = i32::try_from(customer).unwrap_or(-1);
    let rows = whose.partition_point(|c| *c < key)..whose.partition_point(|c| *c <= key);
    if rows.is_empty() { Vec::new() } else { vec![rows] }
}

/// Which rows of these pages are the customer's.
fn rows_of(open: &File, footer: &ArrowReaderMetadata, path: &Path, customer: u32, pages: Vec<Range<usize>>) -> Result<Vec<Range<usize>>> {
    let mut rows: Vec<Range<usize>> = Vec::new();
    if pages.is_empty() {
        return Ok(rows);
    }
    let key = i32::try_from(customer).unwrap_or(-1);
    let mut places = pages.clone().into_iter().flatten();
    let open = open.try_clone().map_err(|source| Error::Io { path: path.to_path_buf(), source })?;
    let all = usize::try_from(footer.metadata().file_metadata().num_rows()).unwrap_or(0);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(open, footer.clone())
        .with_projection(ProjectionMask::columns(footer.parquet_schema(), ["customer"]))
        .with_row_selection(RowSelection::from_consecutive_ranges(pages.into_iter(), all))
        .with_batch_size(BATCH)
        .build()
        .map_err(of(path))?;
    for batch in reader {
        let batch = batch?;
        let Some(whose) = batch.columns().first().and_then(|c| c.as_primitive_opt::<Int32Type>()) else { continue };
        for (c, place) in whose.values().iter().zip(places.by_ref()) {
            match rows.last_mut() {
                _ if *c != key => {}
                Some(last) if last.end == place => last.end += 1,
                _ => rows.push(place..place + 1),
            }
        }
    }
    Ok(rows)
}

/// The rows of the pages whose bounds may hold the customer; `None` when the file has no bounds.
fn pages_of(footer: &ArrowReaderMetadata, customer: u32) -> Option<Vec<Range<usize>>> {
    let meta = footer.metadata();
    let leaf = (0..footer.parquet_schema().num_columns())
        .find(|i| footer.parquet_schema().column(*i).name() == "customer")?;
    let (columns, offsets) = (meta.column_index()?, meta.offset_index()?);
    let key = i32::try_from(customer).ok()?;
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut before = 0usize;
    for (g, group) in meta.row_groups().iter().enumerate() {
        let rows = group.num_rows() as usize;
        let ColumnIndexMetaData::INT32(bounds) = columns.get(g)?.get(leaf)? else { return None };
        let pages = offsets.get(g)?.get(leaf)?.page_locations();
        for (p, page) in pages.iter().enumerate() {
            let start = page.first_row_index as usize;
            let end = pages.get(p + 1).map_or(rows, |next| next.first_row_index as usize);
            let may = match (bounds.min_value(p), bounds.max_value(p)) {
                (Some(low), Some(high)) => *low <= key && key <= *high,
                _ => true,
            };
            if may {
                ranges.push(before + start..before + end);
            }
        }
        before += rows;
    }
    Some(ranges)
}

/// A text column, dictionary or plain.
pub(crate) struct Texts<'a>(&'a ArrayRef);

impl<'a> Texts<'a> {
    pub(crate) fn of(array: &'a ArrayRef) -> Texts<'a> {
        Texts(array)
    }

    pub(crate) fn get(&self, i: usize) -> Option<&'a str> {
        if self.0.is_null(i) {
            return None;
        }
        match self.0.as_dictionary_opt::<Int32Type>() {
            Some(d) => Some(d.values().as_string_opt::<i32>()?.value(d.key(i)?)),
            None => Some(self.0.as_string_opt::<i32>()?.value(i)),
        }
    }
}

/// Do all files of the table exist? Asked once when a lake is opened, so that an expired snapshot is an error at the
/// door and never an empty answer.
pub(crate) fn check_files(reader: &Reader, files: &[DataFile]) -> Result<()> {
    for f in files {
        let path = reader.path(f);
        if !path.is_file() {
            return Err(Error::Missing { path, snapshot: reader.snapshot });
        }
    }
    Ok(())
}

/// The files of one table.
pub(crate) fn files_of(files: &[DataFile], table: Table) -> impl Iterator<Item = &DataFile> + Clone {
    files.iter().filter(move |f| f.table == table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_files_does_not_grow_for_ever() {
        let (kept, one): (Kept<usize>, usize) = (Kept::default(), KEPT / 10);
        let size = || {
            let all = kept.all();
            (all.0, all.1.len())
        };
        for n in 0..1_000 {
            kept.keep(PathBuf::from(n.to_string()), n, one);
            assert_eq!(kept.get(Path::new(&n.to_string())), Some(n));
            let (bytes, files) = size();
            assert!(files <= 10 && bytes == files * one, "{files} files, {bytes} bytes");
        }
        kept.keep("999".into(), 7, one);
        let (bytes, files) = size();
        assert_eq!((kept.get(Path::new("999")), bytes), (Some(7), files * one));
    }
}
