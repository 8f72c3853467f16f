//! How a command ends: exit codes are a stable contract, and an error says what, where, why and what to do.

use crate::{errors, voice};
use domain::{Label, Lang};
use std::process::ExitCode;

/// Exit codes (`zhiyin --help` lists them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// failed
    Failed = 1,
    /// wrong usage
    Usage = 2,
    /// configuration
    Config = 3,
    /// data rejected, or imported in part
    Rejected = 4,
    /// no such thing
    NotFound = 5,
    /// not allowed
    Permission = 6,
    /// conflict, locked
    Conflict = 7,
    /// a remote service does not answer
    Unavailable = 8,
    /// `doctor` found something
    Warnings = 10,
    /// Ctrl-C, or a signal to end
    Interrupted = 130,
}

/// An error for people and scripts.
#[derive(Debug)]
pub struct Failure {
    /// exit code
    pub code: Code,
    /// stable name, e.g. `file.not_found`
    pub id: String,
    /// what happened and where
    pub message: Label,
    /// what to do
    pub hint: Option<Label>,
}

/// Result of a command: the exit code when it did its work.
pub type Outcome = Result<ExitCode, Failure>;

impl Failure {
    /// An error with both texts.
    pub fn new(code: Code, id: &str, zh: impl Into<String>, en: impl Into<String>) -> Failure {
        Failure { code, id: id.to_owned(), message: Label::new(zh, en), hint: None }
    }

    /// Adds what to do.
    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Failure {
        self.hint = Some(Label::new(zh, en));
        self
    }

    /// A file that cannot be read or written.
    pub fn file(path: &std::path::Path, e: &std::io::Error) -> Failure {
        let code = match e.kind() {
            std::io::ErrorKind::NotFound => Code::NotFound,
            std::io::ErrorKind::PermissionDenied => Code::Permission,
            _ => Code::Failed,
        };
        let name = path.display();
        let (zh, en) = match code {
            Code::NotFound => (format!("找不到 {name}"), format!("{name} does not exist")),
            Code::Permission => (format!("没有权限访问 {name}"), format!("no permission for {name}")),
            _ => {
                let why = why(e);
                (format!("{name}：{}", why.zh), format!("{name}: {}", why.en))
            }
        };
        Failure::new(code, "file", zh, en)
    }

    /// The disk refused, and nobody said where.
    pub fn io(e: &std::io::Error) -> Failure {
        let why = why(e);
        match e.kind() {
            std::io::ErrorKind::PermissionDenied => Failure::new(Code::Permission, "file", why.zh, why.en),
            _ => Failure::new(Code::Failed, "file", format!("读写失败：{}", why.zh), format!("reading or writing failed: {}", why.en)),
        }
    }

    /// The line of a file it is about.
    pub fn at(mut self, file: &str, line: usize) -> Failure {
        self.message = Label::new(format!("{file} 第 {line} 行：{}", self.message.zh), format!("{file}, line {line}: {}", self.message.en));
        self
    }

    /// Ctrl-C stopped it before it was done.
    pub fn interrupted(zh: impl Into<String>, en: impl Into<String>) -> Failure {
        Failure::new(Code::Interrupted, "interrupted", zh, en)
    }

    /// What to do: every error says it, in its own words or in those of the list.
    fn advice(&self, lang: Lang) -> Option<&str> {
        let usual = || errors::lookup(&self.id).map(|e| lang.pick(e.mend.0, e.mend.1));
        self.hint.as_ref().map(|h| h.get(lang)).or_else(usual)
    }

    /// As scripts read it.
    pub fn json(&self, lang: Lang) -> serde_json::Value {
        let docs = errors::reference(&self.id, lang);
        serde_json::json!({"code": self.id, "exit": self.code as u8, "message": self.message.get(lang), "hint": self.advice(lang), "docs": docs})
    }

