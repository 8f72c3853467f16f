//! Limits that keep a hostile file from taking the machine: each is far above what honest files hold.

/// Longest line of a text file, and longest record with line ends inside quotes.
pub(crate) const LINE: usize = 1 << 20;
/// Most columns.
pub(crate) const COLUMNS: usize = 1000;
/// Longest cell of a workbook or Parquet file, in bytes.
pub(crate) const CELL: usize = 1 << 20;
/// Most entries of a workbook's archive.
pub(crate) const ZIP_ENTRIES: usize = 2000;
/// Largest entry of a workbook's archive that we open, unfolded.
pub(crate) const ZIP_ENTRY: u64 = 2 << 30;
/// Largest of the parts that are held in memory as a whole (styles, the list of sheets, relations), unfolded.
pub(crate) const ZIP_SMALL: u64 = 8 << 20;
/// Largest table of shared texts, unfolded.
pub(crate) const ZIP_TEXTS: u64 = 96 << 20;
/// Most shared texts.
pub(crate) const TEXTS: usize = 2_000_000;
/// Most regions of merged cells of a sheet: as many as a sheet has rows, in five columns.
pub(crate) const MERGES: u64 = 5_000_000;
/// Largest archive as a whole, unfolded.
pub(crate) const ZIP_TOTAL: u64 = 3 << 30;
/// Steepest compression of an entry. Honest sheets of repeated numbers reach a few dozen.
pub(crate) const ZIP_RATIO: u64 = 200;
/// An entry below this size is harmless whatever its ratio.
pub(crate) const ZIP_RATIO_FROM: u64 = 8 << 20;
/// Largest XLS file; the format itself ends at 65,536 rows.
pub(crate) const XLS: u64 = 256 << 20;
/// Most cells an XLS workbook unfolds to (rows × columns of each sheet).
pub(crate) const XLS_CELLS: u64 = 4_000_000;
/// Largest unfolded row group of a Parquet file.
pub(crate) const ROW_GROUP: i64 = 4 << 30;
