//! Every outcome a caller of `flow` can act on. Codes are stable: the web app and scripts translate them.

use domain::Label;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such thing here.
    #[error("{noun} {key:?} does not exist")]
    NotFound {
        /// `customer`, `segment`, `import`, …
        noun: &'static str,
        /// what was asked for
        key: String,
    },
    /// The request cannot be carried out as it is; the person who made it can mend it.
    #[error("{code}: {}", message.en)]
    Invalid {
        /// stable code, e.g. `segment.key_taken`
        code: &'static str,
        /// for people
        message: Label,
        /// values for translations
        params: serde_json::Value,
    },
    /// It was fine, but something else changed meanwhile or stands in the way.
    #[error("{code}: {}", message.en)]
    Conflict {
        /// stable code, e.g. `import.not_checked`
        code: &'static str,
        /// for people
        message: Label,
        /// values for translations
        params: serde_json::Value,
    },
    /// Whoever asks may not.
    #[error("{code}: {}", message.en)]
    Denied {
        /// stable code, e.g. `access.masked`
        code: &'static str,
        /// for people
        message: Label,
        /// values for translations
        params: serde_json::Value,
    },
    /// A rule that does not parse or does not fit its features.
    #[error("{}", .0.message(domain::Lang::En))]
    Rule(domain::rule::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] lake::Error),
    /// The disk.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Something that should not happen; logged where it is handled.
    #[error("{0}")]
    Internal(String),
}

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A request that can be mended, without parameters.
    pub fn invalid(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Error {
        Error::Invalid { code, message: Label::new(zh, en), params: serde_json::Value::Null }
    }

    /// A request that something stands in the way of, without parameters.
    pub fn conflict(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Error {
        Error::Conflict { code, message: Label::new(zh, en), params: serde_json::Value::Null }
    }

    /// Something whoever asks may not do, without parameters.
    pub fn denied(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Error {
        Error::Denied { code, message: Label::new(zh, en), params: serde_json::Value::Null }
    }

    /// For people, in both languages. Nothing of the inside of the house: that is in the log.
    pub fn message(&self) -> Label {
        match self {
            Error::NotFound { .. } => Label::new("没有找到，可能已被删除", "not found; it may have been deleted"),
            Error::Invalid { message, .. } | Error::Conflict { message, .. } | Error::Denied { message, .. } => message.clone(),
            Error::Rule(e) => Label::new(e.message(domain::Lang::Zh), e.message(domain::Lang::En)),
            Error::Store(e) => e.message(),
            Error::Io(e) if e.kind() == std::io::ErrorKind::StorageFull => {
                Label::new("服务器的磁盘满了，请腾出空间后再试", "the server's disk is full; make room and try again")
            }
            Error::Lake(_) | Error::Io(_) | Error::Internal(_) => {
                Label::new("服务器内部出错，详情见服务器日志", "something went wrong inside the server; its log says what")
            }
        }
    }

    /// No such thing.
    pub fn not_found(noun: &'static str, key: impl Into<String>) -> Error {
        Error::NotFound { noun, key: key.into() }
    }
}

impl From<domain::rule::Error> for Error {
    fn from(e: domain::rule::Error) -> Error {
        Error::Rule(e)
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(e: tokio::task::JoinError) -> Error {
        Error::Internal(format!("a background computation ended early: {e}"))
    }
}
