//! What can be typed after `zhiyin business`.

use crate::args::{Home, Try};
use clap::Subcommand;

/// What can be done with the businesses of a server.
#[derive(Debug, Subcommand)]
pub enum BusinessAction {
    /// List them: state, customers and size on disk
    List {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
    },
    /// Add one at /w/<slug>; prints the link its founder sets it up by
    Add {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Its name in the address: 2 to 40 lower-case letters, digits and hyphens; stays for good
        slug: String,
        /// The address people type, e.g. https://crm.example.com
        #[arg(long)]
        origin: Option<String>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Print a new link for the founder of one that still waits
    Link {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Its name in the address
        slug: String,
        /// The address people type, e.g. https://crm.example.com
        #[arg(long)]
        origin: Option<String>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Serve it no more; nothing is deleted
    Archive {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Its name in the address
        slug: String,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Serve an archived one again
    Reopen {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Its name in the address
        slug: String,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
}
