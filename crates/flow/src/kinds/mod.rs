//! A field is given another kind: text becomes a list to choose from, a number an amount. What was written stays as it was written and is
//! read in another way from then on ([`domain::feature::fit`]); so nothing is rewritten, nothing is lost for good, and given the first kind
//! again the field says what it said. Before that it is looked at what would be kept, converted and no longer be said, and what would no
//! longer be understood: that refuses it.

mod of_feature;
mod of_record;

pub use of_feature::of_feature;
pub use of_record::of_record;

use crate::{Error, Result, analysis::used_by::{Dependent, Naming}, schema, sight::{self, Sight}};
use domain::{
    Currency, Label, Value, ValueType,
    classification::Named,
    feature::fit,
    field::{self, BETWEEN, Kind, OPTIONS},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{cmp::Reverse, collections::HashMap};
use utoipa::ToSchema;

/// Examples of each outcome.
const EXAMPLES: usize = 5;

/// What a field shall want from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KindForm {
    /// what is filled in
    #[schema(value_type = schema::EntryKind)]
    pub kind: Kind,
    /// what there is to choose from; a dry run without any tells which values there are
    #[serde(default)]
    #[schema(value_type = Vec<schema::Named>)]
    pub options: Vec<Named>,
    /// only say what would become of what was written
    #[serde(default)]
    pub dry_run: bool,
    /// `seen` of a dry run: if it would come to something else by now, the answer is 409
    #[serde(default)]
    pub seen: Option<String>,
}

impl KindForm {
    /// Only looks which values there are to choose from.
    fn gathers(&self) -> bool {
        self.dry_run && self.kind.chooses() && self.options.is_empty()
    }
}

/// What becomes of what was written in a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KindReport {
    /// nothing was changed
    pub dry_run: bool,
    /// what was filled in before
    #[schema(value_type = schema::EntryKind)]
    pub from: Kind,
    /// what is filled in from now on
    #[schema(value_type = schema::EntryKind)]
    pub kind: Kind,
    /// customers, or records, that say something in it
    pub values: u64,
    /// of those, so many say the same
    pub kept: u64,
    /// so many say it in another form
    pub converted: u64,
    /// of so many it cannot be said: they say nothing until the field has its former kind again
    pub lost: u64,
    /// of those that are kept or converted, so many are none of the options: they stay as they are
    pub outside: u64,
    /// so many that say nothing now say again what was written under a former kind
    pub regained: u64,
    /// the most frequent that are converted
    pub converted_examples: Vec<KindExample>,
    /// the most frequent that are lost
    pub lost_examples: Vec<KindExample>,
    /// the most frequent that are none of the options, at most 200
    pub outside_examples: Vec<KindExample>,
    /// what uses the field
    pub used_by: Vec<Dependent>,
    /// and in so many places that whoever asks may not see
    pub used_elsewhere: u64,
    /// of those, what would no longer be understood: while there is any, the change is refused
    pub broken: Vec<Dependent>,
    /// and in so many places that whoever asks may not see
    pub broken_elsewhere: u64,
    /// names what was looked at
    pub seen: String,
}

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KindExample {
    /// as it is read now
    #[schema(value_type = schema::Value)]
    pub before: Value,
    /// as it will be read
    #[schema(value_type = schema::Value)]
    pub after: Value,
    /// customers, or records
    pub count: u64,
}

/// Different values, and how many there are of each.
#[derive(Default)]
struct Said {
    places: HashMap<String, u32>,
    all: Vec<(Value, u64)>,
}

impl Said {
    /// The place of a value, which is there from now on.
    fn place(&mut self, value: &Value) -> u32 {
        let next = self.all.len() as u32;
        let place = *self.places.entry(serde_json::to_string(value).unwrap_or_default()).or_insert(next);
        if place == next {
            self.all.push((value.clone(), 0));
        }
        place
    }

    fn count(&mut self, place: u32) {
        if let Some((_, n)) = self.all.get_mut(place as usize) {
            *n += 1;
        }
    }
}

/// From how a field is read to how it will be.
struct Way<'a> {
    from: (Kind, ValueType),
    to: (Kind, ValueType),
    options: &'a [Named],
    currency: Currency,
    sight: Sight,
}

