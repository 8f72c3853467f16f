//! What can go wrong between the lake and its callers, in cases a caller can act on.

use domain::{classification, feature, segment, table::Table};
use std::path::PathBuf;

/// Result of the lake.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the lake.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The snapshot names a file that is gone: expired, or the data folder is not complete.
    #[error("file {path} of snapshot {snapshot} is gone: the snapshot has expired or the data folder is incomplete")]
    Missing {
        /// the file
        path: PathBuf,
        /// the snapshot that names it
        snapshot: i64,
    },
    /// The file is there but not what the catalog says.
    #[error("file {path} is not what the catalog says: {reason}")]
    Damaged {
        /// the file
        path: PathBuf,
        /// what differs
        reason: String,
    },
    /// A fact names a customer the workspace does not have.
    #[error("{} names customer {customer}, but there are only {customers}", table.name())]
    UnknownCustomer {
        /// where
        table: Table,
        /// the number
        customer: u32,
        /// how many there are
        customers: u32,
    },
    /// Features cannot be computed.
    #[error(transparent)]
    Feature(#[from] feature::Error),
    /// A classification does not fit the features.
    #[error("classification `{key}`: {source}")]
    Classification {
        /// its key
        key: String,
        /// why
        source: classification::Error,
    },
    /// Segments (or classifications with them) cannot be computed.
    #[error(transparent)]
    Segment(#[from] segment::Error),
    /// The query may only read.
    #[error("only queries that read are allowed: {0}")]
    ReadOnly(String),
    /// The query is wrong or failed.
    #[error("query failed: {0}")]
    Query(String),
    /// A row that does not fit its table.
    #[error("{}.{column} cannot hold this: {reason}", table.name())]
    Row {
        /// the table
        table: Table,
        /// the column
        column: &'static str,
        /// why
        reason: String,
    },
    /// Parquet.
    #[error("{path}: {source}")]
    Parquet {
        /// the file
        path: PathBuf,
        /// what it says
        source: parquet::errors::ParquetError,
    },
    /// Arrow.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// Files.
    #[error("{path}: {source}")]
    Io {
        /// the file or folder
        path: PathBuf,
        /// what the system says
        source: std::io::Error,
    },
}

/// Names the path an I/O failure happened at.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.into();
    move |source| Error::Io { path, source }
}

/// Names the file a Parquet failure happened in.
pub(crate) fn of(path: impl Into<PathBuf>) -> impl FnOnce(parquet::errors::ParquetError) -> Error {
    let path = path.into();
    move |source| Error::Parquet { path, source }
}

impl From<datafusion::error::DataFusionError> for Error {
    fn from(e: datafusion::error::DataFusionError) -> Error {
        Error::Query(e.strip_backtrace())
    }
}
