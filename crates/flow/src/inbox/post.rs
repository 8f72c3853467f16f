//! Weighing what was posted: every row that cannot be taken in is answered with its place, field, code and reason; the others are written
//! down together.

use super::{
    gate::{Fault, Keyed, Pending, Settled},
    wire::{Posted, Rows},
};
use crate::{Error, Result, app::App, ingest::Source, schema::Label};
use domain::{audit::Actor, clock::Instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use store::inbox::{NEVER, NewRow};
use utoipa::ToSchema;
use xxhash_rust::xxh3::xxh3_64;

/// Rows one request may bring.
pub const MOST_ROWS: usize = 2_000;
/// Bytes one request may bring.
pub const MOST_BYTES: usize = 4 << 20;
/// Lines of one order.
const MOST_LINES: usize = 500;
/// Bytes of one row.
const ROW_BYTES: usize = 256 << 10;
/// Rows that wait at most: beyond, something is wrong with moving them, and the disk is not filled up.
const MOST_WAITING: u64 = 2_000_000;

/// What became of what was posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// rows written down; they are in the lake with the next move
    pub accepted: u64,
    /// rows that say again, word for word, what waits already; what the lake knows already is told apart when they are moved
    pub duplicates: u64,
    /// rows that were not taken in
    pub rejected: Vec<Refused>,
    /// values of accepted rows that could not be read and stay blank
    pub left_blank: Vec<Blank>,
}

/// A row that was not taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Refused {
    /// place in the request, from 0
    pub index: usize,
    /// the field at fault: `customer.phone`, `lines.2.paid`; absent if it is the row as a whole
    pub field: Option<String>,
    /// stable code
    pub code: String,
    /// why, for people
    pub message: Label,
}

/// A field that was left blank in accepted rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Blank {
    /// the field
    pub field: String,
    /// stable code
    pub code: String,
    /// why, for people
    pub message: Label,
    /// in so many rows
    pub count: u64,
    /// places of the first of them
    pub first: Vec<usize>,
}

/// How a request wants its rows taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct How {
    /// all of them or none
    pub atomic: bool,
    /// they were known when they happened (`domain.md` §2)
    pub history: bool,
    /// a value that cannot be read refuses its row, and every field at fault is told
    pub strict: bool,
}

/// What the forms themselves say no to: code, in Chinese and English.
const OWN: [(&str, &str, &str); 7] = [
    ("row.not_object", "这一行不是 JSON 对象", "the row is not a JSON object"),
    ("row.field_missing", "缺少必填字段", "a field that must be there is missing"),
    ("row.field_unknown", "没有这个字段", "there is no such field"),
    ("row.field_type", "字段的类型不对", "a field has another type than it should"),
    ("row.attribute_unknown", "没有这个内置属性", "there is no such built-in attribute"),
    ("row.too_many_lines", "订单明细行太多", "an order has too many lines"),
    ("row.too_large", "这一行太大", "the row is too large"),
];

/// Every code a row can be refused with, in both languages.
pub fn codes() -> Vec<(String, Label)> {
    use sources::Code;
    let own = OWN.iter().map(|(code, zh, en)| ((*code).to_owned(), Label { zh: (*zh).to_owned(), en: (*en).to_owned() }));
    let at = |code: Code| Code::ALL.iter().position(|c| *c == code).unwrap_or_default();
    let (first, last) = (at(Code::CustomerMissing), at(Code::NothingFound));
    let of_files = Code::ALL.iter().take(last + 1).skip(first).map(|c| {
        let label = c.reserved(&sources::Params::new());
        (c.key().to_owned(), Label { zh: label.zh, en: label.en })
    });
    own.chain(of_files).collect()
}

fn refused(index: usize, field: Option<String>, code: &str, zh: String, en: String) -> Refused {
    Refused { index, field, code: code.to_owned(), message: Label { zh, en } }
}