    /// Tells it and gives the process its code.
    pub fn report(&self, lang: Lang, json: bool) -> ExitCode {
        if json {
            voice::print(&serde_json::json!({ "error": self.json(lang) }).to_string());
        }
        let (hint, docs) = (self.advice(lang), errors::reference(&self.id, lang));
        voice::tell(&format!("{} {}: {}", lang.pick("错误", "error"), self.id, self.message.get(lang)));
        if let Some(hint) = hint {
            voice::tell(&format!("  {hint}"));
        }
        if let Some(docs) = docs {
            voice::tell(&format!("  {}{docs}", lang.pick("详见 ", "see ")));
        }
        ExitCode::from(self.code as u8)
    }
}

/// Why the disk refused, in words; what is rare keeps the system's own.
pub fn why(e: &std::io::Error) -> Label {
    use std::io::ErrorKind as K;
    let (zh, en) = match e.kind() {
        K::NotFound => ("不存在", "does not exist"),
        K::PermissionDenied => ("没有权限", "no permission"),
        K::ReadOnlyFilesystem => ("文件系统只读", "the file system is read-only"),
        K::StorageFull => ("磁盘已满", "the disk is full"),
        K::NotADirectory => ("路径中有一段不是文件夹", "a part of the path is not a folder"),
        K::IsADirectory => ("是文件夹，不是文件", "it is a folder, not a file"),
        K::AlreadyExists => ("已经存在", "it is there already"),
        _ => {
            let said = e.to_string();
            let said = said.split(" (os error").next().unwrap_or_default();
            return Label::new(format!("系统说“{said}”"), said);
        }
    };
    Label::new(zh, en)
}

/// What a noun of the code is called in Chinese.
fn noun_in_chinese(noun: &str) -> &str {
    match noun {
        "segment" => "人群",
        "classification" => "分类",
        "feature" => "特征",
        "class" => "类别",
        "option" => "选项",
        "customer" => "客户",
        "import" => "导入",
        other => other,
    }
}

impl From<flow::Error> for Failure {
    fn from(e: flow::Error) -> Failure {
        use flow::Error as E;
        match e {
            E::NotFound { noun, key } => Failure::new(Code::NotFound, &format!("{noun}.not_found"), format!("没有{}“{key}”", noun_in_chinese(noun)), format!("there is no {noun} {key:?}")),
            E::Invalid { code, message, .. } => Failure { code: Code::Rejected, id: code.to_owned(), message, hint: None },
            E::Conflict { code, message, .. } => Failure { code: Code::Conflict, id: code.to_owned(), message, hint: None },
            E::Denied { code, message, .. } => Failure { code: Code::Permission, id: code.to_owned(), message, hint: None },
            E::Rule(e) => Failure::new(Code::Rejected, "rule", e.message(Lang::Zh), e.message(Lang::En)),
            E::Store(e) => e.into(),
            E::Io(e) => Failure::io(&e),
            other => Failure::new(Code::Failed, "failed", other.to_string(), other.to_string()),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(e: store::Error) -> Failure {
        use store::Error as E;
        let code = match &e {
            E::Unavailable(_) => Code::Unavailable,
            E::Address { .. } | E::NewerSchema { .. } => Code::Config,
            E::NotFound { .. } | E::SnapshotGone { .. } => Code::NotFound,
            E::Busy | E::Conflict(_) | E::Taken { .. } | E::State { .. } | E::AlreadyImported { .. } | E::UndoExpired { .. } => Code::Conflict,
            _ => Code::Failed,
        };
        // whoever types commands runs the machine: what the database itself says is for them, too
        let said = e.message();
        let failure = match &e {
            E::Busy | E::AlreadyImported { .. } | E::Address { .. } => Failure { code, id: e.code().to_owned(), message: said, hint: None },
            _ => Failure::new(code, e.code(), format!("{}：{e}", said.zh), format!("{}: {e}", said.en)),
        };
        match code {
            Code::Unavailable => failure.hint("检查 --store 的地址，以及数据库是否在运行", "check the address given with --store, and that the database is running"),
            _ => failure.hint("运行 zhiyin doctor 检查", "run `zhiyin doctor` to see what is wrong"),
        }
    }
}

impl From<lake::Error> for Failure {
    fn from(e: lake::Error) -> Failure {
        Failure::new(Code::Failed, "lake", format!("数据湖：{e}"), format!("lake: {e}"))
    }
}
