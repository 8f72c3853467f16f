//! Which tables the open files hold, and where their columns come from: what people write lies in the store, facts in the lake. A test
//! compares this with both databases: every table and column is here, or in [`FROM_ELSEWHERE`] or [`LEFT`] with the reason.

use super::{
    column::{Column, Kind, Shape},
    words,
};
use domain::table::{ColumnType, Table};

/// What a value points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// nothing
    No,
    /// a customer's number
    Customer,
    /// whoever did it, by their `usr_…`
    Person,
    /// a text in which some are named
    People,
    /// the word for a number of the store
    Word(&'static [&'static str]),
}

/// A column of the store.
pub(super) struct Col {
    pub(super) name: &'static str,
    /// what the store calls it
    pub(super) from: &'static str,
    pub(super) kind: Kind,
    pub(super) needed: bool,
    pub(super) link: Link,
    zh: &'static str,
    en: &'static str,
}

/// What a column of the store that is not in the files is when it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fixed {
    None,
    Word(&'static str),
    /// the lake snapshot of the arrival
    Snapshot,
    /// the id of the business
    Business,
    /// the name as search looks at it
    SearchedName,
    /// a tag's name as it is compared
    ComparedName,
}

/// Which rows are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// those without a value here
    Unset(&'static str),
    /// those with this word here
    Is(&'static str, &'static str),
    /// those whose row of another table was taken
    With(&'static str, &'static str),
}

/// A table of the store.
pub(super) struct Stored {
    pub(super) name: &'static str,
    pub(super) store: &'static str,
    pub(super) columns: &'static [Col],
    pub(super) fixed: &'static [(&'static str, Fixed)],
    pub(super) keep: &'static [Keep],
    zh: &'static str,
    en: &'static str,
}

impl Stored {
    /// As the files hold it.
    pub(super) fn shape(&self) -> Shape {
        let column = |c: &Col| Column { name: c.name.to_owned(), kind: c.kind, needed: c.needed, zh: c.zh.to_owned(), en: c.en.to_owned() };
        Shape { name: self.name.to_owned(), columns: self.columns.iter().map(column).collect(), zh: self.zh.to_owned(), en: self.en.to_owned() }
    }
}

