//! What an erasure removed, where, and what it kept and why: counts, and the words for them in both languages.

use domain::Label;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::erasure::{Erasure, State};
use utoipa::ToSchema;

/// What was done, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receipt {
    /// rows that went, by place
    pub removed: BTreeMap<String, u64>,
    /// rows that stay, by place
    pub kept: BTreeMap<String, u64>,
    /// files that went, by kind
    pub files: BTreeMap<String, u64>,
    /// RFC 3339: figures are computed without what went
    pub computed_at: Option<String>,
    /// done because a copy of before was put back
    pub again: bool,
    /// the database was written anew, its log is empty
    pub scoured: bool,
}

/// One line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureLine {
    /// machine name of the place
    pub key: String,
    /// the place, for people
    #[schema(value_type = crate::schema::Label)]
    pub label: Label,
    /// how many
    pub count: u64,
    /// why it is kept, or what becomes of it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::schema::Label>)]
    pub why: Option<Label>,
}

/// What erasing a customer would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasurePlan {
    /// `cus_…`
    pub id: String,
    /// display name
    pub name: Option<String>,
    /// customers merged into them, who go with them
    pub merged: u64,
    /// what would be removed
    pub removed: Vec<ErasureLine>,
    /// what would be kept, and why
    pub kept: Vec<ErasureLine>,
    /// files that would be removed because they may hold them
    pub files: Vec<ErasureLine>,
}

/// An erasure and its receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureView {
    /// `era_…`
    pub id: String,
    /// the id the customer had; it leads to nobody once `state` is no longer `asked`
    pub customer: String,
    /// why
    pub reason: String,
    /// who asked for it, `usr_…`
    pub author: String,
    /// display name
    pub author_name: Option<String>,
    /// `asked`, `erased` (gone from tables and figures, files are being cleared), `done`
    #[schema(value_type = String)]
    pub state: State,
    /// RFC 3339
    pub asked_at: String,
    /// RFC 3339
    pub erased_at: Option<String>,
    /// RFC 3339
    pub finished_at: Option<String>,
    /// RFC 3339: figures are computed without what went since
    pub computed_at: Option<String>,
    /// RFC 3339: from then on their identifiers may come in again, as somebody new's
    pub lifted_at: Option<String>,
    /// what was removed
    pub removed: Vec<ErasureLine>,
    /// what is kept, and why
    pub kept: Vec<ErasureLine>,
    /// files that were removed or written anew
    pub files: Vec<ErasureLine>,
    /// what the receipt cannot promise, and what to do about it
    #[schema(value_type = Vec<crate::schema::Label>)]
    pub notes: Vec<Label>,
}

/// A page of erasures, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErasurePage {
    /// the page
    pub items: Vec<ErasureView>,
    /// where the next page starts; absent on the last
    pub next_cursor: Option<String>,
}

/// Places in the order a receipt names them: key, Chinese, English.
const REMOVED: &[(&str, &str, &str)] = &[
    ("customers", "姓名与编号（含合并进来的客户）", "name and public id (of everybody merged into them, too)"),
    ("identifiers", "识别信息：电话、邮箱、会员号、客户号", "identifiers: phones, e-mails, member and customer numbers"),
    ("names_before", "以前的姓名", "names they had before"),
    ("contacts", "联系人", "contacts"),
    ("contacts_elsewhere", "在其他企业客户名下的联系人", "contacts of other organisations with their phone or e-mail"),
    ("attributes", "属性与自定义字段的值（生日、城市、地址等）", "attributes and own fields (birthday, city, address …)"),
    ("interactions", "互动（访问、点击、来电）", "interactions (visits, clicks, calls)"),
    ("answers", "评分", "scores"),
    ("comments", "评语", "comments"),
    ("notes", "备注", "notes"),
    ("records", "自定义记录", "records of own kinds"),
    ("tags_and_lists", "标签与负责人", "tags and owner"),
    ("changes", "可撤销的修改（不能再撤销）", "changes that could be undone (and now cannot)"),
    ("pairs", "疑似重复的配对", "pairs of possible duplicates"),
    ("merges", "合并时选的值", "values chosen in merges"),
    ("words", "订单里的券码、退款里的原因", "coupon codes of orders and reasons of refunds"),
    ("rows_set_aside", "导入时搁置的行（内容已清空）", "rows set aside by imports (emptied)"),
    ("samples", "导入记录里的样例", "samples kept with imports"),
    ("texts", "其他文字中提到的地方（以“…”代替）", "mentions in other texts (“…” stands there now)"),
    ("kept_answers", "给程序留存的应答", "answers kept for programs"),
];
const KEPT: &[(&str, &str, &str)] = &[
    ("orders", "订单：日期、金额、渠道、门店", "orders: day, amounts, channel, shop"),
    ("lines", "订单明细：商品、数量、金额", "order lines: product, quantity, amounts"),
    ("refunds", "退款：日期、金额", "refunds: day, amounts"),
];
const FILES: &[(&str, &str, &str)] = &[
    ("lake_files", "数据文件（已重写，旧文件已删除）", "data files (written anew, the old ones removed)"),
    ("exports", "导出的文件", "exported files"),
    ("uploads", "上传了还没导入的文件（请重新上传）", "files uploaded and not imported yet (upload them again)"),
    ("copies", "升级前、恢复前留下的副本", "copies made before upgrades and restores"),
    ("temporary", "临时文件", "temporary files"),
];