impl Way<'_> {
    fn report(&self, said: Said, used: (Vec<Dependent>, u64), broken: Naming, form: &KindForm, state: &str) -> Result<KindReport> {
        let mut r = KindReport {
            dry_run: form.dry_run,
            from: self.from.0,
            kind: self.to.0,
            values: 0,
            kept: 0,
            converted: 0,
            lost: 0,
            outside: 0,
            regained: 0,
            converted_examples: Vec::new(),
            lost_examples: Vec::new(),
            outside_examples: Vec::new(),
            used_by: used.0,
            used_elsewhere: used.1,
            broken: broken.seen,
            broken_elsewhere: broken.others,
            seen: String::new(),
        };
        let mut all = said.all;
        let said = |value: &Value| serde_json::to_string(value).unwrap_or_default();
        all.sort_by_cached_key(|(value, n)| (Reverse(*n), said(value)));
        let mut looked_at = Sha256::new_with_prefix(json!([state, form.kind, form.options]).to_string());
        for (written, n) in all {
            looked_at.update(format!("{n} {}\n", said(&written)));
            let (before, after) = (fit(written.clone(), self.from.1, self.currency), fit(written, self.to.1, self.currency));
            let example = || KindExample { before: self.shown(&before), after: self.shown(&after), count: n };
            match (before.is_null(), after.is_null()) {
                (true, true) => continue,
                (true, false) => r.regained += n,
                (false, true) => {
                    r.lost += n;
                    r.lost_examples.extend((r.lost_examples.len() < EXAMPLES).then(example));
                }
                (false, false) if same(&before, &after) => r.kept += n,
                (false, false) => {
                    r.converted += n;
                    r.converted_examples.extend((r.converted_examples.len() < EXAMPLES).then(example));
                }
            }
            if !before.is_null() && self.is_outside(&after) {
                r.outside += n;
                r.outside_examples.extend((r.outside_examples.len() < OPTIONS).then(example));
            }
        }
        r.values = r.kept + r.converted + r.lost;
        r.seen = looked_at.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
        if form.dry_run {
            return Ok(r);
        }
        if !r.broken.is_empty() || r.broken_elsewhere > 0 {
            return Err(breaks(r.broken, r.broken_elsewhere));
        }
        match form.seen.as_ref().is_some_and(|seen| *seen != r.seen) {
            true => Err(Error::conflict("field.moved", "看过之后数据或定义有了变化，什么都没有改；请再看一遍", "data or definitions changed since it was looked at; nothing was changed, so look again")),
            false => Ok(r),
        }
    }

    fn is_outside(&self, after: &Value) -> bool {
        let is = |key: &str| self.options.iter().any(|o| o.key == key);
        match (self.to.0, after.as_text()) {
            (Kind::Choice, Some(text)) => !is(text),
            (Kind::Choices, Some(text)) => !text.split(BETWEEN).all(is),
            _ => false,
        }
    }

    /// Phones and addresses are hidden from whoever sees no details.
    fn shown(&self, value: &Value) -> Value {
        match value {
            Value::Text(t) => Value::Text(sight::text(self.sight, t.clone())),
            other => other.clone(),
        }
    }
}

/// The same for whoever reads it?
fn same(before: &Value, after: &Value) -> bool {
    let plain = |v: &Value| matches!(v, Value::Int(_) | Value::Number(_));
    before == after || (plain(before) && plain(after) && before.as_f64() == after.as_f64())
}

/// Kinds a field may have and change between.
fn check(from: Kind, form: &KindForm) -> Result<()> {
    if from != form.kind && (from == Kind::Customer || form.kind == Kind::Customer) {
        return Err(Error::invalid("field.kind", "“客户”不能与别的类型互换：请新建一个字段", "a field that holds a customer keeps its kind, and no other becomes one; make a new field"));
    }
    if form.gathers() {
        return Ok(());
    }
    field::check_options(form.kind, &form.options).map_err(|why| Error::Invalid { code: "field.kind", message: why.message(), params: json!({}) })
}

fn breaks(broken: Vec<Dependent>, others: u64) -> Error {
    let names = |zh: bool| {
        let name = |d: &Dependent| if zh { d.label.zh.clone() } else { d.label.en.clone() };
        let mut all: Vec<String> = broken.iter().map(name).collect();
        if others > 0 {
            all.push(if zh { format!("别人的 {others} 处") } else { format!("{others} place(s) of others") });
        }
        all.join(if zh { "、" } else { ", " })
    };
    let message = Label::new(format!("改了类型，这些就读不懂了，请先改它们：{}", names(true)), format!("with another kind these would no longer be understood; change them first: {}", names(false)));
    Error::Conflict { code: "field.kind_breaks", message, params: json!({ "broken": broken, "others": others }) }
}