/// A JSON value as a form, or why it is none.
fn form<T: Posted>(index: usize, value: Value) -> std::result::Result<T, Refused> {
    if !value.is_object() {
        return Err(refused(index, None, "row.not_object", "这一行不是 JSON 对象".to_owned(), "the row is not a JSON object".to_owned()));
    }
    serde_path_to_error::deserialize::<_, T>(value).map_err(|e| {
        let (path, why) = (e.path().to_string(), e.inner().to_string());
        let named = why.split('`').nth(1).unwrap_or_default().to_owned();
        let beside = |name: &str| match path.as_str() {
            "." => name.to_owned(),
            path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
            path => format!("{path}.{name}"),
        };
        if why.starts_with("missing field") {
            let field = beside(&named);
            refused(index, Some(field.clone()), "row.field_missing", format!("缺少字段 {field}"), format!("the field {field} is missing"))
        } else if why.starts_with("unknown field") {
            let field = beside(&named);
            refused(index, Some(field.clone()), "row.field_unknown", format!("没有字段 {field}，请核对拼写"), format!("there is no field {field}; check its spelling"))
        } else {
            let field = Some(path).filter(|p| p != ".");
            let shown = field.clone().unwrap_or_default();
            refused(index, field, "row.field_type", format!("字段 {shown} 的类型不对：{why}"), format!("the field {shown} has another type than it should: {why}"))
        }
    })
}

/// What the forms themselves say no to, before they are read as rows.
fn too_much<T: Posted>(index: usize, value: &Value, text: &str) -> Option<Refused> {
    let lines = value.get("lines").and_then(Value::as_array).map_or(0, Vec::len);
    if lines > MOST_LINES {
        let (zh, en) = (format!("一个订单最多 {MOST_LINES} 行明细"), format!("an order has at most {MOST_LINES} lines"));
        return Some(refused(index, Some("lines".to_owned()), "row.too_many_lines", zh, en));
    }
    if text.len() > ROW_BYTES {
        let (zh, en) = (format!("这一行超过 {} KB", ROW_BYTES >> 10), format!("the row is larger than {} KB", ROW_BYTES >> 10));
        return Some(refused(index, None, "row.too_large", zh, en));
    }
    let known = |key: &str| sources::attributes().iter().any(|a| a.key == key);
    let attributes = value.get("attributes").and_then(Value::as_object).filter(|_| T::KIND == "customer")?;
    let stranger = attributes.keys().find(|k| !known(k))?;
    let field = format!("attributes.{stranger}");
    let zh = format!("没有内置属性 {stranger}；自有属性请放在 custom 里");
    let en = format!("there is no built-in attribute {stranger}; attributes of one's own go into custom");
    Some(refused(index, Some(field), "row.attribute_unknown", zh, en))
}

/// The files forms make, as ingest reads them.
pub(super) async fn sources(app: &App, files: &[&Rows]) -> Result<Vec<Source>> {
    let settings = app.settings();
    let source = |r: &&Rows| Source { name: r.name.to_owned(), path: PathBuf::new(), mapping: r.mapping(settings.zone.name(), settings.currency) };
    let mut sources: Vec<Source> = files.iter().map(source).collect();
    let own = |s: &Source| s.mapping.columns.iter().any(|c| matches!(c.target, sources::Target::Custom(_)));
    if sources.iter().any(own) {
        crate::ingest::typed(&mut sources, &*crate::definitions::current(app).await?);
    }
    Ok(sources)
}