fn books() -> Label {
    Label::new(
        "依法须保存账簿，统计也须准确；挂在一个查不到任何人的编号下",
        "books must be kept by law and figures must stay right; they stand under a number that leads to nobody",
    )
}

fn lines(places: &[(&str, &str, &str)], counts: &BTreeMap<String, u64>, why: impl Fn() -> Option<Label>) -> Vec<ErasureLine> {
    let line = |(key, zh, en): &(&str, &str, &str)| {
        let count = counts.get(*key).copied().filter(|n| *n > 0)?;
        Some(ErasureLine { key: (*key).to_owned(), label: Label::new(*zh, *en), count, why: why() })
    };
    places.iter().filter_map(line).collect()
}

impl Receipt {
    /// What went, line by line.
    pub fn removed(&self) -> Vec<ErasureLine> {
        lines(REMOVED, &self.removed, || None)
    }

    /// What stays.
    pub fn kept(&self) -> Vec<ErasureLine> {
        lines(KEPT, &self.kept, || Some(books()))
    }

    /// Files that went.
    pub fn files(&self) -> Vec<ErasureLine> {
        lines(FILES, &self.files, || None)
    }

    /// Adds rows that went.
    pub(super) fn remove(&mut self, place: &str, rows: u64) {
        if rows > 0 {
            *self.removed.entry(place.to_owned()).or_default() += rows;
        }
    }
}

/// What a receipt cannot promise.
fn notes(r: &Receipt, state: State) -> Vec<Label> {
    let mut all = vec![
        Label::new(
            "这之前做的备份里还有这个人，直到备份轮换为止。把这样的备份恢复到这个数据目录（或带着其中的 erasure-key 和 erasures.jsonl 恢复到别处）后，会自动再删除一次。",
            "Backups made before this hold the person until they are rotated out. When one is restored into this data folder, or elsewhere together with its erasure-key and erasures.jsonl, the person is erased again by itself.",
        ),
        Label::new(
            "为了不让同一份文件把这个人再带回来，留有其识别信息的加密摘要（密钥只在数据目录里，还原不出号码）。之后的导入里，这个人的行会被搁置并计数，内容不保存。",
            "So that the same file does not bring them back, keyed hashes of their identifiers are kept (the key lies in the data folder alone; no number can be read from them). Rows about them in later imports are left out and counted; their content is not kept.",
        ),
        Label::new(
            "已经发出的邮件、推送到其他系统的消息、别人下载的文件不在这台服务器上，请另行处理。",
            "Mail already sent, messages delivered to other systems and files people downloaded are not on this server; see to them there.",
        ),
    ];
    if state == State::Done && !r.scoured {
        all.push(Label::new(
            "PostgreSQL 的部分表当时被占用，没有重写；请在空闲时运行 VACUUM FULL。它的 WAL 与归档由数据库管理员负责。",
            "Some tables of PostgreSQL were in use and were not written anew; run VACUUM FULL when it is quiet. Its WAL and archives are in the hands of who runs it.",
        ));
    }
    if r.again {
        all.push(Label::new("恢复了较早的备份，因此再次删除。", "Erased again because an older backup was restored."));
    }
    all
}

/// As people see it.
pub(super) fn view(e: Erasure) -> ErasureView {
    let r: Receipt = serde_json::from_value(e.receipt).unwrap_or_default();
    ErasureView {
        id: e.id,
        customer: e.customer,
        reason: e.reason,
        author: e.author,
        author_name: e.author_name,
        state: e.state,
        asked_at: e.asked_at.rfc3339(),
        erased_at: e.erased_at.map(|t| t.rfc3339()),
        finished_at: e.finished_at.map(|t| t.rfc3339()),
        computed_at: r.computed_at.clone(),
        lifted_at: e.lifted_at.map(|t| t.rfc3339()),
        removed: r.removed(),
        kept: r.kept(),
        files: r.files(),
        notes: if e.state == State::Asked { Vec::new() } else { notes(&r, e.state) },
    }
}