const fn must(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Col {
    Col { name, from: name, kind, needed: true, link: Link::No, zh, en }
}

const fn may(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Col {
    Col { name, from: name, kind, needed: false, link: Link::No, zh, en }
}

impl Col {
    const fn from(self, from: &'static str) -> Col {
        Col { from, ..self }
    }

    const fn link(self, link: Link) -> Col {
        Col { link, ..self }
    }
}

const WHOSE: Col = must("customer", Kind::Whole, "客户编号（见 customers）", "whose: a number in customers").link(Link::Customer);
const AUTHOR: Col = must("author", Kind::Text, "谁做的（见 people；cli、server 等是程序）", "who did it: an id in people, or a program such as cli").link(Link::Person);
const OWNER: Col = must("owner", Kind::Text, "属于谁（见 people）", "whose it is: an id in people").link(Link::Person);
const AUDIENCE: Col = must("audience", Kind::Text, "private 仅本人，everyone 全员", "private or everyone");
const MADE: Col = must("created_at", Kind::Instant, "建立时间", "when it was made");
const CHANGED: Col = must("updated_at", Kind::Instant, "最后修改时间", "when it was changed last");

/// Words for kinds of identifiers, by their number in the store.
const IDENTIFIERS: &[&str] = &["external", "member", "phone", "email", "unionid"];

/// The tables of the store, in an order in which they can be filled.
pub(super) const STORED: &[Stored] = &[
    Stored {
        name: "customers", store: "customers", zh: "客户：每人或每家企业一行", en: "customers: one row a person or company",
        columns: &[
            must("customer", Kind::Whole, "客户编号；其他表用它指向客户", "the number other tables name the customer by").from("key"),
            must("id", Kind::Text, "网址里的编号 cus_…", "id in addresses, cus_…"),
            must("organisation", Kind::Flag, "是企业而不是个人", "a company, not a person"),
            may("name", Kind::Text, "姓名或名称", "name"),
            may("merged_into", Kind::Whole, "已合并到哪个客户（空 = 独立）", "the customer who stands for this one after a merge; empty: itself").from("root").link(Link::Customer),
            may("erased_at", Kind::Instant, "按本人要求删除个人信息的时间", "when the person was erased on request"),
        ],
        fixed: &[("folded", Fixed::SearchedName), ("added", Fixed::Snapshot)], keep: &[],
    },
    Stored {
        name: "identifiers", store: "identifiers", zh: "客户的标识：客户编号、卡号、手机、邮箱、unionid", en: "what customers are recognised by: numbers, cards, phones, e-mails, unionids",
        columns: &[
            must("kind", Kind::Text, "external 自有编号，member 会员卡号，phone 手机，email 邮箱，unionid 微信", "external (own number), member (card), phone, email or unionid").link(Link::Word(IDENTIFIERS)),
            must("value", Kind::Text, "标识", "the identifier, normalised"), WHOSE,
        ],
        fixed: &[("added", Fixed::Snapshot)], keep: &[],
    },
    Stored {
        name: "identifiers_removed", store: "identifiers_removed", zh: "从客户身上移除的标识：以后的文件也不再加给他们", en: "identifiers taken from customers by hand: no later file gives them back",
        columns: &[
            must("kind", Kind::Text, "同 identifiers", "as in identifiers").link(Link::Word(IDENTIFIERS)),
            must("value", Kind::Text, "标识", "the identifier, normalised"), WHOSE,
        ],
        fixed: &[], keep: &[],
    },
    Stored {
        name: "contacts", store: "contacts", zh: "企业的联系人", en: "contacts of companies",
        columns: &[
            WHOSE, must("content", Kind::Key, "由内容算出的标记", "mark made of the content"), may("name", Kind::Text, "姓名", "name"),
            may("role", Kind::Text, "职务", "role"), may("phone", Kind::Text, "电话", "phone"), may("email", Kind::Text, "邮箱", "e-mail"),
        ],
        fixed: &[("added", Fixed::Snapshot)], keep: &[],
    },
    Stored {
        name: "comments", store: "comments", zh: "反馈里写的话（评分在 scores 表，row_key 相同）", en: "what people wrote in feedback; the score stands in scores under the same row_key",
        columns: &[
            must("row_key", Kind::Key, "与 scores 表对应的标记", "mark that joins it with scores"), WHOSE, must("at", Kind::Instant, "时间", "when"),
            must("question", Kind::Text, "问题", "the question"), may("channel", Kind::Text, "渠道", "channel"), must("body", Kind::Text, "内容", "the text"),
        ],
        fixed: &[("added", Fixed::Snapshot)], keep: &[],
    },
    Stored {
        name: "notes", store: "notes", zh: "客户备注", en: "notes about customers",
        columns: &[
            must("id", Kind::Text, "编号 note_…", "id"), WHOSE, AUTHOR, must("body", Kind::Text, "内容", "the text"), MADE,
            may("edited_at", Kind::Instant, "修改时间", "when it was changed"),
        ],
        fixed: &[("removed_at", Fixed::None)], keep: &[Keep::Unset("removed_at")],
    },
    Stored {
        name: "tags", store: "tags", zh: "标签（谁有哪个标签见 customer_tags）", en: "tags; who has which stands in customer_tags",
        columns: &[
            must("id", Kind::Text, "编号 tag_…", "id"), must("name", Kind::Text, "名称", "name"), must("colour", Kind::Text, "颜色", "colour"),
            must("created_by", Kind::Text, "谁建立的（见 people）", "who made it: an id in people").link(Link::Person), MADE,
        ],
        fixed: &[("workspace", Fixed::Business), ("folded", Fixed::ComparedName), ("removed_at", Fixed::None)], keep: &[Keep::Unset("removed_at")],
    },
    Stored {
        name: "merges", store: "merges", zh: "合并记录：谁并入了谁", en: "merges in force: who was merged into whom",
        columns: &[
            must("id", Kind::Text, "编号 mrg_…", "id"), must("seq", Kind::Whole, "次序", "its place, from 1"),
            must("merged", Kind::Whole, "被并入的客户", "who was merged").link(Link::Customer),
            must("survivor", Kind::Whole, "并入到的客户", "who stands for both").link(Link::Customer),
            must("merged_id", Kind::Text, "被并入客户的 cus_…", "cus_… of who was merged"), must("survivor_id", Kind::Text, "并入到的客户的 cus_…", "cus_… of who stands for both"),
            must("fields", Kind::Json, "选用了谁的哪些值", "which values were chosen"), must("image", Kind::Json, "合并前的样子，用于撤销", "what was before, to take it back").link(Link::People),
            must("batch", Kind::Text, "同一次操作的标记", "those made in one step share it"), AUTHOR, must("at", Kind::Instant, "时间", "when"),
        ],
        fixed: &[("workspace", Fixed::Business), ("began", Fixed::Snapshot), ("ended", Fixed::None), ("ended_at", Fixed::None), ("ended_by", Fixed::None)],
        keep: &[Keep::Unset("ended")],
    },
    Stored {
        name: "merge_silences", store: "merge_silences", zh: "合并时没有选用的属性", en: "attributes that do not count while a merge stands, because the other customer's was chosen",
        columns: &[
            must("merge", Kind::Text, "合并（见 merges）", "an id in merges"), WHOSE, must("attribute", Kind::Text, "属性", "the attribute"),
            must("until", Kind::Instant, "到这个时间为止得知的值不算", "what was learnt up to this instant does not count"),
        ],
        fixed: &[], keep: &[Keep::With("merge", "merges")],
    },
    Stored {
        name: "duplicates", store: "duplicates", zh: "可能是同一人的客户，和人工的判断", en: "pairs of customers who may be one, and what people decided",
        columns: &[
            must("id", Kind::Text, "编号", "id"), must("a", Kind::Whole, "客户", "one customer").link(Link::Customer), must("b", Kind::Whole, "另一个客户", "the other").link(Link::Customer),
            must("organisation", Kind::Flag, "是企业", "companies"), must("chance", Kind::Whole, "是同一人的可能，十亿分之几", "chance that they are one, in billionths"),
            must("state", Kind::Text, "open 待定，apart 不是同一人，merged 已合并等", "open, apart, merged …"), must("reasons", Kind::Json, "理由", "reasons"),
            must("content", Kind::Key, "由比较的内容算出的标记", "mark made of what was compared"), must("cluster", Kind::Whole, "同组的标记", "mark of those that hang together"),
            must("found_at", Kind::Instant, "发现时间", "when it was found"), may("decided_at", Kind::Instant, "判断时间", "when it was decided"),
            may("decided_by", Kind::Text, "谁判断的", "who decided").link(Link::Person),
        ],
        fixed: &[("workspace", Fixed::Business)], keep: &[],
    },
    Stored {
        name: "definitions", store: "definitions", zh: "特征、分类、人群的每个版本（在用的另见 definitions 目录里的 YAML）", en: "every version of features, classifications and segments; those in force are also YAML files below definitions/",
        columns: &[
            must("kind", Kind::Text, "feature 特征，classification 分类，segment 人群", "feature, classification or segment"), must("key", Kind::Text, "名字", "key"),
            must("version", Kind::Whole, "版本", "version"), must("state", Kind::Text, "published 在用，draft 草稿，superseded 旧版，retired 停用", "published, draft, superseded or retired"),
            must("document", Kind::Json, "定义", "the definition"), AUTHOR, MADE, may("published_at", Kind::Instant, "发布时间", "when it was published"),
            may("retired_at", Kind::Instant, "停用时间", "when it was taken out of use"),
            may("revision", Kind::Whole, "发布次序", "its place among all that were published"),
        ],
        fixed: &[], keep: &[],
    },
    Stored {
        name: "mapping_templates", store: "mapping_templates", zh: "文件的列是怎样对应的，下次导入同样的文件时照用", en: "how columns of files were matched, for the next file with the same header",
        columns: &[
            must("signature", Kind::Text, "表头的标记", "mark of the header"), must("mapping", Kind::Json, "对应", "the mapping"), AUTHOR, MADE,
            must("used_at", Kind::Instant, "最后使用", "last used"), must("uses", Kind::Whole, "使用次数", "times used"),
        ],
        fixed: &[], keep: &[],
    },
    Stored {
        name: "imports", store: "imports", zh: "导入记录（已撤销和未完成的不在内）", en: "imports that are in; those taken back or unfinished are not here",
        columns: &[
            must("id", Kind::Text, "编号 imp_…", "id"), must("batch", Kind::Whole, "批次；事实表的 batch 指它", "its number; facts name it as batch"), AUTHOR, MADE, CHANGED,
            must("fingerprint", Kind::Text, "文件内容的标记", "mark of the files' content"), must("files", Kind::Json, "文件", "the files"), may("mapping", Kind::Json, "列的对应", "the mapping"),
            may("report", Kind::Json, "导入报告", "the report"), must("rows_in", Kind::Whole, "读入的行", "rows read"), must("accepted", Kind::Whole, "采用的行", "rows accepted"),
            must("quarantined", Kind::Whole, "搁置的行", "rows set aside"), must("duplicates", Kind::Whole, "重复的行", "rows known before"),
            must("first_customer", Kind::Whole, "新客户的第一个编号", "first number of new customers"), must("new_customers", Kind::Whole, "新客户数", "new customers"),
            must("data_files", Kind::Whole, "写成的数据文件数", "data files it wrote"), may("committed_at", Kind::Instant, "导入时间", "when it came in"),
        ],
        fixed: &[
            ("status", Fixed::Word("committed")), ("error", Fixed::None), ("snapshot", Fixed::None), ("undo_until", Fixed::None), ("undo_snapshot", Fixed::None), ("undone_at", Fixed::None), ("sample", Fixed::None),
        ],
        keep: &[Keep::Is("status", "committed")],
    },
    Stored {
        name: "rows_set_aside", store: "quarantine_rows", zh: "导入时搁置的行和原因", en: "rows that imports set aside, with the reason",
        columns: &[
            must("import", Kind::Text, "导入（见 imports）", "an id in imports"), must("position", Kind::Whole, "次序", "its place"), must("file", Kind::Whole, "第几个文件，从 0 起", "which file, from 0"),
            must("line", Kind::Whole, "行号", "line"), may("column_name", Kind::Text, "列", "column"), must("code", Kind::Text, "原因代码", "code of the reason"),
            may("value", Kind::Text, "出问题的值", "the value"), must("raw", Kind::Text, "整行原文", "the row as it stood"), must("params", Kind::Json, "原因里的值", "values of the reason"),
        ],
        fixed: &[], keep: &[Keep::With("import", "imports")],
    },
    Stored {
        name: "objects", store: "objects", zh: "自己的对象：字段和表单", en: "objects of one's own: their fields and forms",
        columns: &[
            must("id", Kind::Text, "编号 obj_…", "id"), must("key", Kind::Text, "名字", "key"), must("document", Kind::Json, "表单", "the form"), must("edition", Kind::Whole, "第几版", "edition"),
            must("created_by", Kind::Text, "谁建立的", "who made it").link(Link::Person), MADE, CHANGED,
        ],
        fixed: &[("workspace", Fixed::Business), ("removed_at", Fixed::None)], keep: &[Keep::Unset("removed_at")],
    },
    Stored {
        name: "records", store: "records", zh: "自己的对象的记录", en: "records of these objects",
        columns: &[
            must("id", Kind::Text, "编号 rec_…", "id"), must("object", Kind::Text, "对象（见 objects）", "an id in objects"), must("seq", Kind::Whole, "次序", "its place, from 1"),
            may("customer", Kind::Whole, "客户编号（见 customers）", "whose: a number in customers").link(Link::Customer), may("day", Kind::Day, "日期", "day"),
            must("body", Kind::Json, "按字段的值", "values by field"), must("edition", Kind::Whole, "第几版", "edition"), must("created_by", Kind::Text, "谁写的", "who wrote it").link(Link::Person), MADE,
            must("updated_by", Kind::Text, "谁最后修改", "who changed it last").link(Link::Person), CHANGED,
        ],
        fixed: &[("workspace", Fixed::Business), ("removed_at", Fixed::None)], keep: &[Keep::Unset("removed_at"), Keep::With("object", "objects")],
    },
    Stored {
        name: "dashboards", store: "dashboards", zh: "看板", en: "dashboards",
        columns: &[
            must("id", Kind::Text, "编号", "id"), OWNER, must("name_zh", Kind::Text, "中文名", "name in Chinese"), must("name_en", Kind::Text, "英文名", "name in English"),
            must("tiles", Kind::Json, "卡片", "its tiles").link(Link::People), AUDIENCE, must("edition", Kind::Whole, "第几版", "edition"), MADE, CHANGED,
            must("updated_by", Kind::Text, "谁最后修改", "who changed it last").link(Link::Person),
        ],
        fixed: &[("workspace", Fixed::Business), ("removed_at", Fixed::None)], keep: &[Keep::Unset("removed_at")],
    },
    Stored {
        name: "views", store: "views", zh: "客户列表的视图", en: "saved views of the customer list",
        columns: &[
            must("id", Kind::Text, "编号", "id"), OWNER, must("name", Kind::Text, "名称", "name"), must("query", Kind::Text, "筛选、排序和列，写法同网址", "filters, order and columns as the address has them").link(Link::People),
            AUDIENCE, MADE, CHANGED, must("used_at", Kind::Instant, "最后使用", "last used"),
        ],
        fixed: &[("workspace", Fixed::Business), ("removed_at", Fixed::None)], keep: &[Keep::Unset("removed_at")],
    },
    Stored {
        name: "questions", store: "questions", zh: "保存的 SQL 查询", en: "kept questions in SQL",
        columns: &[must("id", Kind::Text, "编号", "id"), OWNER, must("name", Kind::Text, "名称", "name"), must("body", Kind::Text, "SQL", "the SQL"), AUDIENCE, MADE, CHANGED],
        fixed: &[("workspace", Fixed::Business), ("removed_at", Fixed::None)], keep: &[Keep::Unset("removed_at")],
    },
    Stored {
        name: "quality_days", store: "quality_days", zh: "每天的数据质量", en: "how good the data was, day by day",
        columns: &[
            must("day", Kind::Day, "日期", "day"), must("code", Kind::Text, "发现了什么", "what was found"), must("found", Kind::Whole, "有问题的数量", "how many have it"),
            must("among", Kind::Whole, "查看的数量", "among how many"), must("points", Kind::Whole, "扣分，千分之一分", "what it costs of the hundred, in thousandths"),
        ],
        fixed: &[("workspace", Fixed::Business)], keep: &[],
    },
];

/// Tables of the store that the files hold in another form.
pub const FROM_ELSEWHERE: &[(&str, &str)] = &[
    ("workspace", "manifest.json: name, time zone, currency, language"), ("users", "people: whoever did something, by name and address; no password"),
    ("marks", "customer_tags and customer_owners"), ("inbox", "moved to the lake before anything is read"), ("counters", "follow from what comes in"),
    ("customer_gaps", "follow from the numbers of customers"), ("touched", "follows from what comes in"), ("house", "counts changes"),
];

/// Tables of the store that do not go along, with the reason. Tables of the lake's catalog (`ducklake_…`) say where files lie.
pub const LEFT: &[(&str, &str)] = &[
    ("sessions", "who is signed in"), ("setup_tokens", "the way into this server"), ("members", "who may do what here: invite them there"), ("invitations", "the way into this business"),
    ("tokens", "keys of programs: make new ones there"), ("tries", "failed sign-ins"), ("second_factors", "secrets of people"), ("recovery_codes", "secrets of people"),
    ("pending_sign_ins", "secrets of people"), ("sign_in_rules", "how people sign in here"), ("oidc_providers", "how people sign in here"), ("oidc_accounts", "how people sign in here"),
    ("oidc_starts", "how people sign in here"), ("audit", "what was done here; Settings has it as a file of its own, which proves itself"), ("audit_heads", "goes with the audit log"),
    ("jobs", "work under way"), ("schedule_slots", "work under way"), ("restores", "what was done to this server"), ("answers", "answers to requests that may be sent again"),
    ("businesses", "the others of this server"), ("customer_images", "for taking imports back, which does not go along"), ("import_customers", "for taking imports back"),
    ("changes", "for taking changes back"), ("change_marks", "for taking changes back"), ("change_names", "for taking changes back"), ("change_facts", "for taking changes back"),
    ("change_contacts", "for taking changes back"), ("change_identifiers", "for taking changes back"), ("record_imports", "for taking imports of records back"), ("record_imported", "for taking imports of records back"), ("customer_edits", "for taking imports back"), ("view_defaults", "what each person begins with"), ("view_pins", "what each person keeps in front"), ("asked", "what each person asked lately"),
    ("subscriptions", "mail that goes out from here"), ("webhooks", "messages that go out from here, with secrets"), ("webhook_messages", "messages that went out from here"),
    ("webhook_deliveries", "messages that went out from here"), ("webhook_attempts", "messages that went out from here"), ("announced", "messages that went out from here"),
    ("announced_sets", "messages that went out from here"), ("outbound", "messages that go out from here"), ("mail_relay", "mail that goes out from here, with a password"), ("mails", "mail that went out from here"),
    ("erasures", "receipts of erasures: keep them where they were made"), ("erased_identifiers", "hashes by which erased people are known again here; they cannot be read without this server's key"),
];

/// Whoever did something that goes along.
pub(super) fn people() -> Shape {
    let column = |name: &str, needed, zh: &str, en: &str| Column { name: name.to_owned(), kind: Kind::Text, needed, zh: zh.to_owned(), en: en.to_owned() };
    Shape {
        name: "people".to_owned(),
        columns: vec![
            column("id", true, "其他表用它指向人", "what other tables name them by"),
            column("email", true, "登录邮箱", "address they sign in with"),
            column("name", true, "姓名", "name"),
        ],
        zh: "本店的人：做过上面任何事的成员。密码不在内".to_owned(),
        en: "people of the business who did any of this; no passwords".to_owned(),
    }
}

/// Who has which tag, and who looks after whom.
pub(super) fn marks(name: &'static str) -> Shape {
    let whole = |name: &str, zh: &str, en: &str| Column { name: name.to_owned(), kind: Kind::Whole, needed: true, zh: zh.to_owned(), en: en.to_owned() };
    let text = |name: &str, zh: &str, en: &str| Column { name: name.to_owned(), kind: Kind::Text, needed: true, zh: zh.to_owned(), en: en.to_owned() };
    let customer = whole("customer", "客户编号（见 customers）", "a number in customers");
    let (other, zh, en) = match name {
        TAGGED => (text("tag", "标签（见 tags）", "an id in tags"), "谁有哪个标签", "who has which tag"),
        _ => (text("person", "负责人（见 people）", "an id in people"), "客户由谁负责", "who looks after which customer"),
    };
    Shape { name: name.to_owned(), columns: vec![customer, other], zh: zh.to_owned(), en: en.to_owned() }
}

/// Name of the table of who has which tag.
pub(super) const TAGGED: &str = "customer_tags";
/// Name of the table of who looks after whom.
pub(super) const OWNED: &str = "customer_owners";
/// Names of the tables of results.
pub(super) const CLASSES: &str = "classes";
pub(super) const SEGMENTS: &str = "segments";

/// A table of facts as the files hold it.
pub(super) fn facts(table: Table) -> Shape {
    let columns = table.columns().iter().map(|c| {
        let (zh, en) = words::of(table, c.name);
        let kind = match (c.name, c.kind) {
            ("row_key" | "order_key" | "line_key" | "refund_key" | "cost_key", _) => Kind::Key,
            ("paid" | "cost" | "discount" | "amount" | "price" | "money", ColumnType::Int64) => Kind::Money,
            (_, ColumnType::Int32 | ColumnType::Int64) => Kind::Whole,
            (_, ColumnType::Float64) => Kind::Number,
            (_, ColumnType::Boolean) => Kind::Flag,
            (_, ColumnType::Varchar) => Kind::Text,
            (_, ColumnType::Date) => Kind::Day,
            (_, ColumnType::TimestampTz) => Kind::Instant,
        };
        Column { name: c.name.to_owned(), kind, needed: !c.nullable, zh: zh.to_owned(), en: en.to_owned() }
    });
    let (name, zh, en) = words::table(table);
    Shape { name: name.to_owned(), columns: columns.collect(), zh: zh.to_owned(), en: en.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::identity::IdentifierKind;
    use std::collections::BTreeSet;

    #[test]
    fn every_column_has_words_in_both_languages_and_a_name_of_its_own() {
        let mut shapes: Vec<Shape> = STORED.iter().map(Stored::shape).collect();
        shapes.extend([people(), marks(TAGGED), marks(OWNED)]);
        shapes.extend(Table::ALL.map(facts));
        let names: BTreeSet<&str> = shapes.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names.len(), shapes.len());
        for shape in &shapes {
            assert!(!shape.zh.is_empty() && !shape.en.is_empty(), "{}", shape.name);
            let columns: BTreeSet<&str> = shape.columns.iter().map(|c| c.name.as_str()).collect();
            assert_eq!(columns.len(), shape.columns.len(), "{}", shape.name);
            for c in &shape.columns {
                assert!(!c.zh.is_empty() && !c.en.is_empty(), "{}.{}", shape.name, c.name);
            }
        }
    }

    #[test]
    fn the_words_for_identifiers_are_those_of_the_house_in_the_order_of_the_store() {
        assert_eq!(IDENTIFIERS, IdentifierKind::ALL.map(IdentifierKind::key));
    }

    /// Nothing of the store is forgotten: a new table or column must be decided on.
    #[tokio::test]
    async fn every_table_and_column_of_the_store_goes_along_or_is_left_for_a_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store::Store::open(&format!("sqlite:{}", folder.path().join("zhiyin.db").display())).await.expect("opens");
        let mut reading = store.reading().await.expect("reads");
        for table in reading.tables().await.expect("tables") {
            let name = table.name.as_str();
            if name.starts_with("ducklake_") {
                continue;
            }
            let listed = FROM_ELSEWHERE.iter().chain(LEFT).filter(|(t, _)| *t == name).count();
            let Some(stored) = STORED.iter().find(|s| s.store == name) else {
                assert_eq!(listed, 1, "table {name} neither goes along nor is left for a reason");
                continue;
            };
            assert_eq!(listed, 0, "table {name} is in two lists");
            let mut ours: Vec<&str> = stored.columns.iter().map(|c| c.from).chain(stored.fixed.iter().map(|(c, _)| *c)).collect();
            ours.sort_unstable();
            assert_eq!(ours, table.columns.iter().map(String::as_str).collect::<Vec<_>>(), "columns of {name}");
        }
    }
}
