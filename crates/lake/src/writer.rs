//! Rows in, Parquet files out: written, rolled at a size, fsynced with their folder, described as plain values.
//! Nothing here names a file to anybody: that is the store's commit.

use crate::{
    Error, Result,
    cells::Cells,
    cluster,
    error::{at, of},
    rows::Row,
    schema, stats,
};
use arrow::{array::UInt32Array, compute::take_record_batch, record_batch::RecordBatch};
use domain::table::{ColumnType, DataFile, Table};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, Encoding, ZstdLevel},
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::ColumnPath,
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    marker::PhantomData,
    path::{Path, PathBuf},
    thread::JoinHandle,
};

/// When a file is closed and the next one begun.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// rows a file
    pub rows: usize,
    /// bytes of text a file
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { rows: 3 * ROW_GROUP, text_bytes: 192 << 20 }
    }
}

/// How files of a stem are called.
pub(crate) fn file_stem(stem: &str) -> String {
    stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

const ROW_GROUP: usize = 262_144;
/// A customer is found by pages, and whoever asks for one reads one of each column.
const PAGE_ROWS: usize = 1_024;
/// Fewer rows wait for more.
const WORTH_A_FILE: usize = ROW_GROUP / 4;

/// Writes rows of one table. Each full file is encoded and fsynced on a thread of its own while the next one fills.
pub struct Writer<R: Row> {
    shelf: Shelf,
    limits: Limits,
    cells: Cells,
    files: Vec<DataFile>,
    behind: Behind,
    row: PhantomData<fn(R)>,
}

/// A file that is being written on a thread of its own.
type Behind = Option<JoinHandle<Result<DataFile>>>;

/// Where files are put, and what their names begin with.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    pub(crate) root: PathBuf,
    stem: String,
    in_order: bool,
}

impl Shelf {
    /// Below `root`, under names that begin so.
    pub(crate) fn new(root: &Path, stem: &str) -> Shelf {
        Shelf { root: root.to_path_buf(), stem: stem.to_owned(), in_order: false }
    }

    /// Its files say that of two rows of a customer the later one was learnt later, although they are of several imports.
    pub(crate) fn in_order(self, in_order: bool) -> Shelf {
        Shelf { in_order, ..self }
    }

    /// Begins to write a file on a thread of its own; its number is at least `from`.
    pub(crate) fn write_behind(&self, table: Table, from: usize, batch: RecordBatch, customers: Vec<u32>) -> JoinHandle<Result<DataFile>> {
        let shelf = self.clone();
        std::thread::spawn(move || write(&shelf, table, from as u32, batch, customers))
    }

    /// The file that was being written, if there was one.
    pub(crate) fn wait(&self, behind: &mut Behind) -> Result<Option<DataFile>> {
        let Some(thread) = behind.take() else { return Ok(None) };
        let lost = || Error::Io { path: self.root.clone(), source: io::Error::other("the writing thread died") };
        thread.join().map_err(|_| lost())?.map(Some)
    }
}

impl<R: Row> Writer<R> {
    /// Starts writing below `root`; files are named `<stem>-00001.parquet` and so on, never over an existing one.
    pub fn new(root: &Path, stem: &str, limits: Limits) -> Writer<R> {
        Writer {
            shelf: Shelf::new(root, &file_stem(stem)),
            limits,
            cells: Cells::new(R::TABLE),
            files: Vec::new(),
            behind: None,
            row: PhantomData,
        }
    }

    /// Takes a row.
    pub fn push(&mut self, row: &R) -> Result<()> {
        self.add(row)
    }

    /// As [`Writer::push`], for a row of the same table that borrows for less long than the writer lives.
    pub fn add<S: Row>(&mut self, row: &S) -> Result<()> {
        if S::TABLE != R::TABLE {
            let reason = format!("a row of {} for a file of {}", S::TABLE.name(), R::TABLE.name());
            return Err(Error::Row { table: R::TABLE, column: "", reason });
        }
        row.write(&mut self.cells);
        self.cells.end_row().map_err(|(column, reason)| Error::Row { table: R::TABLE, column, reason })?;
        if self.cells.rows() >= self.limits.rows || self.cells.text_bytes() >= self.limits.text_bytes {
            self.roll()?;
        }
        Ok(())
    }

    /// Rows taken in so far.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum::<u64>() + self.cells.rows() as u64
    }

    /// No row may come for a while: what is held is written if it is worth a file, so that it does not lie in memory.
    pub fn rest(&mut self) -> Result<()> {
        if self.cells.rows() >= WORTH_A_FILE {
            self.roll()?;
        }
        self.wait()
    }

    /// Closes the last file and hands out all of them. They and their folder are on disk, and no customer is in two of them.
    pub fn finish(mut self) -> Result<Vec<DataFile>> {
        if self.cells.rows() > 0 {
            self.roll()?;
        }
        self.wait()?;
        cluster::apart(&self.shelf, R::TABLE, std::mem::take(&mut self.files))
    }

    fn roll(&mut self) -> Result<()> {
        self.wait()?;
        let (batch, customers) = std::mem::replace(&mut self.cells, Cells::new(R::TABLE)).finish()?;
        self.behind = Some(self.shelf.write_behind(R::TABLE, self.files.len() + 1, batch, customers));
        Ok(())
    }

    fn wait(&mut self) -> Result<()> {
        let written = self.shelf.wait(&mut self.behind)?;
        self.files.extend(written);
        Ok(())
    }
}

