//! Why a job failed, as it is kept: a code, and a sentence in both languages without the inside of the house.

use crate::{Error, schema};
use domain::Label;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProblem {
    /// stable machine name
    pub code: String,
    /// for people
    #[schema(value_type = schema::Label)]
    pub message: Label,
}

impl JobProblem {
    /// Of an error.
    pub(super) fn of(e: &Error) -> JobProblem {
        let code = match e {
            Error::NotFound { noun, .. } => format!("{noun}.not_found"),
            Error::Invalid { code, .. } | Error::Conflict { code, .. } | Error::Denied { code, .. } => (*code).to_owned(),
            Error::Rule(e) => e.code.as_str().to_owned(),
            Error::Store(e) => e.code().to_owned(),
            Error::Lake(_) | Error::Io(_) | Error::Internal(_) => "internal".to_owned(),
        };
        JobProblem { code, message: e.message() }
    }

    /// The code of the job broke; what it said is in the log.
    pub(super) fn broke() -> JobProblem {
        JobProblem {
            code: "job.broke".into(),
            message: Label::new("任务的程序出错中断了，详情见服务器日志", "the program of this job broke off; the server's log says why"),
        }
    }

    /// As it was kept. What the store itself notes is that the process died.
    pub(super) fn read(kept: &str) -> JobProblem {
        serde_json::from_str(kept).unwrap_or_else(|_| JobProblem {
            code: "job.crashed".into(),
            message: Label::new("服务器每次运行它都意外退出，所以不再尝试", "the server ended whenever it ran this job, so it is not tried again"),
        })
    }

    /// As it is kept.
    pub(super) fn kept(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Would the same fail again however often it is tried?
pub(super) fn hopeless(e: &Error) -> bool {
    matches!(e, Error::NotFound { .. } | Error::Invalid { .. } | Error::Conflict { .. } | Error::Denied { .. } | Error::Rule(_))
}
