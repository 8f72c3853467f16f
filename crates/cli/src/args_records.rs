//! The flags of `zhiyin records`.

use crate::args::{Home, Try};
use clap::Subcommand;
use std::path::PathBuf;

/// What can be done with records of the business's own kinds.
#[derive(Debug, Subcommand)]
pub enum RecordsAction {
    /// Bring a whole file into an object; it is one change and can be undone for 30 days
    Import {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The object: its name, or obj_…
        #[arg(long, value_name = "NAME|ID")]
        object: String,
        /// The file: .csv or .xlsx; - for standard input
        file: PathBuf,
        /// The field a column fills, HEADING=FIELD; nothing behind the sign leaves the column out (else as the headings say)
        #[arg(long, value_name = "HEADING=FIELD")]
        map: Vec<String>,
        /// The field that says which record a row is of: what is there is changed (else a row that says what a record says is that record, any other is new)
        #[arg(long = "match", value_name = "FIELD")]
        by: Option<String>,
        /// The sheet of a workbook (else the first with rows)
        #[arg(long)]
        sheet: Option<String>,
        /// Write the rows that do not fit, with the reason, as CSV
        #[arg(long, value_name = "FILE")]
        rejects: Option<PathBuf>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
}