/// A writer dropped early leaves its files as orphans for the sweep, but never a thread behind.
impl<R: Row> Drop for Writer<R> {
    fn drop(&mut self) {
        if let Some(thread) = self.behind.take() {
            drop(thread.join());
        }
    }
}

/// What a file says of itself whose rows stand in the order in which they were learnt, although they are of several imports.
pub(crate) const IN_ORDER: &str = "zhiyin.in_order";

fn properties(table: Table, sorted: bool, in_order: bool) -> WriterProperties {
    let mut p = WriterProperties::builder()
        .set_key_value_metadata(in_order.then(|| vec![KeyValue::new(IN_ORDER.to_owned(), "true".to_owned())]))
        .set_created_by("zhiyin".into())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_write_batch_size(PAGE_ROWS);
    for c in table.columns() {
        let path = || ColumnPath::from(c.name);
        // a dictionary makes numbers, days and the names of few things as small as compression does, and whoever asks for one
        // customer reads a page of each column
        if c.kind != ColumnType::Varchar || matches!(c.name, "channel" | "store" | "payment" | "kind") {
            p = p.set_column_compression(path(), Compression::UNCOMPRESSED);
        }
        match c.name {
            // hashes do not repeat
            "row_key" | "order_key" | "line_key" | "refund_key" | "cost_key" => p = p.set_column_dictionary_enabled(path(), false),
            "customer" => {
                p = p
                    .set_column_dictionary_enabled(path(), false)
                    .set_column_statistics_enabled(path(), EnabledStatistics::Page);
                if sorted {
                    p = p.set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED);
                }
            }
            "order_id" => p = p.set_column_dictionary_enabled(path(), false),
            _ => {}
        }
    }
    p.build()
}

/// Stable order of the rows by customer; `None` if they stand so already.
fn by_customer(customers: &[u32]) -> Option<UInt32Array> {
    if customers.is_sorted() {
        return None;
    }
    let mut order: Vec<u32> = (0..customers.len() as u32).collect();
    order.sort_by_key(|i| customers.get(*i as usize).copied());
    Some(order.into())
}

fn write(shelf: &Shelf, table: Table, from: u32, mut batch: RecordBatch, customers: Vec<u32>) -> Result<DataFile> {
    let root = &shelf.root;
    // rows of a customer lie together: one customer is found by page bounds, and the fold reads straight on
    if let Some(order) = by_customer(&customers) {
        batch = take_record_batch(&batch, &order)?;
    }
    let rows = batch.num_rows() as u64;
    let columns = stats::of(table, &batch);

    let folder = schema::folder(root, table);
    create_folder(root, &folder)?;
    let (name, path, file) = create(&folder, &shelf.stem, from)?;
    let sorted = table.columns().iter().any(|c| c.name == "customer");
    let options = ArrowWriterOptions::new()
        .with_properties(properties(table, sorted, shelf.in_order))
        .with_skip_arrow_metadata(true);
    let mut writer =
        ArrowWriter::try_new_with_options(file, batch.schema(), options).map_err(of(&path))?;
    writer.write(&batch).map_err(of(&path))?;
    writer.finish().map_err(of(&path))?;
    // `into_inner` after `finish` would write a second footer
    writer.inner().sync_all().map_err(at(&path))?;
    let (bytes, footer) = measure(&path)?;
    sync_folder(&folder)?;
    let file = DataFile { table, path: name, rows, bytes, footer, columns };
    stats::check(&file)?;
    Ok(file)
}

/// Creates the folder with its parents and makes their names durable.
fn create_folder(root: &Path, folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(at(folder))?;
    for parent in folder.ancestors().skip(1) {
        sync_folder(parent)?;
        if parent == root {
            break;
        }
    }
    Ok(())
}

fn create(folder: &Path, stem: &str, from: u32) -> Result<(String, PathBuf, File)> {
    for n in from.. {
        let name = format!("{stem}-{n:05}.parquet");
        let path = folder.join(&name);
        match OpenOptions::new().write(true).read(true).create_new(true).open(&path) {
            Ok(file) => return Ok((name, path, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(at(path)(e)),
        }
    }
    Err(at(folder)(io::Error::other("no free file name")))
}

/// Bytes of the file and of its footer.
fn measure(path: &Path) -> Result<(u64, u64)> {
    let mut file = File::open(path).map_err(at(path))?;
    let bytes = file.seek(SeekFrom::End(-8)).map_err(at(path))? + 8;
    let mut tail = [0u8; 4];
    file.read_exact(&mut tail).map_err(at(path))?;
    Ok((bytes, u64::from(u32::from_le_bytes(tail))))
}

/// Makes the names in a folder durable.
fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(at(folder))
}
