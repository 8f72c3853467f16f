//! What can go wrong, named by what the caller can do about it.

use domain::Label;

/// Result of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a commit must be staged again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// facts were added or taken away since staging
    #[error("the lake moved from snapshot {staged} to {head}")]
    Lake {
        /// what staging saw
        staged: i64,
        /// what is there now
        head: i64,
    },
    /// customers were added since staging
    #[error("the customer counter moved from {staged} to {now}")]
    Customers {
        /// what staging saw
        staged: u32,
        /// what is there now
        now: u32,
    },
    /// identifiers were put right since staging
    #[error("identifiers of customers were put right since")]
    Identifiers,
    /// a file to be ended is not live any more
    #[error("the lake no longer holds {path}")]
    File {
        /// its path
        path: String,
    },
}

/// What the store answers instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// neither `sqlite:` nor `postgres:`
    #[error("a store's address starts with sqlite: or postgres:, this one with {scheme:?}")]
    Address {
        /// what it starts with; the rest may hold a password
        scheme: String,
    },
    /// written by a newer program
    #[error("the database has schema {version}, which this program does not know; use a newer program")]
    NewerSchema {
        /// the unknown migration
        version: i64,
    },
    /// there is no such thing
    #[error("no {what} {id}")]
    NotFound {
        /// noun
        what: &'static str,
        /// its id
        id: String,
    },
    /// the name or address is in use
    #[error("this {what} is taken")]
    Taken {
        /// noun
        what: &'static str,
    },
    /// not from this state
    #[error("{what} {id} is {state}")]
    State {
        /// noun
        what: &'static str,
        /// its id
        id: String,
        /// where it is
        state: String,
    },
    /// the world moved since staging: stage again
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// the same content is in already
    #[error("the same content was imported as {import}")]
    AlreadyImported {
        /// the earlier import
        import: String,
    },
    /// the time for undoing is over
    #[error("import {import} can no longer be undone")]
    UndoExpired {
        /// the import
        import: String,
    },
    /// expired or never there
    #[error("the lake has no snapshot {id}")]
    SnapshotGone {
        /// the snapshot
        id: i64,
    },
    /// another program wrote something into the catalog that we cannot read truly
    #[error("the lake's catalog holds something this program cannot read: {0}")]
    Foreign(String),
    /// arguments that break a law of the store
    #[error("not acceptable: {0}")]
    Invalid(String),
    /// another worker has the job now
    #[error("the lease on job {job} is lost")]
    LeaseLost {
        /// the job
        job: String,
    },
    /// nobody answers at the database's address
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// another writer holds the database for too long
    #[error("the database is busy")]
    Busy,
    /// a stored document does not read back
    #[error("a stored document is damaged: {0}")]
    Document(#[from] serde_json::Error),
    /// the schema could not be brought up to date
    #[error("the schema could not be brought up to date: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// anything else the database says
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
}

impl Error {
    /// Machine name of the outcome.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Address { .. } => "store.address",
            Error::NewerSchema { .. } => "store.newer_schema",
            Error::NotFound { .. } => "store.not_found",
            Error::Taken { .. } => "store.taken",
            Error::State { .. } => "store.state",
            Error::Conflict(_) => "store.conflict",
            Error::AlreadyImported { .. } => "import.already_imported",
            Error::UndoExpired { .. } => "import.undo_expired",
            Error::SnapshotGone { .. } => "lake.snapshot_gone",
            Error::Foreign(_) => "lake.foreign",
            Error::Invalid(_) => "store.invalid",
            Error::LeaseLost { .. } => "job.lease_lost",
            Error::Unavailable(_) => "store.unavailable",
            Error::Busy => "store.busy",
            Error::Document(_) => "store.document",
            Error::Migration(_) => "store.migration",
            Error::Database(_) => "store.database",
        }
    }

    /// For people: what happened and what to do. Nothing of the inside of the house; that is for the log.
    pub fn message(&self) -> Label {
        match self {
            Error::Address { scheme } => Label::new(
                format!("数据库地址要以 sqlite: 或 postgres: 开头，现在是 {scheme}"),
                format!("a database address starts with sqlite: or postgres:, this one with {scheme}"),
            ),
            Error::NewerSchema { .. } => Label::new(
                "数据库由更新版本的知音写过，请换用新版本",
                "the database was written by a newer Zhiyin; use a newer program",
            ),
            Error::NotFound { .. } => Label::new("没有找到，可能已被删除", "not found; it may have been deleted"),
            Error::Taken { .. } => Label::new("这个名称已被使用，请换一个", "this name is taken; choose another"),
            Error::State { .. } => Label::new("它现在的状态不允许这一步，请刷新后再看", "it is not in a state for this any more; reload and look again"),
            Error::Conflict(_) => Label::new("数据刚有变化，请再试一次", "the data just changed; try again"),
            Error::AlreadyImported { import } => {
                Label::new(format!("相同的内容已经导入过（{import}）"), format!("the same content is in already ({import})"))
            }
            Error::UndoExpired { .. } => Label::new("这次导入已过可撤销的期限", "the time for undoing this import is over"),
            Error::SnapshotGone { .. } => Label::new("要看的数据版本已不在", "this version of the data is no longer kept"),
            Error::Foreign(_) => Label::new(
                "数据目录里有别的程序写的内容，无法准确读取",
                "another program wrote something into the data that cannot be read truly",
            ),
            Error::LeaseLost { .. } => Label::new("另一个进程接手了这项工作", "another process took over this work"),
            Error::Unavailable(_) => Label::new("数据库没有回应，请稍后再试", "the database does not answer; try again soon"),
            Error::Busy => Label::new("服务器正忙，请稍后再试", "the server is busy; try again in a moment"),
            Error::Migration(_) => Label::new("数据库结构没能更新，详情见日志", "the database could not be brought up to date; the log says why"),
            Error::Invalid(_) | Error::Document(_) | Error::Database(_) => {
                Label::new("数据库没有完成这一步，详情见日志", "the database could not do this; the log says why")
            }
        }
    }

    /// `NotFound` of a noun.
    pub(crate) fn none(what: &'static str, id: &str) -> Error {
        Error::NotFound { what, id: id.to_owned() }
    }

    /// Is it a unique constraint that was hit?
    pub(crate) fn is_unique(&self) -> bool {
        matches!(self, Error::Database(sqlx::Error::Database(e)) if e.is_unique_violation())
    }

    /// A unique violation becomes `Taken`; anything else stays.
    pub(crate) fn taken(self, what: &'static str) -> Error {
        if self.is_unique() { Error::Taken { what } } else { self }
    }
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Error {
        // SQLite: 5 = SQLITE_BUSY, 517 = SQLITE_BUSY_SNAPSHOT; the pool's own time-out means the same to a caller
        let busy = match &e {
            sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Database(d) => matches!(d.code().as_deref(), Some("5" | "517" | "55P03" | "53300")),
            _ => false,
        };
        if busy { Error::Busy } else { Error::Database(e) }
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(e: sqlx::migrate::MigrateError) -> Error {
        match e {
            sqlx::migrate::MigrateError::VersionMissing(version) => Error::NewerSchema { version },
            other => Error::Migration(other),
        }
    }
}
