//! A Parquet file for people to take away: any columns, zstd, no catalog.

use crate::{Result, error::of};
use arrow::{datatypes::SchemaRef, record_batch::RecordBatch};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use std::io::Write;

/// Writes batches of one schema as a Parquet file.
pub struct Export<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> Export<W> {
    /// Starts a file.
    pub fn new(out: W, schema: SchemaRef) -> Result<Export<W>> {
        let properties = WriterProperties::builder()
            .set_created_by("zhiyin".into())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        ArrowWriter::try_new(out, schema, Some(properties)).map(Export).map_err(of("exported file"))
    }

    /// Appends a batch.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.0.write(batch).map_err(of("exported file"))
    }

    /// What it writes to.
    pub fn inner(&mut self) -> &mut W {
        self.0.inner_mut()
    }

    /// Writes the footer, and gives back what it wrote to.
    pub fn into_inner(self) -> Result<W> {
        self.0.into_inner().map_err(of("exported file"))
    }

    /// Writes the footer.
    pub fn finish(self) -> Result<()> {
        self.0.close().map(|_| ()).map_err(of("exported file"))
    }
}