/// Takes in what was posted: durable when it answers.
///
/// # Errors
/// `rows.empty`, `rows.too_many`, `rows.refused` if not one row (or, asked for all or none, not every row) can be taken in,
/// or when the store refuses.
pub async fn post<T: Posted>(app: &Arc<App>, actor: &Actor, values: Vec<Value>, how: How, keyed: Option<Keyed>) -> Result<Settled> {
    if values.is_empty() {
        return Err(Error::invalid("rows.empty", "请求里没有数据行", "the request brings no row"));
    }
    if values.len() > MOST_ROWS {
        return Err(Error::Invalid {
            code: "rows.too_many",
            message: domain::Label::new(format!("一次最多 {MOST_ROWS} 行，请分批提交"), format!("at most {MOST_ROWS} rows at a time; send them in batches")),
            params: json!({ "limit": MOST_ROWS, "rows": values.len() }),
        });
    }
    let (mut forms, mut places, mut rejected) = (Vec::new(), Vec::new(), Vec::new());
    for (index, value) in values.into_iter().enumerate() {
        let text = value.to_string();
        match too_much::<T>(index, &value, &text).map_or_else(|| form::<T>(index, value), Err) {
            Ok(form) => {
                forms.push(form);
                places.push(index);
            }
            Err(why) => rejected.push(why),
        }
    }
    let mut left_blank = Vec::new();
    // weighed one by one, what stays blank names its row
    let at_once = if how.strict { 1 } else { forms.len().max(1) };
    for (forms, places) in forms.chunks(at_once).zip(places.chunks(at_once)) {
        weigh::<T>(app, forms, places, &mut rejected, &mut left_blank).await?;
    }
    if how.strict {
        rejected.extend(left_blank.drain(..).filter_map(|b: Blank| Some(Refused { index: *b.first.first()?, field: Some(b.field), code: b.code, message: b.message })));
    }
    rejected.sort_by(|a, b| (a.index, &a.field).cmp(&(b.index, &b.field)));
    rejected.dedup_by(|a, b| a.index == b.index && (!how.strict || a.field == b.field));
    let bad = |place: &usize| rejected.binary_search_by_key(place, |r| r.index).is_ok();
    let good: Vec<&T> = forms.iter().zip(&places).filter(|(_, p)| !bad(p)).map(|(f, _)| f).collect();
    if good.is_empty() || how.atomic && !rejected.is_empty() {
        let (zh, en) = match how.atomic && !good.is_empty() {
            true => ("有数据行不符合要求，按您的要求一行也没有收下", "some rows cannot be taken in, and all or none were asked for: none was"),
            false => ("没有一行可以收下", "not one row can be taken in"),
        };
        return Err(Error::Invalid { code: "rows.refused", message: domain::Label::new(zh, en), params: json!({ "rejected": rejected }) });
    }
    if store::inbox::at_most(&app.store).await? > MOST_WAITING {
        return Err(Error::Store(store::Error::Busy));
    }
    let (who, now) = (actor.token.clone().unwrap_or_else(|| actor.id.clone()), app.clock.now());
    let rows: Vec<NewRow> = good.into_iter().map(|f| row(f, how, &who, now)).collect::<Result<_>>()?;
    let received = Received { accepted: rows.len() as u64, duplicates: 0, rejected, left_blank };
    app.inbox.enter(app, Pending { rows, received, keyed }).await.map_err(|fault| match fault {
        Fault::Busy => Error::Store(store::Error::Busy),
        Fault::Broken(why) => Error::Internal(why),
    })
}

fn row<T: Posted>(form: &T, how: How, actor: &str, now: Instant) -> Result<NewRow> {
    let body = serde_json::to_string(form).map_err(|e| Error::Internal(e.to_string()))?;
    let content = xxh3_64(format!("{}\u{1f}{}\u{1f}{body}", T::KIND, how.history).as_bytes()) as i64;
    let identity = form.identity_hash(content);
    let content = if T::REPEATS { content } else { NEVER };
    Ok(NewRow { kind: T::KIND, history: how.history, identity, content, body, actor: actor.to_owned(), received_at: now })
}

/// Reads the rows as a file's rows are read, and keeps what is wrong with them.
async fn weigh<T: Posted>(app: &App, forms: &[T], places: &[usize], rejected: &mut Vec<Refused>, left_blank: &mut Vec<Blank>) -> Result<()> {
    let files = T::rows(forms);
    let rows: Vec<&Rows> = files.iter().map(|f| &f.0).collect();
    let sources = sources(app, &rows).await?;
    for ((file, owners), source) in files.iter().zip(&sources) {
        let found = sources::weigh(&source.mapping, &file.texts).map_err(|e| crate::ingest::unreadable(file.name, &e))?;
        let nth = nth_of(owners);
        let place = |line: u64| owners.get(line as usize).and_then(|form| places.get(*form)).copied();
        for reject in found.rejects {
            let Some(index) = place(reject.line) else { continue };
            let nth = nth.get(reject.line as usize).copied().unwrap_or(0);
            let label = reject.label();
            let field = reject.column.as_deref().map(|c| T::field(file.name, c, nth));
            rejected.push(refused(index, field, reject.code.key(), label.zh, label.en));
        }
        for blank in found.left_blank {
            let why = blank.reason();
            let nth = blank.first.first().and_then(|(line, _)| nth.get(*line as usize)).copied().unwrap_or(0);
            let first = blank.first.iter().filter_map(|(line, _)| place(*line)).collect();
            left_blank.push(Blank {
                field: T::field(file.name, &blank.column, nth),
                code: blank.code.key().to_owned(),
                message: Label { zh: why.zh, en: why.en },
                count: blank.count,
                first,
            });
        }
    }
    Ok(())
}

/// Which row of its form each row is, from 0.
fn nth_of(owners: &[usize]) -> Vec<usize> {
    let mut met: BTreeMap<usize, usize> = BTreeMap::new();
    let next = |owner: &usize| {
        let n = met.entry(*owner).or_default();
        *n += 1;
        *n - 1
    };
    owners.iter().map(next).collect()
}
