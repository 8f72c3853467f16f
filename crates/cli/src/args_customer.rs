//! The flags of `zhiyin customer`.

use crate::args::{Home, Try};
use clap::{Subcommand, ValueEnum};

/// What can be done with a customer.
#[derive(Debug, Subcommand)]
pub enum CustomerAction {
    /// Erase a person for good: what only tells of them goes from everywhere, amounts stay under a number that leads to nobody
    Erase {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The customer, cus_…
        id: String,
        /// Why; it stays in the receipt and names nobody
        #[arg(long)]
        reason: Option<String>,
        /// The customer's name or id once more: this cannot be undone
        #[arg(long, value_name = "NAME|ID")]
        confirm: Option<String>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Note that customers do not want to be profiled, or have nothing against it any more: who refuses is in no class but the neutral one and in no segment that a rule makes
    Profiling {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The customers, cus_…
        #[arg(required = true)]
        ids: Vec<String>,
        /// They have nothing against it any more
        #[arg(long)]
        allow: bool,
        /// How they said so
        #[arg(long, value_enum)]
        how: SaidHow,
        /// The day they said so, YYYY-MM-DD; today if it is not given
        #[arg(long, value_name = "DAY")]
        on: Option<String>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Set a field of these customers, or of all a rule finds; it is one change and can be undone for 30 days
    Set {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The field: city, gender, … or custom.…
        field: String,
        /// The customers, cus_…
        #[arg(required_unless_present_any = ["rule", "segment", "all"], conflicts_with_all = ["rule", "segment", "all"])]
        ids: Vec<String>,
        /// What it holds from now on; several options with commas between them
        #[arg(long, required_unless_present = "clear")]
        value: Option<String>,
        /// Empty it
        #[arg(long, conflicts_with = "value")]
        clear: bool,
        /// Everybody this rule finds
        #[arg(long)]
        rule: Option<String>,
        /// Everybody in this segment
        #[arg(long)]
        segment: Option<String>,
        /// Everybody
        #[arg(long, conflicts_with_all = ["rule", "segment"])]
        all: bool,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
}

/// How somebody said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SaidHow {
    /// a letter
    Letter,
    /// an e-mail
    Email,
    /// on the phone
    Phone,
    /// on a web page or in a chat
    Web,
    /// at the counter
    InPerson,
}
