//! Which column of a file fills which field: by their headings, in either language, or as somebody says.

use super::{FRONT, RecordImportForm};
use crate::{
    Error, Result,
    objects::{Known, records::veiled},
    sight::Sight,
};
use domain::{Label, field::Kind, object::Field};
use serde_json::json;
use sources::{Probe, Target, heading};
use std::collections::HashMap;

/// What names a customer, the surest first.
const NAMES: [Target; 4] = [Target::CustomerId, Target::CustomerMember, Target::CustomerPhone, Target::CustomerEmail];

fn closed(sight: Sight, f: &Field) -> bool {
    f.kind != Kind::Customer && sight.is_masked() && veiled(f)
}

/// The field of each column; who sees no details neither fills nor compares what is hidden.
pub(super) fn of(k: &Known, sight: Sight, probe: &Probe, form: &RecordImportForm) -> Result<Vec<Option<String>>> {
    let mut columns = form.columns.clone().unwrap_or_else(|| proposed(k, sight, probe));
    let wrong = |zh: String, en: String| Err(Error::Invalid { code: "record.columns", message: Label::new(zh, en), params: json!({}) });
    if columns.len() > probe.columns.len() {
        return wrong(format!("文件有 {} 列，却指定了 {} 列", probe.columns.len(), columns.len()), format!("the file has {} columns, not {}", probe.columns.len(), columns.len()));
    }
    columns.resize(probe.columns.len(), None);
    for (i, key) in columns.iter().enumerate().filter_map(|(i, c)| Some((i, c.as_deref()?))) {
        let Some(f) = k.form.field(key) else {
            return wrong(format!("表单里没有字段“{key}”"), format!("the form has no field “{key}”"));
        };
        if columns.iter().take(i).any(|c| c.as_deref() == Some(key)) {
            return wrong(format!("有两列都对应“{}”，请只留一列", f.label.zh), format!("two columns fill “{}”; leave one out", f.label.en));
        }
        if closed(sight, f) {
            let message = Label::new(
                format!("您没有查看个人信息的权限，不能从文件写入“{}”，请不要带这一列", f.label.zh),
                format!("you may not see personal details, so “{}” cannot be filled from a file; leave its column out", f.label.en),
            );
            return Err(Error::Denied { code: "access.masked", message, params: json!({ "field": key }) });
        }
    }
    if form.by.as_ref().is_some_and(|by| !columns.iter().any(|c| c.as_ref() == Some(by))) {
        return wrong("用来对应已有记录的字段，文件里要有一列".into(), "a column must fill the field that says which record a row is of".into());
    }
    if !form.dry_run && columns.iter().all(Option::is_none) {
        return wrong("没有一列对应表单里的字段".into(), "no column fills a field of the form".into());
    }
    Ok(columns)
}

fn proposed(k: &Known, sight: Sight, probe: &Probe) -> Vec<Option<String>> {
    let mut open: HashMap<String, &str> = HashMap::new();
    for f in k.form.fields().filter(|f| !closed(sight, f)) {
        for name in [&f.key, &f.label.zh, &f.label.en] {
            open.entry(heading(name)).or_insert(&f.key);
        }
    }
    let mut taken = Vec::new();
    let mut columns: Vec<Option<String>> = probe.columns.iter().map(|c| {
        let key = open.get(&heading(&c.header)).filter(|key| !FRONT.contains(&c.header.as_str()) && !taken.contains(*key)).copied()?;
        taken.push(key);
        Some(key.to_owned())
    }).collect();
    // a column that names customers in the words of other systems
    if let Some(whose) = k.form.whose().filter(|w| !taken.contains(&w.key.as_str())) {
        let seen = |t: &&Target| !(sight.is_masked() && matches!(t, Target::CustomerPhone | Target::CustomerEmail));
        let place = NAMES.iter().filter(seen).find_map(|t| probe.columns.iter().zip(&columns).position(|(c, field)| c.target == *t && field.is_none()));
        if let Some(column) = place.and_then(|i| columns.get_mut(i)) {
            *column = Some(whose.key.clone());
        }
    }
    columns
}
