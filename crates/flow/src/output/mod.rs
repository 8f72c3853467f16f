//! What leaves the house as a file: a [`Document`] of everything computed, or a plain table ([`cell::Sheet`]); as `.xlsx`,
//! `.csv`, `.parquet`, `.json` or a self-contained `.html` report. Machine names and their order are the same in every
//! format, but where people asked for words ([`Labels`]), and equal inputs give equal bytes.

pub mod cell;
pub mod chart;
pub mod csv;
pub mod document;
pub mod guard;
pub mod html;
pub mod json;
pub mod parquet;
pub mod words;
pub mod xlsx;
mod xlsx_parts;

pub use chart::escape;
pub use document::{Document, build};
pub use words::Labels;

use crate::{Error, Result, analysis::Picture, app::App, ingest::Report};
use domain::Lang;
use lake::Bits;
use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A format of files we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel: customers, class summaries, RFM, charts, data dictionary
    Xlsx,
    /// customers
    Csv,
    /// customers
    Parquet,
    /// everything
    Json,
    /// report with charts
    Html,
}

impl Format {
    /// By the end of a file's name.
    pub fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xlsx" => Some(Format::Xlsx),
            "csv" => Some(Format::Csv),
            "parquet" => Some(Format::Parquet),
            "json" => Some(Format::Json),
            "html" | "htm" => Some(Format::Html),
            _ => None,
        }
    }
}

/// Writes everything a run computed to files, with the report of the import the data came in by, if it just did.
///
/// # Errors
/// When the store, the lake or the disk refuses, or the format has no room for the rows.
pub async fn write(app: &App, picture: &Arc<Picture>, report: Option<&Report>, lang: Lang, outs: &[(&Path, Format)]) -> Result<()> {
    let document = build(app, picture, lang, report.cloned()).await?;
    let outs: Vec<(PathBuf, Format)> = outs.iter().map(|(path, format)| ((*path).to_owned(), *format)).collect();
    tokio::task::spawn_blocking(move || outs.iter().try_for_each(|(path, format)| write_document(&document, path, *format))).await?
}

/// Writes some customers with every feature and class to a file.
///
/// # Errors
/// As [`write`]; there is no HTML of some customers.
pub async fn write_members(app: &App, picture: &Arc<Picture>, who: &Bits, format: Format, _lang: Lang, path: &Path) -> Result<()> {
    let sheet = document::customers(app, Arc::clone(picture), who).await?;
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || write_sheet(&sheet, &path, format)).await?
}

/// Writes a document to a file: whole or not at all, never half over an older one.
///
/// # Errors
/// When the disk refuses, or the format has no room for the rows.
pub fn write_document(document: &Document, path: &Path, format: Format) -> Result<()> {
    whole(path, |out| match format {
        Format::Xlsx => xlsx::write(document, out),
        Format::Csv => Ok(csv::write(&document.customers, out)?),
        Format::Parquet => parquet::write(&document.customers, out),
        Format::Json => Ok(json::write(document, out)?),
        Format::Html => Ok(html::write(document, out)?),
    })
}

/// Writes a plain table to a file.
///
/// # Errors
/// When the disk refuses, or the format takes documents only.
pub fn write_sheet(sheet: &cell::Sheet, path: &Path, format: Format) -> Result<()> {
    whole(path, |out| match format {
        Format::Xlsx => xlsx::write_table(sheet, out),
        Format::Csv => Ok(csv::write(sheet, out)?),
        Format::Parquet => parquet::write(sheet, out),
        Format::Json => Ok(json::write_table(sheet, out)?),
        Format::Html => Err(Error::invalid("output.format", "这个表不能写成 HTML", "this table cannot be written as HTML")),
    })
}

/// Writes beside the place and moves it there when it is whole and on disk.
pub(crate) fn whole(path: &Path, write: impl FnOnce(&mut BufWriter<tempfile::NamedTempFile>) -> Result<()>) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut out = BufWriter::with_capacity(1 << 18, tempfile::NamedTempFile::new_in(folder)?);
    write(&mut out)?;
    out.flush()?;
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    readable(file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Temporary files are private; a result is as readable as other files people make.
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}
