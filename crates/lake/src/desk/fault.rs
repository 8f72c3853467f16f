//! Why a question was not answered, in both languages, and where in it.

use datafusion::{
    common::{SchemaError, diagnostic::DiagnosticKind},
    error::DataFusionError,
};
use domain::Label;
use std::time::Duration;

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// stable code, `sql.…`
    pub code: &'static str,
    /// for people
    pub message: Label,
    /// line and column, both from 1
    pub at: Option<(u64, u64)>,
}

impl Fault {
    pub(super) fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault { code, message: Label::new(zh, en), at: None }
    }

    pub(super) fn at(self, at: Option<(u64, u64)>) -> Fault {
        Fault { at: at.filter(|(line, _)| *line > 0), ..self }
    }

    pub(super) fn busy() -> Fault {
        Fault::new("sql.busy", "正在回答别的查询，请稍后再试", "other questions are being answered; try again in a moment")
    }

    pub(super) fn late(deadline: Duration) -> Fault {
        let s = deadline.as_secs();
        Fault::new("sql.late", format!("{s} 秒内没有算完，已停止：请缩小范围或先汇总"), format!("not answered within {s} seconds, so it was stopped: narrow it down, or sum up first"))
    }

    pub(super) fn only_select() -> Fault {
        Fault::new("sql.select", "这里只能查询：写一条 SELECT（前面可以有 WITH）", "only questions are asked here: one SELECT, with WITH before it if you like")
    }

    pub(super) fn wide(most: usize) -> Fault {
        Fault::new("sql.columns", format!("结果最多 {most} 列"), format!("an answer has at most {most} columns"))
    }

    /// Something inside; what it is goes to the log and to nobody else.
    pub(super) fn inside(cause: impl std::fmt::Display) -> Fault {
        tracing::error!(%cause, "a question in SQL was not answered");
        Fault::new("sql.inside", "没有答出来，详情见服务器日志", "it was not answered; the server's log says why")
    }

    /// As [`Fault::plan`], of a question that names a column which other tables have: which, and how they are joined.
    pub(super) fn named(e: &DataFusionError, tables: &[(String, Vec<String>)]) -> Fault {
        let fault = Fault::plan(e);
        let DataFusionError::SchemaError(why, _) = e.find_root() else { return fault };
        let SchemaError::FieldNotFound { field, .. } = why.as_ref() else { return fault };
        let has = |(_, columns): &&(String, Vec<String>)| columns.iter().any(|c| c.eq_ignore_ascii_case(&field.name));
        let whose: Vec<&str> = tables.iter().filter(has).map(|(name, _)| name.as_str()).collect();
        let Some(first) = whose.first() else { return fault };
        let by = if *first == "products" { "product" } else { "customer" };
        let (name, all, Label { zh, en }) = (&field.name, whose.join(", "), fault.message);
        let join = format!("JOIN {first} USING ({by})");
        Fault { message: Label::new(format!("{zh} {name} 是这些表的列：{all}；例如 {join}"), format!("{en} {name} is a column of {all}: {join}, for example")), ..fault }
    }

    /// What the engine says of a question: of names and types it knows words for people, of files and paths none.
    pub(super) fn plan(e: &DataFusionError) -> Fault {
        let root = e.find_root();
        let at = e.diagnostic().filter(|d| d.kind == DiagnosticKind::Error).and_then(|d| d.span).map(|s| (s.start.line, s.start.column));
        let said = || {
            let all = root.strip_backtrace();
            let line = all.lines().next().unwrap_or_default();
            let plain = ["Error during planning: ", "Schema error: ", "Execution error: ", "Arrow error: ", "Optimizer rule ", "SQL error: "];
            let line = plain.iter().fold(line, |l, p| l.strip_prefix(p).unwrap_or(l));
            line.chars().take(400).collect::<String>()
        };
        match root {
            DataFusionError::ResourcesExhausted(_) => {
                Fault::new("sql.memory", "需要的内存或临时空间超出上限：请缩小范围或先汇总", "it takes more memory or room than a question may: narrow it down, or sum up first")
            }
            DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) | DataFusionError::ParquetError(_) | DataFusionError::Internal(_) | DataFusionError::External(_) => Fault::inside(root),
            DataFusionError::SchemaError(..) | DataFusionError::Plan(_) | DataFusionError::NotImplemented(_) | DataFusionError::Execution(_) | DataFusionError::ArrowError(..) | DataFusionError::SQL(..) | DataFusionError::Diagnostic(..) => {
                let said = said();
                Fault::new("sql.meaning", format!("读不懂或算不出：{said}"), said).at(at)
            }
            other => Fault::inside(other),
        }
    }
}
