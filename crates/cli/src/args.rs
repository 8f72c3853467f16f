//! What can be typed: commands and flags. Help is shown in the reader's language (`help.rs`).

use crate::command::everything::TableFormat;
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::access::Role;
use std::path::PathBuf;

/// Know every customer; treat each one right.
#[derive(Debug, Parser)]
#[command(name = "zhiyin", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// How it answers.
    #[command(flatten)]
    pub global: Global,
    /// What it does.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but the answer
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more (-vv: everything)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// No colours
    #[arg(long, global = true, env = "NO_COLOR", value_parser = clap::builder::FalseyValueParser::new())]
    pub no_color: bool,
    /// Language: zh-CN or en (else LC_ALL, LANG)
    #[arg(long, global = true, value_parser = language)]
    pub lang: Option<String>,
    /// Configuration file (else ./zhiyin.toml if there is one)
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// Work on this business of the server instead of its first: its name in the address
    #[arg(long, global = true, value_name = "SLUG")]
    pub business: Option<String>,
}

/// A language there is; what `LC_ALL` would say is understood, too.
fn language(text: &str) -> Result<String, String> {
    match crate::config::known_language(text) {
        true => Ok(text.to_owned()),
        false => Err("zh-CN, en".to_owned()),
    }
}

/// Where the business is kept.
#[derive(Debug, Clone, Args)]
pub struct Home {
    /// Data folder
    #[arg(long, env = "ZHIYIN_DATA")]
    pub data: Option<PathBuf>,
    /// Database URL: sqlite:… or postgres://… (else zhiyin.db in the data folder)
    #[arg(long, env = "ZHIYIN__STORE__URL")]
    pub store: Option<String>,
}

/// Looking before leaping.
#[derive(Debug, Clone, Copy, Args)]
pub struct Try {
    /// Only say what would happen; nothing is written
    #[arg(long)]
    pub dry_run: bool,
}

/// Format of a result that goes to standard output, where no name tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// Excel
    Xlsx,
    /// separated by commas
    Csv,
    /// Parquet
    Parquet,
    /// JSON
    Json,
    /// report with charts
    Html,
}

/// How a business reckons, for a new data folder or a one-off run.
#[derive(Debug, Clone, Args)]
pub struct Reckoning {
    /// IANA time zone that decides where a business day ends
    #[arg(long)]
    pub time_zone: Option<String>,
    /// Reporting currency, ISO 4217 (else guessed from the files' currency signs)
    #[arg(long)]
    pub currency: Option<String>,
}

/// The files to read; `-` is standard input. A flag says what a file is mostly about; what it holds is found by its headings and content.
#[derive(Debug, Clone, Default, Args)]
pub struct Files {
    /// People or companies
    #[arg(long, value_name = "FILE")]
    pub customers: Vec<PathBuf>,
    /// Orders
    #[arg(long, value_name = "FILE")]
    pub orders: Vec<PathBuf>,
    /// Order lines
    #[arg(long, value_name = "FILE")]
    pub lines: Vec<PathBuf>,
    /// Refunds
    #[arg(long, value_name = "FILE")]
    pub refunds: Vec<PathBuf>,
    /// Visits, clicks, calls
    #[arg(long, value_name = "FILE")]
    pub interactions: Vec<PathBuf>,
    /// Scores and surveys
    #[arg(long, value_name = "FILE")]
    pub feedback: Vec<PathBuf>,
    /// Products
    #[arg(long, value_name = "FILE")]
    pub products: Vec<PathBuf>,
    /// Acquisition costs
    #[arg(long, value_name = "FILE")]
    pub costs: Vec<PathBuf>,
    /// Any file, whatever it holds
    #[arg(long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Mapping as JSON, made by hand or saved from the web app; used for the files in their order
    #[arg(long, value_name = "FILE")]
    pub mapping: Vec<PathBuf>,
    /// Write the rows that were set aside, with reasons (csv or xlsx; - for standard output)
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
}

impl Files {
    /// Every file, to be changed in place.
    pub fn each(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let Files { customers, orders, lines, refunds, interactions, feedback, products, costs, file, .. } = self;
        [customers, orders, lines, refunds, interactions, feedback, products, costs, file].into_iter().flatten()
    }

    /// Every file, in the order things refer to each other: people and products first.
    pub fn all(&self) -> Vec<PathBuf> {
        [
            &self.customers,
            &self.products,
            &self.orders,
            &self.lines,
            &self.refunds,
            &self.interactions,
            &self.feedback,
            &self.costs,
            &self.file,
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a sample business of 10,000 customers in the browser
    Demo {
        /// Port on 127.0.0.1
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// How many customers
        #[arg(long, default_value_t = 10_000)]
        customers: u32,
        /// Seed of the sample
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to keep it (else the cache folder; made anew when it is from an earlier day)
        #[arg(long)]
        data: Option<PathBuf>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Serve the web app and the API
    Serve {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Address to listen on
        #[arg(long)]
        listen: Option<String>,
        /// The address people type, e.g. https://crm.example.com
        #[arg(long)]
        origin: Option<String>,
        /// Trusted reverse proxies in front
        #[arg(long, default_value_t = 0)]
        proxies: usize,
        /// Further port webhooks may go to, besides 80 and 443 (may be repeated)
        #[arg(long, value_name = "PORT")]
        egress_port: Vec<u16>,
        /// Place inside the network that webhooks and mail may go to: a host, host:port or network (may be repeated)
        #[arg(long, value_name = "PLACE")]
        egress_allow: Vec<String>,
    },
    /// Bring files into a data folder: dry run first, then one commit
    Import {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The files
        #[command(flatten)]
        files: Files,
        /// How a new business reckons
        #[command(flatten)]
        reckoning: Reckoning,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
        /// Do not ask before committing
        #[arg(long, short)]
        yes: bool,
        /// Were these rows known when they happened? (else: yes for the first load of their kind) What "as known then" shows depends on it
        #[arg(long, value_name = "true|false")]
        history: Option<bool>,
        /// Only read and check the files; touch no data folder
        #[arg(long)]
        parse_only: bool,
        /// Take a whole import back (imp_…)
        #[arg(long, value_name = "IMPORT")]
        undo: Option<String>,
        /// Bring in everything a business has: what `zhiyin export --everything` wrote, into an empty data folder; - for standard input
        #[arg(long, value_name = "FILE")]
        everything: Option<PathBuf>,
    },
    /// Classify the customers of some files in one go, without a server
    Classify {
        /// The files
        #[command(flatten)]
        files: Files,
        /// How to reckon
        #[command(flatten)]
        reckoning: Reckoning,
        /// Result: .xlsx, .csv, .parquet, .json or .html; - for standard output
        #[arg(long, value_name = "FILE")]
        out: Vec<PathBuf>,
        /// Format of what goes to standard output: csv (also if none is named), xlsx, parquet, json or html
        #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
        format: Option<FormatName>,
        /// End with 4 if any row was set aside, though the result is written
        #[arg(long)]
        strict: bool,
        /// Day to classify as of (else the last day with a fact)
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<String>,
        /// Own definitions: a folder made by `zhiyin export`
        #[arg(long, value_name = "FOLDER")]
        definitions: Option<PathBuf>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Count and list the customers of a segment or a rule
    Segment {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Rule, e.g. 'net_12m >= 5000 and recency_days > 60'
        #[arg(long)]
        rule: Vec<String>,
        /// File with one rule a line; - for standard input
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
        /// Key of a saved segment
        #[arg(long)]
        segment: Option<String>,
        /// Write its customers: .xlsx, .csv, .parquet, .json; - for standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Format of what goes to standard output: csv (also if none is named), xlsx, parquet, json or html
        #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
        format: Option<FormatName>,
        /// As of this day (else the last day with a fact)
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<String>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Find rows that are one person or company in any table
    Dedupe {
        /// The table: .csv, .xlsx, .xls, .jsonl, .json or .parquet; - for standard input
        #[arg(long, value_name = "FILE")]
        input: PathBuf,
        /// Column that names the rows (else one that does by its heading and content, else the row's number)
        #[arg(long, value_name = "COLUMN")]
        id: Option<String>,
        /// Where to write the pairs, id_l,id_r,probability: .csv, .xlsx, .parquet or .json; - for standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// List pairs that are one person at least with this probability, 0 to 1
        #[arg(long, value_name = "P", default_value_t = 0.5)]
        threshold: f64,
        /// Compare exactly these columns
        #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
        columns: Vec<String>,
        /// Compare these columns, too
        #[arg(long = "use", value_name = "COLUMN", value_delimiter = ',')]
        also: Vec<String>,
        /// Do not compare these columns
        #[arg(long = "ignore", value_name = "COLUMN", value_delimiter = ',')]
        not: Vec<String>,
        /// Seed of what is drawn; equal seeds give equal answers
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// List features and classifications with their definitions
    Features {
        /// Where the business is kept; without, the built-in catalog
        #[command(flatten)]
        home: Home,
    },
    /// Write all definitions as YAML files into a folder, or everything the business has in open files
    Export {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The folder; - writes one text to standard output
        folder: PathBuf,
        /// Everything the business has, not the definitions alone: into a folder, or an archive if the name ends in .zip
        #[arg(long)]
        everything: bool,
        /// Format of the tables of everything
        #[arg(long, value_name = "FORMAT", default_value = "csv", hide_default_value = true)]
        format: TableFormat,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Read definitions back from a folder
    Apply {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The folder; - reads one text from standard input
        folder: PathBuf,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Accounts of the people who sign in
    User {
        /// What to do
        #[command(subcommand)]
        action: UserAction,
    },
    /// Businesses of this server besides the first
    Business {
        /// What to do
        #[command(subcommand)]
        action: BusinessAction,
    },
    /// One customer
    Customer {
        /// What to do
        #[command(subcommand)]
        action: CustomerAction,
    },
    /// Records of the business's own kinds
    Records {
        /// What to do
        #[command(subcommand)]
        action: RecordsAction,
    },
    /// The log of who did what
    Audit {
        /// What to do
        #[command(subcommand)]
        action: AuditAction,
    },
    /// Copy the whole business into one file, while others go on working
    Backup {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// The file (else zhiyin-<day>-<time>.zip here); - for standard output
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Make a business of a backup, in an empty place, on either database
    Restore {
        /// Where it is to be kept
        #[command(flatten)]
        home: Home,
        /// The backup; - for standard input
        file: PathBuf,
        /// Replace what is there; it is kept aside
        #[arg(long)]
        replace: bool,
        /// Leave API tokens good: for a move, when none was revoked since the backup
        #[arg(long)]
        keep_tokens: bool,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Check the installation and say how to mend what is wrong
    Doctor {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Write a zip to attach to an issue: no names, no addresses, no secrets
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Print the manual page
    Man,
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

pub use crate::args_business::BusinessAction;
pub use crate::args_customer::{CustomerAction, SaidHow};
pub use crate::args_records::RecordsAction;

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// Walk the log and say whether every entry is as it was written; note the head it answers down elsewhere
    Verify {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// Head that was noted down earlier, SEQ:HASH; the log must still hold it
        #[arg(long, value_name = "SEQ:HASH")]
        head: Option<String>,
    },
}

/// What a member may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// everything
    Owner,
    /// everything but the business's own settings
    Manager,
    /// classes, segments and exports, without people's details
    Analyst,
    /// sees who customers are, changes nothing
    Agent,
    /// figures and lists, without people's details
    Viewer,
}

impl RoleName {
    /// The role.
    pub fn role(self) -> Role {
        match self {
            RoleName::Owner => Role::Owner,
            RoleName::Manager => Role::Manager,
            RoleName::Analyst => Role::Analyst,
            RoleName::Agent => Role::Agent,
            RoleName::Viewer => Role::Viewer,
        }
    }
}

/// A role and what goes with it.
#[derive(Debug, Clone, Copy, Args)]
pub struct Standing {
    /// What they may do: owner, manager, analyst, agent or viewer
    #[arg(long, value_name = "ROLE", hide_possible_values = true)]
    pub role: RoleName,
    /// Do they see phones, e-mails and other details of people? (else as the role says)
    #[arg(long, value_name = "true|false")]
    pub personal: Option<bool>,
}

/// What can be done with an account.
#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// List the members and what they may do
    List {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
    },
    /// Add a member; the password is read from standard input
    Add {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// E-mail they sign in with
        #[arg(long)]
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// What they may
        #[command(flatten)]
        standing: Standing,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Give a member another role
    Role {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// E-mail they sign in with
        #[arg(long)]
        email: String,
        /// What they may
        #[command(flatten)]
        standing: Standing,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Take a member out: sign them out everywhere and revoke their tokens
    Remove {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// E-mail they sign in with
        #[arg(long)]
        email: String,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Take a member's second step of signing in away and sign them out everywhere
    SecondFactor {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// E-mail they sign in with
        #[arg(long)]
        email: String,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
    /// Set a new password, read from standard input, and sign that person out everywhere
    Password {
        /// Where the business is kept
        #[command(flatten)]
        home: Home,
        /// E-mail they sign in with (else the only account there is)
        #[arg(long)]
        email: Option<String>,
        /// Looking before leaping
        #[command(flatten)]
        attempt: Try,
    },
}
